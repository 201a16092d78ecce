"""The marks, the legend and the axes of a plot."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.training import SessionState
from app.widgets.theme.theme import DARK, LIGHT, palette_for


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
        assert plot.area.marks.best_label.isVisible()
        assert plot.area.marks.best_label.toPlainText() == expected
        assert plot.area.marks.best_label.pos().x() == 2
    session.begin()
    monitor.refresh()
    assert not monitor.loss_plot.area.marks.best_label.isVisible()


def test_a_narrow_plot_names_only_the_number_of_the_best_epoch(monitor, session) -> None:
    session.begin()
    session.end_epoch(0.5, 0.5)
    monitor.resize(400, 300)
    monitor.refresh()
    area = monitor.accuracy_plot.area
    assert area.pixels < area.fontMetrics().horizontalAdvance("lowest validation loss, epoch 1")
    assert area.marks.best_label.toPlainText() == "epoch 1"


def test_the_log_axis_counts_the_values_that_it_cannot_show(qtbot, monitor, session) -> None:
    session.begin()
    session.learn([1.0, 0.1, 0.0, -1.0])
    monitor.refresh()
    plot = monitor.loss_plot
    assert not plot.note.isVisible()
    plot.area.moved.emit()
    assert not plot.following
    qtbot.mouseClick(monitor.plots.tools.log_button, Qt.MouseButton.LeftButton)
    assert plot.log
    assert plot.following
    assert plot.note.isVisible()
    assert plot.note.text() == "2 values of zero or less cannot be shown on a log axis."
    assert plot.area.heights[0] == pytest.approx(-1)
    drawn = plot.area._batches.getData()[1]
    assert np.array_equal(drawn, [0, -1, np.nan, np.nan], equal_nan=True)
    assert not monitor.accuracy_plot.log


def test_nan_is_marked_where_it_is(monitor, session) -> None:
    session.begin(batches=10)
    session.learn([1.0, math.nan, 1.0, math.inf])
    monitor.refresh()
    area = monitor.loss_plot.area
    assert area.marks.non_finite_label.isVisible()
    assert area.marks.non_finite.getData()[0].tolist() == pytest.approx([0.2, 0.4])
    assert not monitor.accuracy_plot.area.marks.non_finite_label.isVisible()
    assert monitor.summary.texts["training_loss"] == "1.00"


def test_a_pause_and_a_stop_are_marked(monitor, session) -> None:
    session.begin(batches=10)
    session.learn([1.0] * 15)
    line = monitor.loss_plot.area.marks.stop_marker
    for state, word in ((SessionState.PAUSED, "paused"), (SessionState.STOPPED, "stopped")):
        session.enter(state)
        assert line.isVisible()
        assert line.value() == 1.5
        assert line.label.toPlainText() == word
        session.enter(SessionState.RUNNING)
        assert not line.isVisible()


def test_the_legend_shows_the_values_under_the_mouse(qtbot, monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([4.0] * 10 + [2.0] * 10)
    session.end_epoch(4.0, 3.0)
    monitor.refresh()
    plot = monitor.loss_plot
    spot = plot.area.mapFromScene(plot.area.getPlotItem().getViewBox().mapViewToScene(QPointF(0.5, 2.0)))
    qtbot.mouseMove(plot.area.viewport(), spot)
    assert plot.training_legend.text == "training 4.00"
    assert plot.area.marks.cursor.label.toPlainText() == "epoch 0.5 · this batch 4.00"
    assert plot.validation_legend.text == "validation"
    QApplication.sendEvent(plot.area, QEvent(QEvent.Type.Leave))
    assert plot.training_legend.text != "training 4.00"
    assert not plot.area.marks.cursor.isVisible()
    assert plot.validation_legend.text == "validation 3.00"


def test_a_narrow_plot_says_only_where_the_cursor_is(monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([4.0] * 20)
    monitor.refresh()
    label = monitor.loss_plot.area.marks.cursor.label
    monitor.loss_plot.show_cursor(0.5)
    assert label.toPlainText() == "epoch 0.5 · this batch 4.00"
    monitor.resize(420, 300)
    QApplication.processEvents()
    monitor.loss_plot.show_cursor(1.0)
    assert label.toPlainText() == "epoch 1.0"


def test_the_plot_follows_the_theme(qapp, monitor, session) -> None:
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
            assert area.marks.stop_marker.pen.color().name() == QColor(theme.muted).name()
            assert area.marks.stop_marker.label.color.name() == QColor(theme.muted).name()
            assert area.marks.stop_marker.label.toPlainText() == "paused"
    finally:
        qapp.setPalette(before)


def test_marks_without_points_are_hidden_because_to_paint_nothing_takes_long(monitor, session) -> None:
    session.begin(batches=10)
    session.learn([1.0, 0.9])
    monitor.refresh()
    area = monitor.loss_plot.area
    empty = (area.marks.best, area.marks.non_finite, area.marks.outliers, area._epoch_markers)
    assert area._batch_points.isVisible()
    assert not any(mark.isVisible() for mark in empty)
    session.learn([math.nan])
    monitor.refresh()
    assert area.marks.non_finite.isVisible()
