"""The requests for a new layer: keys on the canvas, and the place that they name."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest


def test_a_letter_on_the_canvas_asks_for_a_layer_after_the_selection(harness, qtbot) -> None:
    harness.click("relu_1")
    with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
        QTest.keyClick(harness.window.focusWidget(), "c")
    block, index, position, text = asked.args
    assert (block, index, text) == ((), 2, "c")
    card, following = harness.card("relu_1"), harness.card("pool_1")
    place = harness.canvas.card_stack.mapFromGlobal(position)
    assert card.geometry().bottom() < place.y() < following.y()
    assert harness.document.undo_stack.count() == 0


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier])
def test_a_shortcut_is_not_text(harness, qtbot, modifier: Qt.KeyboardModifier) -> None:
    harness.click("relu_1")
    with qtbot.assertNotEmitted(harness.canvas.insert_requested):
        QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_C, modifier)


def test_the_gap_scrolls_into_view(make_harness, document_of, qtbot) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(30)]))
    viewport = harness.canvas.viewport()
    with qtbot.waitSignal(harness.canvas.insert_requested) as asked:
        harness.canvas.request_insert()
    _, index, position, text = asked.args
    assert (index, text) == (30, "")
    assert QRect(viewport.rect()).contains(viewport.mapFromGlobal(position))
