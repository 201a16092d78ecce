"""The numbers beside the curves."""

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel

from app.training import SessionState


def test_a_screen_reader_reads_each_number_with_its_name(monitor, session) -> None:
    def heard(name: str) -> str:
        label = monitor.findChild(QLabel, name)
        return QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name)

    assert heard("run_training_loss") == "Loss, training: –"
    assert heard("run_epoch") == "Epoch: –"
    session.begin(epochs=4)
    session.learn([0.125] * 20)
    monitor.refresh()
    assert heard("run_training_loss") == "Loss, training: 0.125"
    assert heard("run_epoch") == "Epoch: 2 of 4"
    assert heard("run_state") == "State of the run: Running"


def test_after_a_run_the_summary_counts_completed_epochs(monitor, session) -> None:
    session.begin(epochs=20, batches=10)
    session.learn([1.0] * 24)
    session.end_epoch(1.0, 1.0)
    session.end_epoch(1.0, 1.0)
    monitor.refresh()
    assert monitor.summary.texts["epoch"] == "3 of 20"
    session.enter(SessionState.STOPPED)
    monitor.refresh()
    assert monitor.summary.texts["epoch"] == "2 of 20"
