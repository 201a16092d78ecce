"""The cards follow the document: layout, scrolling, and how few cards change."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLabel

from app.builder import Canvas
from app.document import Document
from app.document.edits import change_settings, change_training, remove_layers, rename_layer
from tinyml.storage import Project


def rebuilds(canvas: Canvas) -> int:
    return sum(card.rebuilds for card in canvas.card_stack.all_cards())


def test_an_empty_network_says_what_to_do_next(make_harness, qapp) -> None:
    harness = make_harness(Document(Project()))
    empty = harness.canvas.findChild(QLabel, "empty_canvas_text")
    assert "Drag one here, press Enter" in empty.text()
    assert empty.isVisible()
    harness.canvas.commands.insert("Flatten")
    assert not empty.isVisible()


def test_a_change_rebuilds_only_the_cards_that_differ(harness) -> None:
    document = harness.document
    cards = list(harness.canvas.card_stack.cards)
    before = rebuilds(harness.canvas)
    document.apply(change_training(document.project, epochs=3))
    assert rebuilds(harness.canvas) == before
    document.apply(rename_layer(document.project, "relu_1", "kink"))
    assert rebuilds(harness.canvas) == before + 1
    document.apply(change_settings(document.project, "linear_1", {"bias": False}))
    assert rebuilds(harness.canvas) <= before + 3
    assert harness.canvas.card_stack.cards == cards


def test_a_hundred_layers_follow_an_edit_with_few_rebuilds(make_harness, document_of) -> None:
    layers = [("ReLu" if index % 2 else "Tanh", f"layer_{index}") for index in range(100)]
    harness = make_harness(document_of(*layers))
    before = rebuilds(harness.canvas)
    harness.click("layer_0")
    harness.canvas.commands.insert("Dropout")
    assert rebuilds(harness.canvas) <= before + 2  # the new one, and the last one, whose problem has moved
    harness.canvas.commands.move_down()
    harness.canvas.commands.delete()
    assert rebuilds(harness.canvas) <= before + 4
    assert harness.shown() == harness.names()


@pytest.mark.parametrize("width", [260, 420, 700, 1400])
def test_cards_never_overlap_and_stay_inside(qtbot, document, width: int) -> None:
    document.apply(remove_layers(document.project, ["flatten_1"]))
    canvas = Canvas(document, None)
    qtbot.addWidget(canvas)
    canvas.resize(width, 500)
    canvas.show()
    cards = canvas.card_stack.all_cards()
    for above, below in pairwise(cards):
        assert above.geometry().bottom() < below.geometry().top()
    assert all(card.x() >= 0 and card.geometry().right() < canvas.viewport().width() for card in cards)
    canvas.grab()


def test_another_project_is_shown_from_its_top(make_harness, document_of) -> None:
    layers = [("ReLu", f"relu_{number}") for number in range(30)]
    harness = make_harness(document_of(*layers))
    harness.document.select(("relu_29",))
    harness.card("relu_29").setFocus()
    bar = harness.canvas.verticalScrollBar()
    assert bar.value() > 0
    harness.document.replace(document_of(*layers).project)
    assert bar.value() == 0
    assert harness.canvas.card_stack.input_card.hasFocus()


def test_a_card_that_is_scrolled_away_from_the_mouse_loses_its_outline(make_harness, document_of, monkeypatch) -> None:
    harness = make_harness(document_of(*[("ReLu", f"relu_{number}") for number in range(30)]))
    viewport = harness.canvas.viewport()
    under = viewport.mapToGlobal(QPoint(viewport.width() // 2, 150))
    monkeypatch.setattr(QCursor, "pos", lambda: under)
    bar = harness.canvas.verticalScrollBar()

    def hovered() -> list[str]:
        return [card.model.name for card in harness.canvas.card_stack.all_cards() if card.hovered]

    bar.setValue(200)
    first = hovered()
    assert len(first) == 1
    bar.setValue(600)
    assert len(hovered()) == 1
    assert hovered() != first
    monkeypatch.setattr(QCursor, "pos", lambda: QPoint(-50, -50))
    bar.setValue(700)
    assert hovered() == []
