"""The stack of cards, laid out by hand, so that a gap can open anywhere in it."""

from PySide6.QtCore import QEasingCurve, QPointF, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QWidget

from app.builder.canvas.card import Card
from app.builder.canvas.card_model import CardModel
from app.widgets.theme.theme import GRID, RADIUS, current_theme

_SPACING = GRID
_MARGIN = 2 * GRID
_WIDEST = 600
_ANIMATION_MS = 120
_EMPTY_HEIGHT = 12 * GRID
_OFF_STAGE = -10_000
"""Where lifted cards wait. They are not hidden, because that would take focus and mouse from them."""

EMPTY_TEXT = "No layers yet. Drag one here, or press Enter on one in the palette."


class CardStack(QWidget):
    """Input card, layer cards and loss card under each other, joined by lines.

    Attributes:
        input_card, loss_card: first and last.
        cards: the layer cards in order.
        gap: position, among the cards that are not lifted, where a gap is open; None when none is.
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
        self._empty = QLabel(EMPTY_TEXT, self)
        self._empty.setObjectName("empty_canvas")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        self._empty.setProperty("muted", True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._targets: dict[QWidget, QRect] = {}
        self._starts: dict[QWidget, QRect] = {}
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._on_animation_value_changed)

    # ---------------------------------------------------------------------------------------------------------- cards

    def set_cards(self, cards: list[Card]) -> None:
        """Show these layer cards, in this order. The caller disposes of those that are left out."""
        self.cards = cards
        for card in cards:
            card.setParent(self)
            card.show()
        self.arrange()

    def card_at(self, position: QPointF) -> Card | None:
        """Return the card, of any kind, under a position."""
        child = self.childAt(position.toPoint())
        while child is not None and child is not self and not isinstance(child, Card):
            child = child.parentWidget()
        return child if isinstance(child, Card) else None

    def all_cards(self) -> list[Card]:
        """Return input card, layer cards and loss card."""
        return [self.input_card, *self.cards, self.loss_card]

    def place_of(self, card: Card) -> QRect:
        """Return where a card is going to be when everything has come to rest."""
        return self._targets.get(card, card.geometry())

    # ------------------------------------------------------------------------------------------------------------ gap

    def lift(self, names: tuple[str, ...]) -> None:
        """Take the named cards out of the stack while they are dragged."""
        if frozenset(names) != self._lifted:
            self._lifted = frozenset(names)
            self.arrange()

    def lifted_height(self) -> int:
        """Return how much room the lifted cards had, up to a limit; at least one small card."""
        width = self._card_width()
        heights = [card.height_for(width) for card in self.cards if card.model.name in self._lifted]
        return min(sum(heights), 15 * GRID) if heights else 6 * GRID

    def open_gap(self, gap: int, height: int) -> None:
        """Open a gap before the card at this position among those that are not lifted."""
        if (gap, height) != (self.gap, self._gap_height):
            self.gap, self._gap_height = gap, height
            self.arrange(animated=True)

    def close_gap(self, animated: bool = True) -> None:
        """Close the gap and put the lifted cards back."""
        if self.gap is not None or self._lifted:
            self.gap, self._gap_height = None, 0
            self.lift(())
            self.arrange(animated)

    def gap_at(self, y: float) -> int:
        """Return the gap that belongs to a height. An open gap holds on until the pointer passes a card's middle."""
        rest = self._resting_cards()
        # The middles are those of the cards as they stand beside the open gap: that is what makes it hold on.
        return next((index for index, card in enumerate(rest) if y < self._targets[card].center().y()), len(rest))

    def index_of_gap(self, gap: int) -> int:
        """Translate a gap among the cards that are not lifted into a position in the present stack."""
        positions = [index for index, card in enumerate(self.cards) if card.model.name not in self._lifted]
        return positions[gap] if gap < len(positions) else len(self.cards)

    def gap_rect(self) -> QRect:
        """Return where the open gap is, or is going to be; empty when there is none."""
        return self._targets_with_gap()[1]

    def _resting_cards(self) -> list[Card]:
        return [card for card in self.cards if card.model.name not in self._lifted]

    # --------------------------------------------------------------------------------------------------------- layout

    def arrange(self, animated: bool = False) -> None:
        """Put every card where it belongs."""
        self._targets, _ = self._targets_with_gap()
        self._empty.setVisible(self._empty in self._targets)
        bottom = max(rect.bottom() for rect in self._targets.values()) + 1 + _MARGIN
        if bottom != self.minimumHeight():
            self.setMinimumHeight(bottom)
        self._animation.stop()
        moved = any(widget.geometry() != rect for widget, rect in self._targets.items())
        duration = min(_ANIMATION_MS, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))
        if animated and moved and duration > 0 and self.isVisible():
            self._starts = {widget: widget.geometry() for widget in self._targets if widget.y() > _OFF_STAGE}
            self._animation.setDuration(duration)
            self._animation.start()
        else:
            for widget, rect in self._targets.items():
                widget.setGeometry(rect)
        self.update()

    def _targets_with_gap(self) -> tuple[dict[QWidget, QRect], QRect]:
        width = self._card_width()
        left = (self.width() - width) // 2
        targets: dict[QWidget, QRect] = {}
        gap_rect = QRect()
        top = _MARGIN

        def place(widget: QWidget, height: int) -> None:
            nonlocal top
            targets[widget] = QRect(left, top, width, height)
            top += height + _SPACING

        place(self.input_card, self.input_card.height_for(width))
        rest = self._resting_cards()
        if not self.cards:
            place(self._empty, _EMPTY_HEIGHT)
        for index in range(len(rest) + 1):
            if self.gap == index and self.cards:
                gap_rect = QRect(left, top, width, self._gap_height)
                top += self._gap_height + _SPACING
            if index < len(rest):
                place(rest[index], rest[index].height_for(width))
        place(self.loss_card, self.loss_card.height_for(width))
        for card in self.cards:
            if card.model.name in self._lifted:
                targets[card] = QRect(left, _OFF_STAGE, width, card.height_for(width))
        if self.gap is not None and not self.cards:
            gap_rect = targets[self._empty]
        return targets, gap_rect

    def _card_width(self) -> int:
        return max(min(self.width() - 2 * _MARGIN, _WIDEST), 200)

    def _on_animation_value_changed(self, progress: float) -> None:
        for widget, target in self._targets.items():
            start = self._starts.get(widget, target)
            top = round(start.y() + (target.y() - start.y()) * progress)
            widget.setGeometry(QRect(target.x(), top, target.width(), target.height()))
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

    def _paint_dashed(self, painter: QPainter, box: QRectF, inviting: bool) -> None:
        theme = current_theme()
        color = QColor(theme.accent if inviting else theme.muted)
        painter.setBrush(QColor(theme.canvas))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        fill = QColor(color)
        fill.setAlpha(30 if inviting else 0)
        painter.setBrush(fill)
        painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
