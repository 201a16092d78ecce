"""The gaps between the cards, where a layer can be inserted: which one is under the pointer, and its "+" button."""

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.stack_layout import CardGap
from app.builder.drag_picture import paint_plus
from app.widgets.theme.theme import current_theme

_SIZE = 20
"""Width and height of the button in pixels."""


def find_gap(card_stack: CardStack, point: QPoint) -> CardGap | None:
    """Return the gap under a point; None if no gap is there.

    Arguments:
        card_stack: the cards.
        point: in coordinates of the stack.
    """
    card = card_stack.card_at(QPointF(point))
    if card is not None and not card.model.is_open:
        return None
    block = card.model.path if card is not None else ()
    inside = [card_stack.place_of(each) for each in card_stack.cards if each.model.block == block]
    if card is None:
        column = card_stack.place_of(card_stack.input_card)
        first, last = column.bottom(), card_stack.place_of(card_stack.loss_card).top()
    else:
        place = card_stack.place_of(card)
        first, last, column = place.top() + card.header_height, place.bottom(), inside[0] if inside else place
    if not column.left() <= point.x() <= column.right():
        return None
    edges = [first, *(edge for place in inside for edge in (place.top(), place.bottom())), last]
    for index in range(len(inside) + 1):
        if edges[2 * index] < point.y() < edges[2 * index + 1]:
            return CardGap(block, index)
    return None


class GapButton(QToolButton):
    """A round "+" that appears under the pointer in the gap between two cards.

    Arguments:
        card_stack: the cards; the button lies among them.

    Signals:
        pressed_in(gap): the button was pressed in a gap, a `CardGap`.
    """

    pressed_in = Signal(object)

    def __init__(self, card_stack: CardStack) -> None:
        super().__init__(card_stack)
        self.setObjectName("gap_button")
        self.setAccessibleName("Insert a layer here")
        self.setToolTip("Insert a layer here")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(QSize(_SIZE, _SIZE))
        self.hide()
        self._gap: CardGap | None = None
        card_stack.setMouseTracking(True)
        card_stack.installEventFilter(self)
        card_stack.arranged.connect(self._on_card_stack_arranged)
        self.clicked.connect(self._on_clicked)

    @property
    def _card_stack(self) -> CardStack:
        card_stack = self.parentWidget()  # an attribute would make a cycle of references, see AreaPart
        assert isinstance(card_stack, CardStack), "the constructor sets the parent"
        return card_stack

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Appear while the pointer is in a gap and no mouse button is pressed."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            pressed = event.buttons() != Qt.MouseButton.NoButton or self._card_stack.gap is not None
            self._show_at(None if pressed else event.position().toPoint())
        elif event.type() == QEvent.Type.Leave:
            self.hide()
        return False

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hide()

    def _show_at(self, point: QPoint | None) -> None:
        self._gap = find_gap(self._card_stack, point) if point is not None else None
        if self._gap is None or point is None:
            self.hide()
            return
        middle = QPoint(point.x(), self._card_stack.point_of_gap(self._gap).y())
        self.setGeometry(QRect(middle - QPoint(_SIZE // 2, _SIZE // 2), self.size()))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawEllipse(QRectF(self.rect()))
        paint_plus(painter, QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()

    @Slot()
    def _on_card_stack_arranged(self) -> None:
        self.hide()

    @Slot()
    def _on_clicked(self) -> None:
        self.hide()
        self.pressed_in.emit(self._gap)
