"""The zoom of the canvas: by keys, by Ctrl and the mouse wheel, and by two fingers on a touchpad."""

import math
from bisect import bisect_left, bisect_right

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea

from app.builder.canvas.area_part import AreaPart
from app.builder.canvas.card import Card
from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.compact_card import LARGEST_COMPACT_ZOOM
from app.widgets.theme.theme import GRID

SMALLEST, LARGEST = 0.25, 2.0
"""Limits of the zoom."""

LEVELS = (0.25, 0.33, 0.4, 0.5, 0.6, 0.67, 0.75, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""The zooms that the keys and buttons step through."""

_WHEEL_STEP = 480
"""The zoom doubles after this many eighths of a degree. A notch of a mouse wheel has 120."""

_SEARCH_STEPS = 10


class Zoom(AreaPart):
    """Makes the cards larger or smaller. The point under the pointer, or in the middle, stays where it is.

    Arguments:
        area: the scroll area of the cards; it owns this object.
        card_stack: the cards.

    Signals:
        changed(): the cards have another size.
    """

    changed = Signal()

    def __init__(self, area: QScrollArea, card_stack: CardStack) -> None:
        super().__init__(area)
        self._card_stack = card_stack
        self._restored = False
        area.viewport().installEventFilter(self)

    @property
    def factor(self) -> float:
        """Size on screen divided by the size at 100 %."""
        return self._card_stack.zoom

    def set_factor(self, factor: float, point: QPoint | None = None) -> None:
        """Show the cards in another size.

        Arguments:
            factor: size on screen divided by the size at 100 %; a value outside of the limits is moved to them.
            point: the point of the viewport that stays in place; None for the middle.
        """
        factor = min(max(factor, SMALLEST), LARGEST)
        if factor == self.factor:
            return
        fixed = QPointF(point if point is not None else self._area.viewport().rect().center())
        card, share = self._find_anchor(fixed)
        self._card_stack.set_zoom(factor)
        # The scroll bars need their new ranges now, and not after the events that wait already.
        QApplication.sendEvent(self._area, QEvent(QEvent.Type.LayoutRequest))
        place = self._card_stack.place_of(card)
        self._area.horizontalScrollBar().setValue(round(place.x() + share.x() * place.width() - fixed.x()))
        self._area.verticalScrollBar().setValue(round(place.y() + share.y() * place.height() - fixed.y()))
        self.changed.emit()

    @Slot()
    def zoom_in(self) -> None:
        """Show the cards in the next larger size."""
        self.set_factor(LEVELS[min(bisect_right(LEVELS, self.factor + 0.005), len(LEVELS) - 1)])

    @Slot()
    def zoom_out(self) -> None:
        """Show the cards in the next smaller size."""
        self.set_factor(LEVELS[max(bisect_left(LEVELS, self.factor - 0.005) - 1, 0)])

    @Slot()
    def show_actual_size(self) -> None:
        """Show the cards at 100 %."""
        self.set_factor(1.0)

    @Slot()
    def fit(self) -> None:
        """Show the whole network if possible, but not larger than at 100 %."""
        height = self._area.viewport().height()
        fitting, too_large = SMALLEST, 1.0
        if self._card_stack.height_at(too_large) <= height:
            fitting = too_large
        else:
            for _ in range(_SEARCH_STEPS):
                middle = (fitting + too_large) / 2
                if self._card_stack.height_at(middle) <= height:
                    fitting = middle
                else:
                    too_large = middle
        self.set_factor(fitting)

    def restore(self, saved: object) -> None:
        """Show the cards in the size of the last session.

        Arguments:
            saved: the `factor` that was saved, as the settings return it. None or rubbish changes nothing.
        """
        try:
            factor = float(str(saved))
        except ValueError:
            return
        if math.isfinite(factor):
            self._restored = True
            self.set_factor(factor)

    def show_at_least(self, count: int) -> None:
        """Make the cards smaller, but not compact, if fewer than some of them fit into the view.

        A restored size stays.

        Arguments:
            count: number of cards, the input card included.
        """
        cards, height = self._card_stack.all_cards(), self._area.viewport().height()
        if len(cards) >= count and self.factor == 1.0 and not self._restored:
            fitting = height / (self._card_stack.place_of(cards[count - 1]).bottom() + GRID)
            self.set_factor(min(max(fitting, LARGEST_COMPACT_ZOOM), 1.0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Zoom instead of scrolling if Ctrl is held while the wheel turns; zoom by two fingers on a touchpad."""
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(2 ** (event.angleDelta().y() / _WHEEL_STEP), event.position().toPoint())
            event.accept()
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_by(1 + event.value(), event.position().toPoint())
            event.accept()
            return True
        return False

    def _zoom_by(self, ratio: float, point: QPoint) -> None:
        """Zoom, and stop at 100 % on the way."""
        before, after = self.factor, self.factor * ratio
        passes = min(before, after) < 1 < max(before, after)
        self.set_factor(1.0 if passes else after, point)

    def _find_anchor(self, point: QPointF) -> tuple[Card, QPointF]:
        """Return the card nearest to a point of the viewport, and where the point is in it, as shares of its size.

        Another size can move the cards in other proportions, because compact cards are lower. So a card is the anchor.
        """
        inside = point + QPointF(self._area.horizontalScrollBar().value(), self._area.verticalScrollBar().value())
        stack = self._card_stack

        def distance(card: Card) -> float:
            place = stack.place_of(card)
            return max(place.top() - inside.y(), inside.y() - place.bottom(), 0.0)

        card = min(stack.all_cards(), key=distance)
        place = stack.place_of(card)
        return card, QPointF((inside.x() - place.x()) / place.width(), (inside.y() - place.y()) / place.height())
