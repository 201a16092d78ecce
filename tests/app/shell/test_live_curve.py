"""The live curve of the status bar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from app.document import edits
from app.shell.live_curve import POINTS, LiveCurve
from app.training import SessionState


@pytest.fixture
def curve(window) -> LiveCurve:
    return window.status.findChild(LiveCurve)


def train(qtbot, window, epochs=1):
    window.document.apply(edits.change_training(window.document.project, epochs=epochs))
    window.training.train()
    qtbot.waitUntil(lambda: window.session.state is SessionState.FINISHED)


def test_it_is_hidden_before_the_first_run(window, curve) -> None:
    assert not curve.isVisible()


def test_it_shows_the_last_losses_and_the_current_loss_and_accuracy(qtbot, window, curve) -> None:
    seen = []
    window.session.batches_finished.connect(seen.extend)
    train(qtbot, window, epochs=4)
    assert curve.isVisible()
    assert curve.losses == tuple(batch.loss for batch in seen)[-POINTS:]
    assert len(curve.losses) == POINTS
    assert curve.text().startswith("loss ")
    assert "accuracy" in curve.text()
    assert curve.text().endswith("%")


def test_its_numbers_are_those_of_the_legends(qtbot, window, curve) -> None:
    train(qtbot, window, epochs=2)
    monitor = window.train_page.monitor
    window.pages.show_page("train")
    monitor.refresh()
    legends = monitor.loss_plot.training_legend.text, monitor.accuracy_plot.training_legend.text
    loss, accuracy = (text.removeprefix("training ") for text in legends)
    assert curve.text() == f"loss {loss} · accuracy {accuracy}"


def test_it_names_r_squared_if_the_targets_are_numbers(qtbot, make_window) -> None:
    window = make_window("sine")
    train(qtbot, window)
    assert "R²" in window.status.findChild(LiveCurve).text()


def test_a_run_shown_again_has_the_curve_of_its_epochs(qtbot, window, curve) -> None:
    train(qtbot, window, epochs=2)
    first = [epoch.training_loss for epoch in window.session.history]
    train(qtbot, window, epochs=1)
    window.training.show_previous_run()
    assert curve.losses == tuple(first)


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_click_or_a_key_shows_the_train_page(qtbot, window, curve, key) -> None:
    train(qtbot, window)
    window.pages.show_page("data")
    if key is None:
        qtbot.mouseClick(curve, Qt.MouseButton.LeftButton)
    else:
        curve.setFocus()
        qtbot.keyClick(curve, key)
    assert window.pages.current == "train"


def test_a_screen_reader_gets_a_name_and_the_numbers(qtbot, window, curve) -> None:
    train(qtbot, window)
    interface = QAccessible.queryAccessibleInterface(curve)
    assert interface.role() == QAccessible.Role.PushButton
    assert curve.accessibleName() == "Loss of the run"
    assert "loss" in curve.accessibleDescription()


def test_a_narrow_status_bar_keeps_the_curve_and_drops_the_numbers(qtbot, window, curve) -> None:
    train(qtbot, window)
    wide = curve.width()
    window.resize(480, 500)
    qtbot.waitUntil(lambda: window.width() == 480)
    assert curve.isVisible()
    qtbot.waitUntil(lambda: curve.width() < wide)
    assert window.status.minimumSizeHint().width() <= 480


def test_losses_that_are_no_numbers_do_not_break_the_picture(window, curve) -> None:
    curve._losses.extend([1.0, float("nan"), float("inf"), 0.5])
    curve.show()
    assert not curve.grab().isNull()
