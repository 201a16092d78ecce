"""A folded block opens while something is dragged over it and stays there for a moment."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.document.blocks import layers_in

INSIDE = {"layers": [{"type": "ReLu", "name": "relu_1"}, {"type": "Sigmoid", "name": "sigmoid_1"}]}


@pytest.fixture
def folded(make_harness, document_of):
    harness = make_harness(document_of(("ReLu", "relu_1"), ("Residual", "outer", INSIDE), ("Tanh", "tanh_1")))
    harness.canvas.set_folded(("outer",), True)
    return harness


def names(harness, *path: str) -> list[str]:
    return [layer.name for layer in layers_in(harness.document.project, path)]


def hold_over(harness, name: str) -> None:
    """Move the pointer over a card from above, until the card lies still below it."""
    for _ in range(3):
        place = harness.canvas.card_stack.place_of(harness.card(name))
        harness.move_to(QPoint(place.center().x(), place.top() + 8))


def test_a_layer_is_held_over_a_folded_block_and_dropped_into_it(folded, qtbot) -> None:
    folded.pick_up(folded.entry("Dropout"))
    hold_over(folded, "outer")
    assert folded.card("outer").model.folded
    qtbot.waitUntil(lambda: folded.card("outer").model.is_open)
    place = folded.canvas.card_stack.place_of(folded.card("sigmoid_1", ("outer",)))
    folded.move_to(QPoint(place.center().x(), place.top() + 2))
    folded.release()
    assert names(folded, "outer") == ["relu_1", "dropout_1", "sigmoid_1"]


def test_the_block_stays_folded_if_the_pointer_moves_on_or_the_drag_ends(folded, qtbot) -> None:
    timer = folded.canvas._hover_opening._timer
    folded.pick_up(folded.card("tanh_1"))
    hold_over(folded, "outer")
    assert timer.isActive()
    folded.move_to_gap(0)
    assert not timer.isActive()
    hold_over(folded, "outer")
    assert timer.isActive()
    QTest.keyClick(folded.window, Qt.Key.Key_Escape)
    assert not timer.isActive()
    assert folded.card("outer").model.folded


def test_a_drop_before_the_block_opens_leaves_it_folded(folded) -> None:
    folded.pick_up(folded.card("tanh_1"))
    hold_over(folded, "outer")
    folded.release()
    assert not folded.canvas._hover_opening._timer.isActive()
    assert folded.card("outer").model.folded
    assert names(folded) == ["relu_1", "tanh_1", "outer"]
