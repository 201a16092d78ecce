import csv
import gc
import math
import weakref
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox, QPushButton

from app.monitor import Monitor
from app.training import Run, SessionState
from app.widgets.theme.theme import DARK, LIGHT, current_theme, palette_for
from tinyml.learner import EpochFinished


def text_of(monitor: Monitor, name: str) -> str:
    return monitor.findChild(QLabel, name).text()


def test_before_the_first_run_it_says_what_to_do(monitor, session) -> None:
    assert monitor.empty
    assert monitor.findChild(QLabel, "monitor_empty").isVisible()
    assert "Press F5" in text_of(monitor, "monitor_empty")
    session.begin()
    monitor.refresh()
    assert not monitor.empty
    assert monitor.loss_plot.isVisible()


def test_reports_become_curves_and_figures(qtbot, monitor, session) -> None:
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
    assert monitor.loss_plot.area.epochs == pytest.approx((0.0, 4.0), abs=0.05)
    assert monitor.accuracy_plot.area.heights == pytest.approx((0.0, 1.05), abs=0.05)


def test_a_screen_reader_hears_each_figure_with_its_name(monitor, session) -> None:
    def heard(name: str) -> str:
        label = monitor.findChild(QLabel, name)
        return QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name)

    assert heard("run_training_loss") == "Loss, training: –"
    session.begin(epochs=4)
    session.learn([0.125] * 20)
    monitor.refresh()
    assert heard("run_training_loss") == "Loss, training: 0.125"
    assert heard("run_epoch") == "Epoch: 2 of 4"
    assert heard("run_state") == "State of the run: Running"


def test_without_a_validation_set_there_is_no_legend_for_it(monitor, session) -> None:
    session.begin()
    session.end_epoch(1.0, None)
    monitor.refresh()
    assert not monitor.loss_plot.validation_legend.isVisible()
    assert monitor.summary.texts["validation_loss"] == "–"
    session.begin()
    session.end_epoch(1.0, 1.0)
    monitor.refresh()
    assert monitor.loss_plot.validation_legend.isVisible()


def test_the_best_epoch_is_marked(monitor, session) -> None:
    session.begin()
    for loss in (0.9, 0.5, 0.7):
        session.end_epoch(loss, loss)
    monitor.refresh()
    words = ("best, epoch 2", "lowest validation loss, epoch 2")
    for plot, expected in zip((monitor.loss_plot, monitor.accuracy_plot), words, strict=True):
        assert plot.area._best_label.isVisible()
        assert plot.area._best_label.toPlainText() == expected
        assert plot.area._best_label.pos().x() == 2
    session.begin()
    monitor.refresh()
    assert not monitor.loss_plot.area._best_label.isVisible()


def test_it_is_painted_at_most_thirty_times_a_second_and_not_while_hidden(qtbot, monitor, session, monkeypatch) -> None:
    session.begin(epochs=50, batches=1000)
    refreshes = []
    monkeypatch.setattr(monitor.loss_plot, "redraw", lambda: refreshes.append(len(monitor.curves.loss.batches)))
    began = perf_counter()
    for _ in range(30):
        session.learn([1.0] * 10)
        qtbot.wait(1)
    qtbot.waitUntil(lambda: refreshes[-1:] == [300])
    assert len(refreshes) <= (perf_counter() - began) * 30 + 2
    monitor.hide()
    refreshes.clear()
    session.learn([1.0] * 10)
    qtbot.wait(60)
    assert refreshes == []
    monitor.show()
    assert refreshes == [310]


def test_the_zoom_of_the_user_survives_refreshes(qtbot, monitor, session) -> None:
    session.begin(epochs=20)
    session.learn(np.linspace(2, 1, 50))
    monitor.refresh()
    plot = monitor.loss_plot
    viewport = plot.area.viewport()
    center = QPointF(viewport.rect().center())
    turn = QWheelEvent(
        center,
        QPointF(viewport.mapToGlobal(center.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, turn)
    assert not plot.following
    zoomed = (plot.area.epochs, plot.area.heights)
    assert zoomed[0][1] - zoomed[0][0] < 19
    session.learn(np.linspace(1, 0.5, 50))
    monitor.refresh()
    assert (plot.area.epochs, plot.area.heights) == zoomed
    assert monitor.accuracy_plot.following
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    assert plot.following
    assert plot.area.epochs == pytest.approx((0.0, 20.0), abs=0.25)


def test_dragging_pans(qtbot, monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([1.0] * 20)
    monitor.refresh()
    plot = monitor.loss_plot
    viewport = plot.area.viewport()
    start = viewport.rect().center()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for distance in (10, 30, 60):
        qtbot.mouseMove(viewport, start + QPoint(distance, 0))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert not plot.following
    assert plot.area.epochs[0] < -1


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Minus])
def test_the_keyboard_moves_and_comes_back(qtbot, monitor, session, key) -> None:
    session.begin(epochs=20)
    session.learn([1.0] * 20)
    monitor.refresh()
    plot = monitor.accuracy_plot
    before = (plot.area.epochs, plot.area.heights)
    qtbot.keyClick(plot.area, key)
    assert not plot.following
    assert (plot.area.epochs, plot.area.heights) != before
    qtbot.keyClick(plot.area, Qt.Key.Key_A)
    assert plot.following
    assert (plot.area.epochs, plot.area.heights) == before


def test_the_plot_with_the_keyboard_has_a_border_but_not_in_a_saved_picture(qtbot, monitor, session, tmp_path) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    qtbot.waitExposed(monitor)
    monitor.activateWindow()
    area = monitor.loss_plot.area

    def border(image: QImage) -> set[str]:
        return {image.pixelColor(x, 0).name() for x in range(image.width())}

    monitor.loss_plot.log_box.setFocus()
    before = area.grab().toImage()
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(area.hasFocus)
    accent = QColor(current_theme().accent).name()
    assert accent in border(area.grab().toImage()) - border(before)
    monitor.export_to(tmp_path / "curves.png")
    qtbot.waitUntil((tmp_path / "curves.png").exists)
    saved = QImage(str(tmp_path / "curves.png"))
    colors = {saved.pixelColor(x, y).name() for x in range(0, saved.width(), 3) for y in range(saved.height())}
    assert accent not in colors
    assert accent in border(area.grab().toImage())


def turn_wheel(area, modifiers: Qt.KeyboardModifier) -> None:
    place = area.viewport().rect().center()
    position, whole = QPointF(place), QPointF(area.viewport().mapToGlobal(place))
    turn, phase = QPoint(0, 120), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(position, whole, QPoint(), turn, Qt.MouseButton.NoButton, modifiers, phase, False)
    QApplication.sendEvent(area.viewport(), event)


def test_the_wheel_zooms_the_epochs_and_with_ctrl_the_values(monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([3.0, 2.0, 1.0] * 20)
    monitor.refresh()
    plot = monitor.loss_plot
    epochs, heights = plot.area.epochs, plot.area.heights
    turn_wheel(plot.area, Qt.KeyboardModifier.NoModifier)
    assert plot.area.epochs[1] - plot.area.epochs[0] < epochs[1] - epochs[0]
    assert plot.area.heights == pytest.approx(heights)
    assert not plot.following
    plot.follow_box.click()
    turn_wheel(plot.area, Qt.KeyboardModifier.ControlModifier)
    assert plot.area.heights[1] - plot.area.heights[0] < heights[1] - heights[0]
    assert plot.area.epochs == pytest.approx(epochs)


def test_the_summary_counts_epochs_that_are_done_when_a_run_has_ended(monitor, session) -> None:
    session.begin(epochs=20, batches=10)
    session.learn([1.0] * 24)
    session.end_epoch(1.0, 1.0)
    session.end_epoch(1.0, 1.0)
    monitor.refresh()
    assert monitor.summary.texts["epoch"] == "3 of 20"
    session.enter(SessionState.STOPPED)
    monitor.refresh()
    assert monitor.summary.texts["epoch"] == "2 of 20"


def test_a_new_run_is_followed_from_its_beginning(monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([3.0] * 20)
    monitor.refresh()
    monitor.loss_plot.follow_box.click()
    session.begin(epochs=7)
    monitor.refresh()
    assert monitor.loss_plot.following
    assert monitor.loss_plot.area.epochs == pytest.approx((0.0, 7.0), abs=0.1)
    assert monitor.curves.empty


def test_curves_stay_after_the_end(monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 5)
    session.test_accuracy = 0.97
    session.enter(SessionState.FINISHED)
    monitor.refresh()
    assert not monitor.empty
    assert len(monitor.curves.loss.batches) == 5
    assert monitor.summary.texts["test"] == "97.0\N{NO-BREAK SPACE}%"
    assert text_of(monitor, "run_state") == "Finished"


def test_the_log_axis_is_honest(qtbot, monitor, session) -> None:
    session.begin()
    session.learn([1.0, 0.1, 0.0, -1.0])
    monitor.refresh()
    plot = monitor.loss_plot
    assert not plot.note.isVisible()
    plot.area.moved.emit()
    assert not plot.following
    qtbot.mouseClick(plot.log_box, Qt.MouseButton.LeftButton, pos=QPoint(8, plot.log_box.height() // 2))
    assert plot.log
    assert plot.following
    assert plot.note.isVisible()
    assert plot.note.text() == "2 values of zero or less cannot be shown on a log axis."
    assert plot.area.heights[0] == pytest.approx(-1)
    drawn = plot.area._batches.getData()[1]
    assert np.array_equal(drawn, [0, -1, np.nan, np.nan], equal_nan=True)
    assert not monitor.accuracy_plot.log_box.isVisible()


def test_nan_is_marked_where_it_is(monitor, session) -> None:
    session.begin(batches=10)
    session.learn([1.0, math.nan, 1.0, math.inf])
    monitor.refresh()
    area = monitor.loss_plot.area
    assert area._non_finite_label.isVisible()
    assert area._non_finite.getData()[0].tolist() == pytest.approx([0.2, 0.4])
    assert not monitor.accuracy_plot.area._non_finite_label.isVisible()
    assert monitor.summary.texts["training_loss"] == "1.00"


def test_a_pause_and_an_end_can_be_seen(monitor, session) -> None:
    session.begin(batches=10)
    session.learn([1.0] * 15)
    line = monitor.loss_plot.area._stop_marker
    for state, word in ((SessionState.PAUSED, "paused"), (SessionState.STOPPED, "stopped")):
        session.enter(state)
        assert line.isVisible()
        assert line.value() == 1.5
        assert line.label.toPlainText() == word
        session.enter(SessionState.RUNNING)
        assert not line.isVisible()


def test_a_failure_is_explained(monitor, session) -> None:
    session.begin()
    session.learn([1.0])
    session.enter(SessionState.FAILED, "The loss became nan in epoch 1, batch 2. Lower the learning rate.")
    monitor.refresh()
    assert text_of(monitor, "diagnosis_finding") == "The loss became nan in epoch 1, batch 2."
    assert text_of(monitor, "diagnosis_advice") == "Lower the learning rate."
    assert monitor.findChild(QLabel, "diagnosis_finding").property("danger")
    assert monitor.loss_plot.area._stop_marker.label.toPlainText() == "failed"
    session.begin()
    monitor.refresh()
    assert not monitor.findChild(QLabel, "diagnosis_finding").isVisible()


def test_weights_from_a_file_bring_their_history(monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 5)
    session.state = SessionState.READY
    session.config, session.run = None, Run()
    session.history = [EpochFinished(1, 2, 0.5, 0.5, 0.6, 0.5, 1.0), EpochFinished(2, 2, 0.4, 0.5, 0.5, 0.5, 2.0)]
    session.run_changed.emit()
    monitor.refresh()
    assert monitor.curves.loss.smoothed.y.tolist() == [0.5, 0.4]
    assert monitor.summary.texts["best"] == "2"
    session.history, session.run = [], Run()
    session.run_changed.emit()
    monitor.refresh()
    assert monitor.empty


def test_the_mouse_asks_for_values(qtbot, monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([4.0] * 10 + [2.0] * 10)
    session.end_epoch(4.0, 3.0)
    monitor.refresh()
    plot = monitor.loss_plot
    spot = plot.area.mapFromScene(plot.area.getPlotItem().getViewBox().mapViewToScene(QPointF(0.5, 2.0)))
    qtbot.mouseMove(plot.area.viewport(), spot)
    assert plot.training_legend.text == "training 4.00 (epoch 0.5)"
    assert plot.validation_legend.text == "validation"
    QApplication.sendEvent(plot.area, QEvent(QEvent.Type.Leave))
    assert "epoch" not in plot.training_legend.text
    assert plot.validation_legend.text == "validation 3.00"


def test_the_table_holds_every_number(qtbot, monitor, session, tmp_path) -> None:
    session.begin(batches=10)
    losses = np.random.default_rng(0).random(25)
    session.learn(losses)
    session.end_epoch(0.1, None)
    path = tmp_path / "curves.csv"
    monitor.export_to(path)
    qtbot.waitUntil(lambda: text_of(monitor, "monitor_export_report") == "Saved curves.csv.")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["training_loss"]) for row in rows if row["kind"] == "batch"] == losses.tolist()
    assert [row["validation_loss"] for row in rows if row["kind"] == "epoch"] == [""]
    assert rows[0]["epoch"] == "0.1"


def test_the_export_button_saves_a_picture(qtbot, monitor, session, tmp_path, monkeypatch) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    monkeypatch.setattr(QFileDialog, "exec", lambda dialog: dialog.selectNameFilter("Curves as a picture (*.png)") or 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "curves")])
    qtbot.mouseClick(monitor.findChild(QPushButton, "monitor_export"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "curves.png").exists)
    qtbot.waitUntil(lambda: "Saved" in text_of(monitor, "monitor_export_report"))
    image = QImage(str(tmp_path / "curves.png"))
    assert image.width() > 2 * monitor.loss_plot.width()


def test_a_failed_export_is_words_beside_the_button(qtbot, monitor, session, tmp_path) -> None:
    session.begin()
    monitor.refresh()
    monitor.export_to(tmp_path / "missing" / "curves.csv")
    qtbot.waitUntil(lambda: "Could not save" in text_of(monitor, "monitor_export_report"))
    assert monitor.findChild(QLabel, "monitor_export_report").property("danger")


def test_no_file_is_replaced_whose_suffix_was_not_typed(qtbot, monitor, session, tmp_path, monkeypatch) -> None:
    (tmp_path / "curves.csv").write_text("precious")
    answers = iter([1, 0])
    asked = []
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: next(answers))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "curves")])
    monkeypatch.setattr(QMessageBox, "exec", lambda question: asked.append(question.text()))
    monitor.export()
    monitor.shutdown()
    assert asked == ["curves.csv already exists."]
    assert (tmp_path / "curves.csv").read_text() == "precious"


def test_a_closed_file_dialog_saves_nothing(qtbot, monitor, session, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 0)
    monitor.export()
    assert not monitor.findChild(QLabel, "monitor_export_report").isVisible()


def test_light_and_dark(qapp, monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 20)
    session.enter(SessionState.PAUSED)
    area = monitor.loss_plot.area
    before = qapp.palette()
    try:
        for theme in (DARK, LIGHT):
            qapp.setPalette(palette_for(theme))
            qapp.processEvents()
            assert area.grab().toImage().pixelColor(1, 1).name() == theme.surface
            assert area._stop_marker.pen.color().name() == QColor(theme.muted).name()
            assert area._stop_marker.label.color.name() == QColor(theme.muted).name()
            assert area._stop_marker.label.toPlainText() == "paused"
    finally:
        qapp.setPalette(before)


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
