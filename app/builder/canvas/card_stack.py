"""The stack of cards. Its layout is our own, because a gap can open between any two cards."""

from PySide6.QtCore import QEasingCurve, QPointF, QRect, QRectF, QSize, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from app.builder.canvas.card import Card
from app.builder.canvas.card_model import CardModel
from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID, RADIUS, current_theme

_SPACING = GRID
_MARGIN = 2 * GRID
_WIDEST = 600
_ANIMATION_MS = 120
_EMPTY_HEIGHT = 12 * GRID
_OUT_OF_SIGHT = -10_000
"""Top of the dragged cards. They are not hidden, because a hidden widget loses the focus and the mouse."""

EMPTY_TEXT = "No layers yet. Drag one here, or press Enter on one in the palette."


class CardStack(QWidget):
    """Input card, layer cards and loss card in one column, joined by a line.

    Arguments:
        input_model: content of the input card.
        loss_model: content of the loss card.
        parent: the parent widget.

    Attributes:
        input_card: the first card.
        loss_card: the last card.
        cards: the layer cards in order.
        gap: position of the open gap among the cards that are not lifted; None if no gap is open.
    """

    def __init__(self, input_model: CardModel, loss_model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card_stack")
        self.input_card = Card(input_model, self)
        self.cards: list[Card] = []
        self.loss_card = Card(loss_model, self)
        self.gap: int | None = None
        self._gap_height = 0
        self._lifted: frozenset[str] = frozenset()
        self._empty = make_label("empty_canvas", EMPTY_TEXT, "muted", wraps=True)
        self._empty.setParent(self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._places: dict[QWidget, QRect] = {}
        self._starts: dict[QWidget, QRect] = {}
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._on_animation_value_changed)

    # ---------------------------------------------------------------------------------------------------------- cards

    def set_cards(self, cards: list[Card]) -> None:
        """Show other layer cards. The caller deletes the cards that are no longer shown.

        Arguments:
            cards: the layer cards from top to bottom.
        """
        self.cards = cards
        for card in cards:
            card.setParent(self)
            card.show()
        self.arrange()

    def card_at(self, position: QPointF) -> Card | None:
        """Return the input card, layer card or loss card under a point; None if there is none.

        Arguments:
            position: the point, in coordinates of the stack.
        """
        child = self.childAt(position.toPoint())
        while child is not None and child is not self and not isinstance(child, Card):
            child = child.parentWidget()
        return child if isinstance(child, Card) else None

    def all_cards(self) -> list[Card]:
        """Return the input card, the layer cards and the loss card, in this order."""
        return [self.input_card, *self.cards, self.loss_card]

    def place_of(self, card: Card) -> QRect:
        """Return the place of a card after the animation has ended.

        Arguments:
            card: one of `all_cards()`.
        """
        return self._places.get(card, card.geometry())

    # ------------------------------------------------------------------------------------------------------------ gap

    def lift(self, names: tuple[str, ...]) -> None:
        """Take cards out of the stack while they are dragged.

        Arguments:
            names: names of the dragged layers; empty to put all cards back.
        """
        if frozenset(names) != self._lifted:
            self._lifted = frozenset(names)
            self.arrange()

    def lifted_height(self) -> int:
        """Return the height in pixels of a gap for the lifted cards. It is limited if there are many."""
        width = self._card_width()
        heights = [card.height_for(width) for card in self.cards if card.model.name in self._lifted]
        return min(sum(heights), 15 * GRID) if heights else 6 * GRID

    def open_gap(self, gap: int, height: int) -> None:
        """Open a gap before a card.

        Arguments:
            gap: position of the card among the cards that are not lifted.
            height: height of the gap in pixels.
        """
        if (gap, height) != (self.gap, self._gap_height):
            self.gap, self._gap_height = gap, height
            self.arrange(animated=True)

    def close_gap(self, animated: bool = True) -> None:
        """Close the gap and put the lifted cards back.

        Arguments:
            animated: let the cards slide to their places.
        """
        if self.gap is not None or self._lifted:
            self.gap, self._gap_height = None, 0
            self.lift(())
            self.arrange(animated)

    def gap_at(self, y: float) -> int:
        """Return the position of the gap nearest to the pointer, as `open_gap` counts it.

        An open gap stays until the pointer passes the middle of a card.

        Arguments:
            y: the pointer, in coordinates of the stack.
        """
        cards = self._cards_in_place()
        # The middles of the cards beside the open gap count: without them the gap would jump back and forth.
        return next((index for index, card in enumerate(cards) if y < self._places[card].center().y()), len(cards))

    def index_of_gap(self, gap: int) -> int:
        """Return the position, among all layer cards, of the card after a gap.

        Arguments:
            gap: position of the gap among the cards that are not lifted.
        """
        positions = [index for index, card in enumerate(self.cards) if card.model.name not in self._lifted]
        return positions[gap] if gap < len(positions) else len(self.cards)

    def gap_rect(self) -> QRect:
        """Return the place of the open gap after the animation; an empty rectangle if no gap is open."""
        return self._find_places()[1]

    def _cards_in_place(self) -> list[Card]:
        return [card for card in self.cards if card.model.name not in self._lifted]

    # --------------------------------------------------------------------------------------------------------- layout

    def arrange(self, animated: bool = False) -> None:
        """Give every card its place.

        Arguments:
            animated: let the cards slide to their places, unless the style switches animations off.
        """
        self._places, _ = self._find_places()
        self._empty.setVisible(self._empty in self._places)
        bottom = max(rect.bottom() for rect in self._places.values()) + 1 + _MARGIN
        if bottom != self.minimumHeight():
            self.setMinimumHeight(bottom)
        self._animation.stop()
        moved = any(widget.geometry() != rect for widget, rect in self._places.items())
        duration = min(_ANIMATION_MS, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))
        if animated and moved and duration > 0 and self.isVisible():
            self._starts = {widget: widget.geometry() for widget in self._places if widget.y() > _OUT_OF_SIGHT}
            self._animation.setDuration(duration)
            self._animation.start()
        else:
            for widget, rect in self._places.items():
                widget.setGeometry(rect)
        self.update()

    def _find_places(self) -> tuple[dict[QWidget, QRect], QRect]:
        width = self._card_width()
        left = (self.width() - width) // 2
        places: dict[QWidget, QRect] = {}
        gap_rect = QRect()
        top = _MARGIN

        def place(widget: QWidget, height: int) -> None:
            nonlocal top
            places[widget] = QRect(left, top, width, height)
            top += height + _SPACING

        place(self.input_card, self.input_card.height_for(width))
        cards = self._cards_in_place()
        if not self.cards:
            place(self._empty, _EMPTY_HEIGHT)
        for index in range(len(cards) + 1):
            if self.gap == index and self.cards:
                gap_rect = QRect(left, top, width, self._gap_height)
                top += self._gap_height + _SPACING
            if index < len(cards):
                place(cards[index], cards[index].height_for(width))
        place(self.loss_card, self.loss_card.height_for(width))
        for card in self.cards:
            if card.model.name in self._lifted:
                places[card] = QRect(left, _OUT_OF_SIGHT, width, card.height_for(width))
        if self.gap is not None and not self.cards:
            gap_rect = places[self._empty]
        return places, gap_rect

    def _card_width(self) -> int:
        return max(min(self.width() - 2 * _MARGIN, _WIDEST), 200)

    @Slot(object)
    def _on_animation_value_changed(self, progress: float) -> None:
        for widget, place in self._places.items():
            start = self._starts.get(widget, place)
            top = round(start.y() + (place.y() - start.y()) * progress)
            widget.setGeometry(QRect(place.x(), top, place.width(), place.height()))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def sizeHint(self) -> QSize:
        return QSize(_WIDEST + 2 * _MARGIN, max(self.minimumHeight(), 40 * GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(30 * GRID, self.minimumHeight())

    # ------------------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.canvas))
        line = QColor(theme.border)
        painter.setPen(QPen(line.lighter(130) if theme.dark else line.darker(115), 1))
        middle = self.width() // 2
        painter.drawLine(middle, self.input_card.geometry().center().y(), middle, self.loss_card.y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.cards:
            self._paint_dashed(painter, QRectF(self._empty.geometry()), self.gap is not None)
        elif self.gap is not None:
            self._paint_dashed(painter, QRectF(self.gap_rect()), True)
        painter.end()

    def _paint_dashed(self, painter: QPainter, box: QRectF, active: bool) -> None:
        theme = current_theme()
        color = QColor(theme.accent if active else theme.muted)
        painter.setBrush(QColor(theme.canvas))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        fill = QColor(color)
        fill.setAlpha(30 if active else 0)
        painter.setBrush(fill)
        painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
