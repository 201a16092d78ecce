"""What the canvas shows, read from the geometry of its cards, and what it should show."""

from app.builder import Canvas
from app.document import BlockPath, Document

Row = tuple[int, str]
"""Depth of a card, counted from 0 for the cards of the network, and the name on it."""


def read_canvas(canvas: Canvas) -> list[Row]:
    """Return the visible layer cards from top to bottom. The depth follows from the cards that a card lies on."""
    stack = canvas.card_stack
    cards = sorted((card for card in stack.cards if not card.isHidden()), key=lambda card: stack.place_of(card).top())
    rows = []
    for card in cards:
        place = stack.place_of(card)
        assert not any(stack.place_of(fixed).intersects(place) for fixed in (stack.input_card, stack.loss_card))
        around = [other for other in cards if other is not card and stack.place_of(other).contains(place, True)]
        apart = [other for other in cards if other is not card and not stack.place_of(other).intersects(place)]
        inside = [other for other in cards if other is not card and place.contains(stack.place_of(other), True)]
        assert len(around) + len(apart) + len(inside) == len(cards) - 1, "cards overlap"
        rows.append((len(around), card.model.name))
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
