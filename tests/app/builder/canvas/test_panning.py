"""Moving the canvas with the middle button, and with Space and the left button."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

THIRTY = [("ReLu", f"relu_{number}") for number in range(30)]
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def long_harness(make_harness, document_of):
    harness = make_harness(document_of(*THIRTY))
    harness.canvas.zoom.set_factor(1.5)
    harness.canvas.verticalScrollBar().setValue(500)
    harness.canvas.horizontalScrollBar().setValue(100)
    return harness


def drag(harness, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    """Drag with a button from one point of the viewport to another; Qt sends all events to the first widget."""
    viewport = harness.canvas.viewport()
    target = viewport.childAt(start)
    QTest.mousePress(target, button, pos=target.mapFrom(viewport, start))
    QTest.mouseMove(target, target.mapFrom(viewport, end))
    QTest.mouseRelease(target, button, pos=target.mapFrom(viewport, end))


def places(harness) -> tuple[int, int]:
    return harness.canvas.horizontalScrollBar().value(), harness.canvas.verticalScrollBar().value()


def test_the_middle_button_moves_the_canvas_and_selects_nothing(long_harness) -> None:
    drag(long_harness, MIDDLE, QPoint(200, 200), QPoint(180, 120))
    assert places(long_harness) == (120, 580)
    assert long_harness.document.selection == ()


def test_space_and_the_left_button_move_the_canvas(long_harness) -> None:
    card = long_harness.card("relu_3")
    card.setFocus()
    QTest.keyPress(card, Qt.Key.Key_Space)
    drag(long_harness, LEFT, QPoint(200, 200), QPoint(230, 210))
    QTest.keyRelease(card, Qt.Key.Key_Space)
    assert places(long_harness) == (70, 490)
    assert long_harness.document.selection == ()
    drag(long_harness, LEFT, QPoint(200, 200), QPoint(201, 200))
    assert places(long_harness) == (70, 490)
    assert len(long_harness.document.selection) == 1


def test_space_alone_selects_the_card_with_the_focus(harness) -> None:
    harness.click("pool_1")
    harness.canvas._selection.clear()
    assert harness.document.selection == ()
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_Space)
    assert harness.document.selection == ("pool_1",)
