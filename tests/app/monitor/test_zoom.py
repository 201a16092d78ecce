"""Panning, zooming and following the run."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.monitor.plot_area import PlotArea

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def turn_wheel(area: PlotArea, modifiers: Qt.KeyboardModifier = NO_MODIFIER, angle: int = 120) -> None:
    """Turn the wheel over the middle of the curves, by `angle` eighths of a degree."""
    place = area.viewport().rect().center()
    position, whole = QPointF(place), QPointF(area.viewport().mapToGlobal(place))
    turn, phase = QPoint(0, angle), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(position, whole, QPoint(), turn, Qt.MouseButton.NoButton, modifiers, phase, False)
    QApplication.sendEvent(area.viewport(), event)


def test_refreshes_keep_the_zoom_of_the_user(qtbot, monitor, session) -> None:
    session.begin(epochs=20)
    session.learn(np.linspace(2, 1, 50))
    monitor.refresh()
    plot = monitor.loss_plot
    turn_wheel(plot.area, angle=240)
    assert not plot.following
    zoomed = (plot.area.positions, plot.area.heights)
    assert zoomed[0][1] - zoomed[0][0] < 19
    session.learn(np.linspace(1, 0.5, 50))
    monitor.refresh()
    assert (plot.area.positions, plot.area.heights) == zoomed
    assert monitor.accuracy_plot.area.positions == zoomed[0], "the plots show the same epochs"
    assert not monitor.plots.tools.follow_button.isChecked()
    viewport = plot.area.viewport()
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    assert plot.following
    assert plot.area.positions == pytest.approx((0.0, 20.0), abs=0.5)


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
    assert plot.area.positions[0] < -1


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Minus])
def test_keys_pan_and_zoom_and_show_the_whole_run_again(qtbot, monitor, session, key) -> None:
    session.begin(epochs=20)
    session.learn([1.0] * 20)
    monitor.refresh()
    plot = monitor.accuracy_plot
    before = (plot.area.positions, plot.area.heights)
    qtbot.keyClick(plot.area, key)
    assert not plot.following
    assert (plot.area.positions, plot.area.heights) != before
    qtbot.keyClick(plot.area, Qt.Key.Key_A)
    assert plot.following
    assert (plot.area.positions, plot.area.heights) == before


def test_the_wheel_zooms_the_epochs_and_with_ctrl_the_values(monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([3.0, 2.0, 1.0] * 20)
    monitor.refresh()
    plot = monitor.loss_plot
    epochs, heights = plot.area.positions, plot.area.heights
    turn_wheel(plot.area)
    assert plot.area.positions[1] - plot.area.positions[0] < epochs[1] - epochs[0]
    assert plot.area.heights == pytest.approx(heights)
    assert not plot.following
    monitor.plots.tools.follow_button.click()
    turn_wheel(plot.area, Qt.KeyboardModifier.ControlModifier)
    assert plot.area.heights[1] - plot.area.heights[0] < heights[1] - heights[0]
    assert plot.area.positions == pytest.approx(epochs)


def test_a_new_run_is_followed_from_its_beginning(monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([3.0] * 20)
    monitor.refresh()
    monitor.plots.tools.follow_button.click()
    session.begin(epochs=7)
    monitor.refresh()
    assert monitor.loss_plot.following
    assert monitor.loss_plot.area.positions == pytest.approx((0.0, 7.0), abs=0.2)
    assert monitor.curves.empty
