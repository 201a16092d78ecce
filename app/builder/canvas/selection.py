"""The selection of cards by mouse and keyboard. As in other lists, Shift extends it, and Ctrl adds or removes."""

from PySide6.QtCore import Qt

from app.document import BlockPath, Document

INPUT = -1
"""Position of the input card. The position of the loss card is the number of visible layer cards."""

CardPlace = tuple[BlockPath, str]
"""The path to the stack of a layer, and the name of the layer."""


class CardSelection:
    """Turns clicks and keys into `document.selection`. All selected layers are in the same stack.

    Arguments:
        document: the document whose selection changes.

    Attributes:
        order: the layers of the visible cards, from top to bottom. Their places in this list are called positions.
        current: position of the card with the keyboard focus: `INPUT`, a layer's position, or the number of layers
            for the loss card.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        # The fixed end of a selection that Shift extends.
        self._anchor = 0
        # Position of a selected layer while the mouse button is down on it.
        self._pressed: int | None = None
        self.order: list[CardPlace] = []
        self.current = INPUT

    def press(self, position: int, modifiers: Qt.KeyboardModifier) -> None:
        """React to a mouse press on a card.

        A press on a selected layer does not change the selection yet, because the user may drag all selected layers.

        Arguments:
            position: position of the card.
            modifiers: Shift extends the selection, Ctrl adds or removes the card.
        """
        extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        toggle = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if not 0 <= position < len(self.order):
            self._document.select((), input_selected=position == INPUT)
        elif extend:
            self._extend(position, keep=toggle)
        elif toggle:
            self._toggle(position)
        elif self._is_selected(position):
            self._pressed = position
        else:
            self._select_only(position)
        self.current = position

    def release(self) -> None:
        """React to a mouse release without a drag. If the pressed layer was already selected, select only it."""
        if self._pressed is not None and self._pressed < len(self.order):
            self._select_only(self._pressed)
        self._pressed = None

    def forget_press(self) -> None:
        """Forget the last mouse press, because its release ended a drag or a rubber band."""
        self._pressed = None

    def move_by(self, distance: int, extend: bool) -> None:
        """Select the card some positions above or below the current one.

        Arguments:
            distance: number of cards; negative for up.
            extend: extend the selection to the new position. It then stays in the stack of the selected layers.
        """
        if not extend:
            self.move_to(min(max(self.current + distance, INPUT), len(self.order)))
            return
        block = self._document.block
        stack = [position for position, place in enumerate(self.order) if place[0] == block]
        beyond = [position for position in stack if (position - self.current) * distance > 0]
        if beyond:
            self.move_to(beyond[-1] if distance < 0 else beyond[0], extend=True)

    def move_to(self, position: int, extend: bool = False) -> None:
        """Make a card the current one and select it.

        Arguments:
            position: position of the card.
            extend: select every layer of the stack between this one and the one that was last selected without
                extending.
        """
        if not 0 <= position < len(self.order):
            self._document.select((), input_selected=position == INPUT)
        elif extend:
            self._extend(position, keep=False)
        else:
            self._select_only(position)
        self.current = position

    def leave(self) -> None:
        """Select the block around the selected layers; outside of all blocks, select nothing."""
        block = self._document.block
        if block:
            self.move_to(self.position_of(block[:-1], block[-1]))
        else:
            self.clear()

    def select_all(self) -> None:
        """Select every layer of the stack of the selection; if they are selected already, of the stack around it."""
        block = self._document.block
        names = {name for path, name in self.order if path == block}
        if block and names == set(self._document.selection):
            block = block[:-1]
        self._anchor = next((at for at, place in enumerate(self.order) if place[0] == block), 0)
        self._document.select(tuple(name for path, name in self.order if path == block), block=block)

    def clear(self) -> None:
        """Select nothing."""
        self._document.select(())

    def reset(self) -> None:
        """Start at the input card, because the document holds another project."""
        self.current, self._anchor, self._pressed = INPUT, 0, None

    def sync_with_document(self) -> None:
        """Correct the current position after the network or the selection was changed elsewhere."""
        chosen, block = self._document.selection, self._document.block
        self.current = min(self.current, len(self.order))
        if self._document.input_selected:
            self.current = self.position_of(block[:-1], block[-1]) if block else INPUT
        elif chosen and not (0 <= self.current < len(self.order) and self._is_selected(self.current)):
            self.current = self._anchor = self.position_of(block, chosen[-1])

    def position_of(self, block: BlockPath, name: str) -> int:
        """Return the position of a layer; `INPUT` if its card is not visible.

        Arguments:
            block: path to the stack of the layer.
            name: name of the layer.
        """
        return self.order.index((block, name)) if (block, name) in self.order else INPUT

    def _is_selected(self, position: int) -> bool:
        block, name = self.order[position]
        return block == self._document.block and name in self._document.selection

    def _select_only(self, position: int) -> None:
        self._anchor = position
        block, name = self.order[position]
        self._document.select((name,), block=block)

    def _toggle(self, position: int) -> None:
        block, name = self.order[position]
        chosen = set(self._document.selection if block == self._document.block else ()) ^ {name}
        self._document.select(tuple(chosen), block=block)
        self._anchor = position

    def _extend(self, position: int, keep: bool) -> None:
        """Select the layers of one stack between the anchor and a position. Without an anchor there: this layer."""
        block, _ = self.order[position]
        anchor = min(max(self._anchor, 0), len(self.order) - 1)
        if self.order[anchor][0] != block:
            anchor = self._anchor = position
        between = [
            name for path, name in self.order[min(anchor, position) : max(anchor, position) + 1] if path == block
        ]
        kept = self._document.selection if keep and block == self._document.block else ()
        self._document.select((*kept, *between), block=block)
