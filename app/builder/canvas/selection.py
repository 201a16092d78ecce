"""The selection of cards by mouse and keyboard. As in other lists, Shift extends it, and Ctrl adds or removes."""

from PySide6.QtCore import Qt

from app.document import Document

INPUT = -1
"""Position of the input card. The position of the loss card is the number of layers."""


class CardSelection:
    """Turns clicks and keys into `document.selection`.

    Arguments:
        document: the document whose selection changes.

    Attributes:
        current: position of the card with the keyboard focus: `INPUT`, a layer's position, or the number of layers
            for the loss card.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        # The fixed end of a selection that Shift extends.
        self._anchor = 0
        # Position of a selected layer while the mouse button is down on it.
        self._pressed: int | None = None
        self.current = INPUT

    @property
    def _names(self) -> list[str]:
        return [layer.name for layer in self._document.project.network.layers]

    def press(self, position: int, modifiers: Qt.KeyboardModifier) -> None:
        """React to a mouse press on a card.

        A press on a selected layer does not change the selection yet, because the user may drag all selected layers.

        Arguments:
            position: position of the card.
            modifiers: Shift extends the selection, Ctrl adds or removes the card.
        """
        self._pressed = None
        names = self._names
        extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        toggle = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if not 0 <= position < len(names):
            self._document.select((), input_selected=position == INPUT)
        elif extend:
            self._extend(position, keep=toggle)
        elif toggle:
            chosen = set(self._document.selection) ^ {names[position]}
            self._document.select(tuple(chosen))
            self._anchor = position
        elif names[position] in self._document.selection:
            self._pressed = position
        else:
            self._select_only(position)
        self.current = position

    def release(self) -> None:
        """React to a mouse release without a drag. If the pressed layer was already selected, select only it."""
        if self._pressed is not None and self._pressed < len(self._names):
            self._select_only(self._pressed)
        self._pressed = None

    def move_by(self, distance: int, extend: bool) -> None:
        """Select the card some positions above or below the current one.

        Arguments:
            distance: number of cards; negative for up.
            extend: extend the selection to the new position. It then cannot reach the input card and the loss card.
        """
        first, last = (0, len(self._names) - 1) if extend else (INPUT, len(self._names))
        self.move_to(min(max(self.current + distance, first), last), extend)

    def move_to(self, position: int, extend: bool = False) -> None:
        """Make a card the current one and select it.

        Arguments:
            position: position of the card.
            extend: select every layer between this one and the one that was last selected without extending.
        """
        if not 0 <= position < len(self._names):
            self._document.select((), input_selected=position == INPUT)
        elif extend:
            self._extend(position, keep=False)
        else:
            self._select_only(position)
        self.current = position

    def select_all(self) -> None:
        """Select every layer."""
        self._anchor = 0
        self._document.select(tuple(self._names))

    def clear(self) -> None:
        """Select nothing."""
        self._document.select(())

    def reset(self) -> None:
        """Start at the input card, because the document holds another project."""
        self.current, self._anchor, self._pressed = INPUT, 0, None

    def sync_with_document(self) -> None:
        """Correct the current position after the network or the selection was changed elsewhere."""
        names, chosen = self._names, self._document.selection
        self.current = INPUT if self._document.input_selected else min(self.current, len(names))
        if chosen and not (0 <= self.current < len(names) and names[self.current] in chosen):
            self.current = self._anchor = names.index(chosen[-1])

    def _select_only(self, position: int) -> None:
        self._anchor = position
        self._document.select((self._names[position],))

    def _extend(self, position: int, keep: bool) -> None:
        names = self._names
        anchor = min(max(self._anchor, 0), len(names) - 1)
        between = names[min(anchor, position) : max(anchor, position) + 1]
        self._document.select((*self._document.selection, *between) if keep else tuple(between))
