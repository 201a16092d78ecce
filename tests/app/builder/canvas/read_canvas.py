"""What the canvas shows, read from the geometry of its cards, and what it should show."""

from PySide6.QtCore import QRect

from app.builder import Canvas
from app.document import BlockPath, Document

Row = tuple[int, str]
"""Depth of a card, counted from 0 for the cards of the network, and the name on it."""


def read_canvas(canvas: Canvas) -> list[Row]:
    """Return the visible layer cards from top to bottom. The depth follows from the cards that a card lies on."""
    stack = canvas.card_stack
    visible = [(stack.place_of(card), card.model.name) for card in stack.cards if not card.isHidden()]
    visible.sort(key=lambda row: row[0].top())
    fixed = [stack.place_of(card) for card in (stack.input_card, stack.loss_card)]
    rows: list[Row] = []
    around: list[QRect] = []
    bottom = fixed[0].bottom()
    for place, name in visible:
        while around and place.top() > around[-1].bottom():
            bottom = around.pop().bottom()
        assert not around or around[-1].contains(place, True), "cards overlap"
        assert place.top() > bottom, "cards overlap"
        rows.append((len(around), name))
        around.append(place)
        bottom = place.top()
    assert fixed[1].top() > max((place.bottom() for place, _ in visible), default=bottom), "cards overlap"
    return rows


def expected_rows(document: Document) -> list[Row]:
    """Return what a canvas whose blocks are all open should show."""

    def walk(block: BlockPath) -> list[Row]:
        rows = []
        for inferred in document.inferred_layers(block):
            name = inferred.specification.name
            rows.append((len(block), name))
            if inferred.inside:
                rows += walk((*block, name))
        return rows

    return walk(())


def selected_on(canvas: Canvas) -> set[BlockPath]:
    """Return the paths of the cards that are painted as selected."""
    return {card.model.path for card in canvas.card_stack.cards if card.selected}


def selected_in(document: Document) -> set[BlockPath]:
    """Return the paths of the selected layers."""
    return {(*document.block, name) for name in document.selection}
