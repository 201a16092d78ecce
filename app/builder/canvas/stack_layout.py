"""The places of the cards, those inside a block included, and of the gap between two cards."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from app.builder.canvas.block_painter import FOOT, indent_for
from app.builder.canvas.card import Card
from app.document import BlockPath
from app.widgets.theme.theme import GRID

SPACING = GRID
"""Distance in pixels between two cards, at 100 %."""

OUT_OF_SIGHT = -100_000
"""Top of the dragged cards, at 100 %. They are not hidden, because a hidden widget loses the focus and the mouse."""


@dataclass(frozen=True)
class CardGap:
    """A place between two cards, where a layer can be inserted.

    Attributes:
        block: path to the stack.
        index: position in the stack of the layer after the gap; the number of layers at the end.
    """

    block: BlockPath
    index: int


@dataclass
class StackLayout:
    """The places of the layer cards, in pixels at 100 %.

    Attributes:
        places: place of each card. A dragged card is out of sight.
        gap: place of the open gap; an empty rectangle if no gap is open.
        thresholds: vertical positions, from top to bottom, each with the gap that a pointer above it is nearest to.
        bottom: top of what follows the last card.
    """

    places: dict[QWidget, QRect] = field(default_factory=dict)
    gap: QRect = field(default_factory=QRect)
    thresholds: list[tuple[int, CardGap]] = field(default_factory=list)
    bottom: int = 0


def lay_out_cards(
    cards: Sequence[Card],
    origin: QRect,
    zoom: float,
    lifted: Collection[Card],
    gap: CardGap | None,
    gap_height: int,
) -> StackLayout:
    """Find the places of the layer cards.

    Arguments:
        cards: the layer cards; a block comes before the cards inside it.
        origin: left, top and width of the column of cards, at 100 %.
        zoom: size on screen divided by the size at 100 %. It decides if the cards are compact.
        lifted: the dragged cards, with those inside them. They take no room.
        gap: the open gap; None for none.
        gap_height: its height at 100 %.
    """
    layout = StackLayout()
    stacks: dict[BlockPath, list[Card]] = defaultdict(list)
    for card in cards:
        stacks[card.model.block].append(card)

    def place_gap(here: CardGap, left: int, top: int, width: int) -> int:
        if here != gap:
            return top
        layout.gap = QRect(left, top, width, gap_height)
        return top + gap_height + SPACING

    def place_stack(block: BlockPath, left: int, top: int, width: int) -> int:
        for index, card in enumerate(stacks[block]):
            if card not in lifted:
                here = CardGap(block, index)
                top = place_gap(here, left, top, width)
                top = place_card(card, here, left, top, width)
        return place_gap(CardGap(block, len(stacks[block])), left, top, width)

    def place_card(card: Card, here: CardGap, left: int, top: int, width: int) -> int:
        height = card.height_for(width, zoom)
        layout.thresholds.append((top + height // 2, here))
        if card.model.is_open:
            path, indent = card.model.path, indent_for(width)
            inside_top = top + height + SPACING
            bottom = place_stack(path, left + indent, inside_top, width - 2 * indent) - SPACING + FOOT
            # Below the middle of the foot, the gap after the block is nearer than the last gap inside.
            layout.thresholds.append((bottom - FOOT // 2, CardGap(path, len(stacks[path]))))
            height = bottom - top
        layout.places[card] = QRect(left, top, width, height)
        return top + height + SPACING

    layout.bottom = place_stack((), origin.x(), origin.y(), origin.width())
    for card in cards:
        if card in lifted:
            height = card.height_for(origin.width(), zoom)
            layout.places[card] = QRect(origin.x(), OUT_OF_SIGHT, origin.width(), height)
    return layout
