"""The rubber band: a rectangle that is dragged beside the cards of a stack and selects the cards it touches."""

from PySide6.QtCore import QPoint, QRect, QSize, Signal, Slot
from PySide6.QtWidgets import QApplication, QRubberBand, QScrollArea

from app.builder.canvas.area_part import AreaPart
from app.builder.canvas.card_stack import CardStack
from app.builder.edge_scrolling import EdgeScrolling
from app.document import BlockPath, Document
from app.document.edits import Names


class RubberBand(AreaPart):
    """Finds the layers of one stack whose cards touch a rectangle, while the mouse drags it.

    A rectangle that starts inside an open block selects layers of this block, because a selection lies in one stack.
    While it touches none of them, the block itself is selected.

    Arguments:
        area: the scroll area of the cards; it owns this object and passes it the events of the mouse.
        card_stack: the cards.
        document: has the selection.

    Signals:
        selection_wanted(names, block): these layers of the stack with the path `block` are to be selected now.
    """

    selection_wanted = Signal(tuple, tuple)

    def __init__(self, area: QScrollArea, card_stack: CardStack, document: Document) -> None:
        super().__init__(area)
        self._card_stack, self._document = card_stack, document
        self._start: QPoint | None = None
        self._pointer = QPoint()
        self._block: BlockPath = ()
        self._kept: Names = ()
        self._band: QRubberBand | None = None
        self._edge_scrolling = EdgeScrolling(self)
        self._edge_scrolling.scrolled.connect(self._on_edge_scrolled)

    @property
    def active(self) -> bool:
        """True while the rectangle is visible."""
        return self._band is not None

    def press(self, position: QPoint, keeps: bool, block: BlockPath = ()) -> None:
        """Remember a corner of the rectangle. It appears when the pointer moves far enough.

        Arguments:
            position: the pointer, in global coordinates.
            keeps: True if the layers of this stack that are selected now stay selected.
            block: path to the stack under the pointer.
        """
        self.cancel()
        self._block = block
        self._start = self._card_stack.mapFromGlobal(position)
        self._kept = self._document.selection if keeps and self._document.block == block else ()

    def move(self, position: QPoint) -> None:
        """Let the opposite corner follow the pointer.

        Arguments:
            position: the pointer, in global coordinates.
        """
        if self._start is None:
            return
        self._pointer = position
        distance = (self._card_stack.mapFromGlobal(position) - self._start).manhattanLength()
        if self._band is None and distance >= QApplication.startDragDistance():
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self._card_stack)
            self._band.setObjectName("rubber_band")
            self._band.show()
            self._document.changed.connect(self.cancel)
        if self._band is not None:
            self._select(self._band)
            self._edge_scrolling.follow(self._area, position)

    @Slot()
    def cancel(self) -> None:
        """Remove the rectangle. The selection stays as it is."""
        self._start = None
        self._edge_scrolling.stop()
        if self._band is not None:
            self._document.changed.disconnect(self.cancel)
            self._band.hide()
            self._band.deleteLater()
            self._band = None

    def _select(self, band: QRubberBand) -> None:
        assert self._start is not None, "the rectangle has a first corner"
        corner = self._card_stack.mapFromGlobal(self._pointer)
        rect = QRect(self._start, QSize(1, 1)) | QRect(corner, QSize(1, 1))
        band.setGeometry(rect.intersected(self._card_stack.rect()))
        stack = self._card_stack
        # The layers inside a touched block come with it.
        cards = [card for card in stack.cards if card.model.block == self._block]
        touched = tuple(card.model.name for card in cards if stack.place_of(card).intersects(rect))
        names = (*self._kept, *touched)
        if names or not self._block:
            self.selection_wanted.emit(names, self._block)
        else:
            self.selection_wanted.emit(self._block[-1:], self._block[:-1])

    @Slot()
    def _on_edge_scrolled(self) -> None:
        if self._band is not None:
            self._select(self._band)
