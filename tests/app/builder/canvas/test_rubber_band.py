"""The rubber band on the bare canvas."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRubberBand

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT = Qt.MouseButton.LeftButton


def drag_band(harness, first: str, last: str, modifier: Qt.KeyboardModifier = NONE, release: bool = True) -> None:
    """Drag a rubber band at the left edge of the cards, from above one card into another one."""
    stack = harness.canvas.card_stack
    start = QPoint(4, harness.card(first).y() - 3)
    end = QPoint(harness.card(last).x() + 30, harness.card(last).y() + 10)
    QTest.mousePress(stack, LEFT, modifier, start)
    QTest.mouseMove(stack, start + QPoint(2, 2))
    QTest.mouseMove(stack, end)
    if release:
        QTest.mouseRelease(stack, LEFT, modifier, end)


def test_the_band_selects_the_cards_that_it_touches(harness) -> None:
    drag_band(harness, "relu_1", "flatten_1", release=False)
    band = harness.canvas.card_stack.findChild(QRubberBand)
    assert band.isVisible()
    assert harness.document.selection == ("relu_1", "pool_1", "flatten_1")
    QTest.mouseMove(harness.canvas.card_stack, harness.card("relu_1").geometry().center())
    assert harness.document.selection == ("relu_1",)
    QTest.mouseRelease(harness.canvas.card_stack, LEFT, NONE, QPoint(50, 200))
    assert not band.isVisible()
    assert harness.document.selection == ("relu_1",)
    assert harness.document.undo_stack.count() == 0


@pytest.mark.parametrize("modifier", [CTRL, SHIFT])
def test_ctrl_and_shift_add_to_the_selection(harness, modifier: Qt.KeyboardModifier) -> None:
    harness.click("linear_1")
    drag_band(harness, "conv_1", "relu_1", modifier)
    assert harness.document.selection == ("conv_1", "relu_1", "linear_1")


def test_without_a_modifier_the_band_replaces_the_selection(harness) -> None:
    harness.click("linear_1")
    drag_band(harness, "conv_1", "relu_1")
    assert harness.document.selection == ("conv_1", "relu_1")


def test_the_band_scrolls_at_the_edge(make_harness, document_of, qtbot) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(20)]))
    stack, viewport = harness.canvas.card_stack, harness.canvas.viewport()
    drag_band(harness, "relu_0", "relu_1", release=False)
    bottom = stack.mapFrom(viewport, QPoint(viewport.width() // 2, viewport.height() - 2))
    QTest.mouseMove(stack, bottom)
    bar = harness.canvas.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=5000)
    assert "relu_19" in harness.document.selection
    assert harness.document.selection[0] == "relu_0"
    QTest.mouseRelease(stack, LEFT, NONE, bottom)
    assert harness.canvas.card_stack.findChild(QRubberBand) is None or not harness.canvas._rubber_band.active


def test_the_selected_cards_are_dragged_together(harness) -> None:
    drag_band(harness, "conv_1", "relu_1")
    harness.pick_up(harness.card("relu_1"))
    harness.move_to_gap(1)
    harness.release()
    assert harness.names() == ["pool_1", "conv_1", "relu_1", "flatten_1", "linear_1"]
