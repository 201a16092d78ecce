"""Ink on the canvas, by mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest

from app.inspector.samples.drawing.drawing_canvas import DrawingCanvas
from app.inspector.samples.drawing.drawing_tools import DrawingTools
from app.training.drawing import RESOLUTION

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def canvas(qtbot):
    canvas = DrawingCanvas()
    qtbot.addWidget(canvas)
    canvas.set_shape((1, 28, 28))
    canvas.show()
    return canvas


def draw(canvas, *points: tuple[int, int]) -> None:
    """Draw a stroke through some positions of the widget."""
    QTest.mousePress(canvas, LEFT, NONE, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(*points[-1]))


def amount(canvas) -> int:
    return int((canvas.ink()[..., 3] > 127).sum())


def undo_key(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)


def test_a_stroke_leaves_ink_where_the_mouse_was(canvas):
    changes, ends = [], []
    canvas.changed.connect(lambda: changes.append(1))
    canvas.stroke_ended.connect(lambda: ends.append(1))
    assert canvas.is_empty
    middle = canvas.width() // 2
    draw(canvas, (20, middle), (60, middle), (100, middle))
    ink = canvas.ink()
    assert ink.shape == (RESOLUTION, RESOLUTION, 4)
    rows, columns = (np.flatnonzero((ink[..., 3] > 127).any(axis=axis)) for axis in (1, 0))
    assert abs((rows[0] + rows[-1]) / 2 - RESOLUTION / 2) < 3
    assert len(rows) == pytest.approx(canvas.pen_width * RESOLUTION, abs=2)
    assert columns[0] == pytest.approx((20 - 2) / (canvas.width() - 4) * RESOLUTION - len(rows) / 2, abs=3)
    assert (len(changes), len(ends)) == (3, 1)


def test_a_click_leaves_a_dot_and_the_right_button_none(canvas):
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, NONE, QPoint(60, 60))
    assert canvas.is_empty
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(60, 60))
    assert amount(canvas) == pytest.approx(np.pi * (canvas.pen_width * RESOLUTION / 2) ** 2, rel=0.1)


def test_the_eraser_takes_ink_away(canvas):
    draw(canvas, (20, 60), (100, 60))
    before = amount(canvas)
    canvas.erasing = True
    draw(canvas, (60, 20), (60, 100))
    assert 0 < amount(canvas) < before


def test_steps_are_undone_and_redone(canvas):
    draw(canvas, (20, 60), (100, 60))
    first = canvas.ink()
    draw(canvas, (60, 20), (60, 100))
    second = canvas.ink()
    canvas.clear()
    assert canvas.is_empty
    canvas.undo()
    np.testing.assert_array_equal(canvas.ink(), second)
    canvas.undo()
    np.testing.assert_array_equal(canvas.ink(), first)
    canvas.redo()
    np.testing.assert_array_equal(canvas.ink(), second)
    canvas.undo()
    draw(canvas, (20, 20), (30, 30))
    assert not canvas.can_redo
    canvas.undo()
    canvas.undo()
    assert canvas.is_empty
    assert not canvas.can_undo
    canvas.undo()  # nothing happens
    assert canvas.is_empty


def test_an_empty_canvas_has_nothing_to_clear(canvas):
    canvas.clear()
    assert not canvas.can_undo


def test_ctrl_z_belongs_to_the_canvas_only_while_it_has_a_stroke_to_take_back(canvas):
    event = undo_key(Qt.Key.Key_Z, CONTROL)
    canvas.event(event)
    assert not event.isAccepted()
    draw(canvas, (20, 60), (100, 60))
    event = undo_key(Qt.Key.Key_Z, CONTROL)
    canvas.event(event)
    assert event.isAccepted()
    again = undo_key(Qt.Key.Key_Z, CONTROL | SHIFT)
    canvas.event(again)
    assert not again.isAccepted()
    QTest.keyClick(canvas, Qt.Key.Key_Z, CONTROL)
    assert canvas.is_empty
    again = undo_key(Qt.Key.Key_Z, CONTROL | SHIFT)
    canvas.event(again)
    assert again.isAccepted()
    QTest.keyClick(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert not canvas.is_empty


def test_arrow_keys_move_the_pen_and_space_draws(canvas):
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)
    assert canvas.is_empty
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    for _ in range(10):
        QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    ink = canvas.ink()[..., 3] > 127
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    pixel, width = RESOLUTION / 28, canvas.pen_width * RESOLUTION
    assert len(rows) == pytest.approx(10 * pixel + width, abs=2)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(RESOLUTION / 2 - 4 * pixel, abs=2)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert amount(canvas) == ink.sum()
    for _ in range(40):
        QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.ink()[0, :, 3].any()
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty


def test_the_canvas_has_the_proportions_of_the_data(canvas):
    canvas.set_shape((3, 16, 32))
    assert canvas.ink().shape == (RESOLUTION // 2, RESOLUTION, 4)
    assert canvas.width() > 1.8 * canvas.height()
    canvas.set_shape((3, 1, 500))
    assert canvas.ink().shape == (1, RESOLUTION, 4)


def test_the_pen_has_a_colour(canvas):
    canvas.set_colors(QColor("black"), QColor(10, 200, 30))
    draw(canvas, (60, 60), (80, 60))
    np.testing.assert_array_equal(canvas.ink()[140, 150], (10, 200, 30, 255))


def test_another_drawing_is_continued(canvas):
    draw(canvas, (20, 60), (100, 60))
    ink = canvas.ink()
    canvas.set_shape((1, 28, 28))
    assert canvas.is_empty
    canvas.show_ink(ink)
    np.testing.assert_array_equal(canvas.ink(), ink)
    assert not canvas.can_undo


def test_tools_change_the_pen_and_are_enabled_when_they_can_do_something(canvas, qtbot):
    tools = DrawingTools(canvas)
    qtbot.addWidget(tools)
    buttons = {
        name: tools.findChild(object, f"inspector_draw_{name}")
        for name in ("pen", "eraser", "undo", "redo", "clear", "color")
    }
    assert not any(buttons[name].isEnabled() for name in ("undo", "redo", "clear"))
    thin = next(action for action in buttons["pen"].menu().actions() if action.text() == "thin")
    thin.trigger()
    assert canvas.pen_width == 0.05
    draw(canvas, (20, 60), (100, 60))
    assert buttons["undo"].isEnabled()
    assert buttons["clear"].isEnabled()
    buttons["undo"].click()
    assert canvas.is_empty
    assert buttons["redo"].isEnabled()
    buttons["redo"].click()
    assert not canvas.is_empty
    buttons["eraser"].click()
    assert canvas.erasing
    chosen = []
    tools.color_chosen.connect(chosen.append)
    tools.offer_colors(True, QColor("red"))
    next(action for action in buttons["color"].menu().actions() if action.text() == "blue").trigger()
    assert [color.name() for color in chosen] == ["#2060e0"]
    assert not canvas.erasing
    buttons["clear"].click()
    assert canvas.is_empty
