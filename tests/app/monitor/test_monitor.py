"""What the monitor shows of a run, and when it paints."""

import gc
import weakref
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from app.monitor import Monitor
from app.training import SessionState
from app.training.curves import RunCurves
from tinyml.learner import EpochFinished


def text_of(monitor: Monitor, name: str) -> str:
    return monitor.findChild(QLabel, name).text()


def test_before_the_first_run_it_says_what_to_do(monitor, session) -> None:
    assert monitor.empty
    assert monitor.findChild(QLabel, "monitor_empty").isVisible()
    assert "Press Train (F5)" in text_of(monitor, "monitor_empty")
    session.begin()
    monitor.refresh()
    assert not monitor.empty
    assert monitor.loss_plot.isVisible()


def test_without_a_run_it_says_why_and_what_to_choose(monitor, session) -> None:
    monitor.offer_kept_runs()
    monitor.refresh()
    assert "Choose one in the list of runs" in text_of(monitor, "monitor_empty")
    session.begin()
    session.enter(SessionState.FAILED, "The folder of the data is gone.")
    monitor.refresh()
    assert "failed before its first batch. The folder of the data is gone." in text_of(monitor, "monitor_empty")
    monitor.set_overlays([("run 7", 6, RunCurves.from_history([EpochFinished(1, 2, 0.5, 0.5, 0.6, 0.5, 1.0)]))])
    monitor.refresh()
    assert monitor.loss_plot.isVisible(), "the curves of other runs are drawn without a run of the page"


def test_reports_become_curves_and_numbers(qtbot, monitor, session) -> None:
    session.begin(epochs=4, batches=10)
    session.learn([1.0] * 20, accuracy=0.75)
    session.end_epoch(1.0, 1.25, accuracy=0.8)
    session.end_epoch(0.9, 1.13, accuracy=0.8)
    session.seconds, session.examples_per_second = 61.5, 12_400.0
    qtbot.waitUntil(lambda: monitor.summary.texts["training_loss"] == "1.00")
    texts = monitor.summary.texts
    assert texts["epoch"] == "2 of 4"
    assert (texts["validation_loss"], texts["training_accuracy"]) == ("1.13", "75.0\N{NO-BREAK SPACE}%")
    assert (texts["best"], texts["elapsed"], texts["speed"]) == ("2", "1:01", "12\N{NO-BREAK SPACE}400")
    assert monitor.loss_plot.training_legend.text == "training 1.00"
    assert monitor.loss_plot.validation_legend.text == "validation 1.13"
    assert monitor.accuracy_plot.validation_legend.text == "validation 80.0\N{NO-BREAK SPACE}%"
    assert monitor.loss_plot.area.positions == pytest.approx((0.0, 4.0), abs=0.1)
    assert monitor.accuracy_plot.area.heights == pytest.approx((0.0, 1.05), abs=0.05)


@pytest.mark.parametrize(
    ("size", "side_by_side"),
    [
        ((1320, 980), True),
        ((1950, 1300), True),
        ((1200, 780), True),
        ((810, 780), False),
        ((620, 380), True),
        ((340, 380), False),
    ],
)
def test_the_plots_stand_side_by_side_in_a_wide_monitor(monitor, session, size, side_by_side) -> None:
    session.begin()
    monitor.refresh()
    monitor.resize(*size)
    loss, accuracy = (plot.mapTo(monitor, QPoint()) for plot in (monitor.loss_plot, monitor.accuracy_plot))
    assert (loss.y() == accuracy.y(), loss.x() == accuracy.x()) == (side_by_side, not side_by_side)


def test_it_is_painted_at_most_thirty_times_a_second_and_not_while_hidden(qtbot, monitor, session, monkeypatch) -> None:
    session.begin(epochs=50, batches=1000)
    refreshes = []
    monkeypatch.setattr(monitor.loss_plot, "redraw", lambda: refreshes.append(len(monitor.curves.loss.batches)))
    began = perf_counter()
    for _ in range(30):
        session.learn([1.0] * 10)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: refreshes[-1:] == [300])
    assert len(refreshes) <= (perf_counter() - began) * 30 + 2
    monitor.hide()
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in monitor.findChildren(QTimer)))
    refreshes.clear()
    session.learn([1.0] * 10)
    assert not any(timer.isActive() for timer in monitor.findChildren(QTimer))
    assert refreshes == []
    monitor.show()
    assert refreshes == [310]


def test_curves_stay_after_the_run(monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 5)
    session.run.test_accuracy = 0.97
    session.enter(SessionState.FINISHED)
    monitor.refresh()
    assert not monitor.empty
    assert len(monitor.curves.loss.batches) == 5
    assert monitor.summary.texts["test"] == "97.0\N{NO-BREAK SPACE}%"
    assert text_of(monitor, "run_state") == "Finished"


def test_weights_from_a_file_show_their_history(monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 5)
    session.show_run([EpochFinished(1, 2, 0.5, 0.5, 0.6, 0.5, 1.0), EpochFinished(2, 2, 0.4, 0.5, 0.5, 0.5, 2.0)])
    monitor.refresh()
    assert monitor.curves.loss.smoothed.y == pytest.approx([0.5, 0.4])
    assert monitor.summary.texts["best"] == "2"
    session.show_run()
    monitor.refresh()
    assert monitor.empty


def test_nothing_keeps_a_dropped_monitor_alive(qtbot, session) -> None:
    monitor = Monitor(session)
    session.begin()
    session.learn([1.0] * 20)
    session.end_epoch(1.0, 1.0)
    monitor.show()
    monitor.refresh()
    monitor.grab()
    gone = [weakref.ref(monitor), weakref.ref(monitor.loss_plot), weakref.ref(monitor.loss_plot.area)]
    monitor.shutdown()
    monitor.close()
    monitor.deleteLater()
    del monitor
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [reference() for reference in gone] == [None, None, None]
    session.learn([1.0])
