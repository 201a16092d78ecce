"""The stack of cards. Its layout is our own, because a gap can open between any two cards."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRect, QRectF, QSize, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from app.builder.canvas.card import Card, scaled_rect
from app.builder.canvas.card_model import CardModel
from app.builder.canvas.empty_network import EmptyNetwork
from app.builder.canvas.gap_frame import GapFrame, GapText, paint_frame, text_height
from app.builder.canvas.stack_layout import SPACING, CardGap, StackLayout, lay_out_cards
from app.document import BlockPath
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import Shape, describe_shape

_MARGIN = 2 * GRID
_WIDEST = 600
_NARROWEST = 200
_ANIMATION_MS = 120
_LARGEST_PICTURE = 30 * GRID
"""Largest height in pixels of the picture that follows the pointer."""


class CardStack(QWidget):
    """Input card, layer cards and loss card in one column, joined by a line.

    Arguments:
        input_model: content of the input card.
        loss_model: content of the loss card.
        parent: the parent widget.

    Attributes:
        input_card: the first card.
        loss_card: the last card.
        cards: the visible layer cards in order. A block comes before the layers inside, which lie on its card.
        gap: the open gap; None if no gap is open.
        zoom: size on screen divided by the size at 100 %. Places are found at 100 % and then scaled.

    Signals:
        arranged(): cards have other places or another content.
        template_chosen(Template): the network is empty, and the user wants this template.
    """

    arranged = Signal()
    template_chosen = Signal(object)

    def __init__(self, input_model: CardModel, loss_model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card_stack")
        self.input_card = Card(input_model, self)
        self.cards: list[Card] = []
        self.loss_card = Card(loss_model, self)
        self.gap: CardGap | None = None
        self.zoom = 1.0
        self._view_width = 0
        self._gap_height = 0
        self._lifted: set[Card] = set()
        self._thresholds: list[tuple[int, CardGap]] = []
        self._empty = EmptyNetwork(self)
        self._empty.template_chosen.connect(self.template_chosen)
        self._gap_frame = GapFrame(self)
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
            if card.model.block:
                card.raise_()  # above the card of its block
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
        place = self._places.get(card)
        return place if place is not None else card.geometry()

    def picture_of(self, card: Card) -> QPixmap:
        """Return the picture of a card that is dragged; for an open block with the cards on it, as far as they fit.

        Arguments:
            card: one of `cards`.
        """
        if not card.model.is_open:
            return QPixmap(card.grab())
        return QPixmap(self.grab(QRect(card.pos(), QSize(card.width(), min(card.height(), _LARGEST_PICTURE)))))

    # ----------------------------------------------------------------------------------------------------------- zoom

    def set_zoom(self, zoom: float) -> None:
        """Show the cards larger or smaller.

        Arguments:
            zoom: size on screen divided by the size at 100 %.
        """
        if zoom != self.zoom:
            self.zoom = zoom
            self.arrange()

    def set_view_width(self, width: int) -> None:
        """Set the width of the visible part, which decides how wide the cards are.

        Arguments:
            width: in pixels of the screen.
        """
        if width != self._view_width:
            self._view_width = width
            self.arrange()

    def height_at(self, zoom: float) -> int:
        """Return the height of the whole stack in pixels of the screen.

        Arguments:
            zoom: size on screen divided by the size at 100 %.
        """
        return round(_bottom_of(self._find_places(zoom)[0]) * zoom)

    # ------------------------------------------------------------------------------------------------------------ gap

    def lift(self, names: tuple[str, ...], block: BlockPath = ()) -> None:
        """Take cards out of the stack while they are dragged, with the cards inside them.

        Arguments:
            names: names of the dragged layers; empty to put all cards back.
            block: path to their stack.
        """
        lifted = self._cards_of(names, block)
        if lifted != self._lifted:
            self._lifted = lifted
            self.arrange()

    def gap_height(self, names: tuple[str, ...], block: BlockPath = ()) -> int:
        """Return the height of a gap, in pixels at 100 %. It has room for its text, also if the cards are small.

        Arguments:
            names: names of the layers that the gap is for, which decide its height within limits; empty for a new one.
            block: path to their stack.
        """
        width, zoom = self._card_width(self.zoom), self.zoom
        heights = [card.height_for(width, zoom) for card in self._cards_of(names, block)]
        wanted = min(sum(heights), 15 * GRID) if heights else 6 * GRID
        return max(wanted, math.ceil(text_height(self.font(), zoom) / zoom))

    def _cards_of(self, names: tuple[str, ...], block: BlockPath) -> set[Card]:
        """Return the cards of some layers of a stack, and those inside them."""
        depth, chosen = len(block) + 1, {(*block, name) for name in names}
        return {card for card in self.cards if card.model.path[:depth] in chosen}

    def open_gap(self, gap: CardGap, height: int) -> None:
        """Open a gap between two cards.

        Arguments:
            gap: the place of the gap.
            height: height of the gap in pixels at 100 %.
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

    def gap_at(self, y: float) -> CardGap:
        """Return the gap nearest to the pointer. An open gap stays until the pointer passes the middle of a card.

        Arguments:
            y: the pointer, in coordinates of the stack.
        """
        # The middles of the cards beside the open gap count: without them the gap would jump back and forth.
        end = CardGap((), sum(not card.model.block for card in self.cards))
        return next((gap for threshold, gap in self._thresholds if y < threshold * self.zoom), end)

    def gap_rect(self) -> QRect:
        """Return the place of the open gap after the animation; an empty rectangle if no gap is open."""
        return QRect() if self._gap_frame.isHidden() else self._gap_frame.geometry()

    def show_preview(self, text: GapText | None, shapes: Mapping[BlockPath, Shape | None]) -> None:
        """Show what a drop into the open gap would change.

        Arguments:
            text: the text in the gap; None for none.
            shapes: output shapes of layers that would change, by path; None for a shape that would be unknown.
        """
        self._gap_frame.show_text(text)
        for card in self.cards:
            shape = shapes.get(card.model.path)
            card.show_preview(describe_shape(shape) if shape else "?" if card.model.path in shapes else "")

    def point_of_gap(self, gap: CardGap) -> QPoint:
        """Return the middle of a gap that is not open, in coordinates of the stack.

        Arguments:
            gap: a gap of a visible stack.
        """
        stack = [card for card in self.cards if card.model.block == gap.block]
        if 0 < gap.index <= len(stack):
            place = self.place_of(stack[gap.index - 1])
            return QPoint(place.center().x(), place.bottom() + round(SPACING / 2 * self.zoom))
        if gap.block and stack:
            place = self.place_of(stack[0])
            return QPoint(place.center().x(), place.top() - round(SPACING / 2 * self.zoom))
        place = self.place_of(self.input_card)
        return QPoint(place.center().x(), place.bottom() + round(SPACING / 2 * self.zoom))

    # --------------------------------------------------------------------------------------------------------- layout

    def arrange(self, animated: bool = False) -> None:
        """Give every card its place.

        Arguments:
            animated: let the cards slide to their places, unless the style switches animations off.
        """
        zoom, width = self.zoom, self._card_width(self.zoom)
        places, layout = self._find_places(zoom)
        self._empty.setVisible(self._empty in places)
        # Only enlarged cards may be wider than the view: otherwise a scroll bar that appears would need another one.
        least = QSize(round((width + 2 * _MARGIN) * zoom) if zoom > 1 else 0, round(_bottom_of(places) * zoom))
        if least != self.minimumSize():
            self.setMinimumSize(least)
            places, layout = self._find_places(zoom)  # a scroll area may give the stack another width at once
        for card in self.all_cards():
            card.set_scale(places[card].width(), zoom)
        self._thresholds = layout.thresholds
        self._gap_frame.place(scaled_rect(layout.gap, zoom), zoom)
        self._places = {widget: scaled_rect(rect, zoom) for widget, rect in places.items()}
        self._animation.stop()
        duration = min(_ANIMATION_MS, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))
        self._starts = self._sliding_widgets() if animated and duration > 0 and self.isVisible() else {}
        for widget, rect in self._places.items():
            if widget not in self._starts:
                widget.setGeometry(rect)
        if self._starts:
            self._animation.setDuration(duration)
            self._animation.start()
        self.update()
        self.arranged.emit()

    def _sliding_widgets(self) -> dict[QWidget, QRect]:
        """Return the widgets that move within the visible part, with their places now. The others need not slide."""
        visible = self.visibleRegion().boundingRect()
        return {
            widget: start
            for widget, rect in self._places.items()
            if (start := widget.geometry()) != rect
            and start.y() >= 0
            and (start.intersects(visible) or rect.intersects(visible))
        }

    def _find_places(self, zoom: float) -> tuple[dict[QWidget, QRect], StackLayout]:
        """Return the places of all widgets, and the layout of the layer cards, in pixels at 100 %."""
        width = self._card_width(zoom)
        left = (int(self.width() / zoom) - width) // 2
        first = QRect(left, _MARGIN, width, self.input_card.height_for(width, zoom))
        origin = QRect(left, first.bottom() + 1 + SPACING, width, 0)
        layout = lay_out_cards(self.cards, origin, zoom, self._lifted, self.gap, self._gap_height)
        places: dict[QWidget, QRect] = {self.input_card: first, **layout.places}
        if not self.cards:
            # The words and the templates keep their size, also if the cards are smaller.
            height = math.ceil(self._empty.height_for(int(width * zoom)) / zoom)
            places[self._empty] = QRect(left, origin.y(), width, height)
            layout.bottom = origin.y() + height + SPACING
            layout.gap = places[self._empty] if self.gap is not None else QRect()
        places[self.loss_card] = QRect(left, layout.bottom, width, self.loss_card.height_for(width, zoom))
        return places, layout

    def _card_width(self, zoom: float) -> int:
        """Return the width of the cards in pixels at 100 %. Enlarged cards keep it, so that lines break as before."""
        view = (self._view_width or self.width()) / min(zoom, 1.0)
        return max(min(int(view) - 2 * _MARGIN, _WIDEST), _NARROWEST)

    @Slot(object)
    def _on_animation_value_changed(self, progress: float) -> None:
        for widget, start in self._starts.items():
            place = self._places[widget]
            top = round(start.y() + (place.y() - start.y()) * progress)
            height = round(start.height() + (place.height() - start.height()) * progress)
            widget.setGeometry(QRect(place.x(), top, place.width(), height))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def sizeHint(self) -> QSize:
        return QSize(_WIDEST + 2 * _MARGIN, max(self.minimumHeight(), 40 * GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(max(30 * GRID, self.minimumWidth()), self.minimumHeight())

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
            paint_frame(painter, QRectF(self._empty.geometry()), active=False)
        painter.end()


def _bottom_of(places: dict[QWidget, QRect]) -> int:
    return max(rect.bottom() for rect in places.values()) + 1 + _MARGIN
