"""A click on the activation of a unit, on the card of its layer, asks for the decision map of the unit."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.builder.canvas.activation_strip import find_bar
from app.builder.canvas.card_stack import CardStack
from app.document import Document

_PLANE = (2,)
"""Shape of the inputs that have decision maps of units."""


class UnitClicks(QObject):
    """Notices clicks on the bars of a card that is selected already. So to select a card never leads to another page.

    Arguments:
        document: its data must be points of a plane.
        card_stack: the cards; it owns this object.

    Signals:
        unit_requested(layer, unit): the user wants to see what this unit of a layer says over the plane.
    """

    unit_requested = Signal(str, int)

    def __init__(self, document: Document, card_stack: CardStack) -> None:
        super().__init__(card_stack)
        self._document = document
        self._pressed: tuple[str, int] | None = None
        self._pressed_at = QPointF()
        card_stack.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember what the mouse is pressed on, and ask for its map when it is released there."""
        if isinstance(event, QMouseEvent) and isinstance(watched, CardStack):
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed, self._pressed_at = self._unit_at(watched, event), event.position()
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                pressed, self._pressed = self._pressed, None
                distance = (event.position() - self._pressed_at).manhattanLength()
                if distance < QApplication.startDragDistance():
                    self.unit_requested.emit(*pressed)
        return False

    def _unit_at(self, stack: CardStack, event: QMouseEvent) -> tuple[str, int] | None:
        """Return the layer and the unit under the mouse; None if a click there asks for no map."""
        data, card = self._document.data, stack.card_at(event.position())
        left = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if not left or data is None or data.example_shape != _PLANE or card is None or card not in stack.cards:
            return None
        # Inside a block there are no maps.
        if not card.selected or self._document.block or len(self._document.selection) != 1:
            return None
        values, strip = card.activations, card.strip
        if values is None or values.ndim != 1 or not strip.contains((event.position() - card.pos()).toPoint()):
            return None
        unit = find_bar(values, strip.width() / stack.zoom, (event.position().x() - card.x() - strip.x()) / stack.zoom)
        return None if unit is None else (card.model.name, unit)
