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
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
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


# -------------------------------------------------------------------------------------------------------- inside blocks

INSIDE = {
    "layers": [{"type": kind, "name": name} for kind, name in (("ReLu", "a"), ("Tanh", "b"), ("Sigmoid", "c"))],
}


@pytest.fixture
def block_harness(make_harness, document_of):
    return make_harness(document_of(("ReLu", "relu_1"), ("Residual", "r", INSIDE), ("Tanh", "tanh_1")))


def drag_band_inside(harness, end: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Drag a rubber band from the left edge inside the block, above its first layer, to a point of the card stack."""
    stack, card = harness.canvas.card_stack, harness.card("r")
    start = QPoint(3, card.header_height + 2)
    QTest.mousePress(card, LEFT, modifier, start)
    QTest.mouseMove(card, start + QPoint(2, 2))
    QTest.mouseMove(card, card.mapFrom(stack, end))
    QTest.mouseRelease(card, LEFT, modifier, card.mapFrom(stack, end))


def test_a_band_that_starts_in_a_block_selects_layers_of_the_block(block_harness) -> None:
    harness = block_harness
    drag_band_inside(harness, harness.card("b", ("r",)).geometry().center())
    assert (harness.document.block, harness.document.selection) == (("r",), ("a", "b"))
    # Outside of the block, it selects no other layers.
    drag_band_inside(harness, harness.card("tanh_1").geometry().center())
    assert (harness.document.block, harness.document.selection) == (("r",), ("a", "b", "c"))
    assert harness.document.undo_stack.count() == 0
    assert not harness.canvas._rubber_band.active


def test_a_band_in_a_block_keeps_the_selected_block_only_while_it_touches_no_layer(block_harness) -> None:
    harness = block_harness
    harness.click("r")
    stack, card = harness.canvas.card_stack, harness.card("r")
    start = QPoint(3, card.header_height + 2)
    QTest.mousePress(card, LEFT, NONE, start)
    QTest.mouseMove(card, start + QPoint(60, 40))
    assert (harness.document.block, harness.document.selection) == (("r",), ("a",))
    QTest.mouseMove(card, start + QPoint(1, 0))
    assert (harness.document.block, harness.document.selection) == ((), ("r",))
    QTest.mouseMove(card, card.mapFrom(stack, harness.card("a", ("r",)).geometry().center()))
    QTest.mouseRelease(card, LEFT, NONE, start)
    assert (harness.document.block, harness.document.selection) == (("r",), ("a",))


def test_ctrl_adds_to_the_selection_in_the_block(block_harness) -> None:
    harness = block_harness
    QTest.mouseClick(harness.card("c", ("r",)), LEFT, NONE, QPoint(60, 12))
    drag_band_inside(harness, harness.card("a", ("r",)).geometry().center(), CTRL)
    assert (harness.document.block, harness.document.selection) == (("r",), ("a", "c"))


def test_a_click_beside_the_layers_of_a_block_selects_the_block(block_harness) -> None:
    harness = block_harness
    card = harness.card("r")
    QTest.mouseClick(card, LEFT, NONE, QPoint(3, card.header_height + 2))
    assert (harness.document.block, harness.document.selection) == ((), ("r",))


def test_after_a_drag_a_click_on_the_bare_canvas_selects_nothing(harness) -> None:
    harness.click("conv_1")
    harness.pick_up(harness.card("conv_1"))
    harness.move_to_gap(2)
    harness.release()
    assert harness.document.selection == ("conv_1",)
    QTest.mouseClick(harness.canvas.card_stack, LEFT, NONE, QPoint(4, 200))
    assert harness.document.selection == ()
