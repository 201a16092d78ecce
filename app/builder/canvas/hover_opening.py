"""Opening a folded block during a drag: it opens when the pointer stays on its card for a moment, as in a tree."""

from PySide6.QtCore import QObject, QPointF, QTimer, Signal, Slot

from app.builder.canvas.card_stack import CardStack
from app.document import BlockPath

HOVER_MS = 600
"""Time in milliseconds that the pointer stays on a folded block before the block opens."""


class HoverOpening(QObject):
    """Notices that something is held over a folded block.

    Arguments:
        card_stack: the cards.
        parent: the owner of this object.

    Signals:
        open_requested(path): the block with this path is to be opened now.
    """

    open_requested = Signal(tuple)

    def __init__(self, card_stack: CardStack, parent: QObject) -> None:
        super().__init__(parent)
        self._card_stack = card_stack
        self._path: BlockPath = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(HOVER_MS)
        self._timer.timeout.connect(self._on_timeout)

    def follow(self, point: QPointF) -> None:
        """Tell where something is held.

        Arguments:
            point: the pointer, in coordinates of the card stack.
        """
        stack = self._card_stack
        # The places after the animation count: while cards slide, another one may lie under the pointer for a moment.
        under = (card for card in stack.cards if card.model.folded and stack.place_of(card).contains(point.toPoint()))
        card = next(under, None)
        path = card.model.path if card is not None else ()
        if path != self._path:
            self._path = path
            self._timer.stop()
            if path:
                self._timer.start()

    def stop(self) -> None:
        """Forget the block, because nothing is held over the cards any more."""
        self._path = ()
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        self.open_requested.emit(self._path)
