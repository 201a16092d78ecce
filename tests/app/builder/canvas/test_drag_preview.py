"""The preview in the gap and on the cards, while something is dragged."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.builder.canvas import drag_preview
from app.builder.canvas.gap_frame import GapFrame, GapText, text_height


@pytest.fixture
def frame(harness) -> GapFrame:
    return harness.canvas.findChild(QWidget, "gap_frame")


def previews(harness) -> dict[str, str]:
    """Return the previewed shapes by the names of the cards."""
    return {card.model.name: card.preview for card in harness.canvas.card_stack.cards if card.preview}


def test_the_gap_says_what_a_drop_would_change(harness, frame, qtbot) -> None:
    harness.pick_up(harness.entry("MaxPool2D"))
    harness.move_to_gap(1)
    assert frame.text == GapText("drop", "MaxPool2D"), "at first only what is dragged"
    qtbot.waitUntil(lambda: bool(frame.text.facts))
    assert frame.text.facts == ("gives 4×3×3", "−320 parameters")
    assert previews(harness) == {"relu_1": "4×3×3", "pool_1": "4×1×1", "flatten_1": "4"}
    assert frame.geometry() == harness.canvas.card_stack.gap_rect()
    before = harness.document.project
    QTest.keyClick(harness.window, Qt.Key.Key_Escape)
    assert previews(harness) == {}
    assert not frame.isVisible()
    assert harness.document.project is before


def test_a_problem_is_announced_and_a_drop_ends_the_preview(harness, frame, qtbot) -> None:
    harness.pick_up(harness.entry("Linear"))
    harness.move_to_gap(0)
    qtbot.waitUntil(lambda: bool(frame.text.trouble))
    assert frame.text.trouble == "Linear needs a vector but receives 1×8×8."
    assert previews(harness)["linear_1"] == "?"
    harness.release()
    assert previews(harness) == {}
    assert frame.text is None
    assert harness.names()[0] == "linear_2"


def test_a_moved_card_is_previewed(harness, frame, qtbot) -> None:
    harness.pick_up(harness.card("pool_1"))
    harness.move_to_gap(0)
    qtbot.waitUntil(lambda: bool(frame.text.facts))
    assert (frame.text.verb, frame.text.what) == ("move", "pool_1")
    assert frame.text.facts[0] == "gives 1×4×4"
    assert previews(harness)["conv_1"] == "4×2×2"
    QTest.keyPress(harness.window, Qt.Key.Key_Alt)
    assert frame.text.verb == "copy"
    QTest.keyRelease(harness.window, Qt.Key.Key_Alt)
    harness.release()


def test_the_preview_is_computed_once_for_a_gap(harness, frame, qtbot, monkeypatch) -> None:
    calls = []
    original = drag_preview.preview_edit
    monkeypatch.setattr(drag_preview, "preview_edit", lambda *arguments: calls.append(1) or original(*arguments))
    harness.pick_up(harness.entry("Dropout"))
    harness.move_to_gap(2)
    qtbot.waitUntil(lambda: bool(frame.text.facts))
    rect = harness.canvas.card_stack.gap_rect()
    for y in range(rect.top(), rect.bottom(), 3):
        harness.move_to(QPoint(rect.center().x(), y))
    assert frame.text.facts == ("stays 4×6×6",)
    assert len(calls) == 1
    harness.release()


@pytest.mark.parametrize("zoom", [0.4, 1.0, 2.0])
def test_the_preview_is_painted_at_any_zoom(harness, frame, qtbot, zoom: float) -> None:
    harness.canvas.zoom.set_factor(zoom)
    harness.pick_up(harness.entry("Linear"))
    harness.move_to_gap(1)
    empty = frame.grab().toImage()
    qtbot.waitUntil(lambda: bool(frame.text.trouble))
    assert frame.grab().toImage() != empty
    harness.canvas.grab()
    harness.release()


@pytest.mark.parametrize("zoom", [0.25, 0.4, 0.6])
def test_a_gap_between_small_cards_has_room_for_both_lines(harness, frame, qtbot, zoom: float) -> None:
    harness.canvas.zoom.set_factor(zoom)
    harness.pick_up(harness.entry("Linear"))
    harness.move_to_gap(0)
    qtbot.waitUntil(lambda: bool(frame.text.trouble))
    assert frame.height() >= text_height(frame.font(), zoom) - 1
    assert text_height(frame.font(), zoom) > 2 * QFontMetrics(frame.font()).height() * 0.6
    QTest.keyClick(harness.window, Qt.Key.Key_Escape)
