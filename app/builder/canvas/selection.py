"""Which cards are selected, after clicks and keys: the rules that lists everywhere follow."""

from PySide6.QtCore import Qt

from app.document import Document

INPUT = -1
"""Position of the input card; the loss card has the number of layers."""


class CardSelection:
    """Turns clicks and keys into `document.selection`.

    Attributes:
        current: position of the card that has the keyboard: `INPUT`, a layer's, or the number of layers for the loss.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._anchor = 0
        self._waiting: int | None = None
        self.current = INPUT

    @property
    def _names(self) -> list[str]:
        return [layer.name for layer in self._document.project.network.layers]

    def press(self, position: int, modifiers: Qt.KeyboardModifier) -> None:
        """The card at `position` was pressed. A card of several that are selected waits: they may be dragged."""
        self._waiting = None
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
            self._waiting = position
        else:
            self._select_only(position)
        self.current = position

    def release(self) -> None:
        """The mouse was released without a drag: now a plain click on one of several selects it alone."""
        if self._waiting is not None and self._waiting < len(self._names):
            self._select_only(self._waiting)
        self._waiting = None

    def step(self, distance: int, extend: bool) -> None:
        """Go up or down by some cards; with `extend`, the selection grows or shrinks."""
        first, last = (0, len(self._names) - 1) if extend else (INPUT, len(self._names))
        self.go(min(max(self.current + distance, first), last), extend)

    def go(self, position: int, extend: bool = False) -> None:
        """Go to a card and select it, or everything up to it."""
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

    def start_over(self) -> None:
        """Go to the top of another network."""
        self.current, self._anchor, self._waiting = INPUT, 0, None

    def follow_document(self) -> None:
        """Something else changed the selection or the stack: go on from there."""
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
        run = names[min(anchor, position) : max(anchor, position) + 1]
        self._document.select((*self._document.selection, *run) if keep else tuple(run))
