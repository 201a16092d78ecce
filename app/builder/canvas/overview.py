"""The overview of a long network: one coloured strip for each card, and a frame around the visible part."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.builder.canvas.card import Card
from app.builder.canvas.card_stack import CardStack
from app.widgets.theme.theme import RADIUS, current_theme, family_color

WIDEST, NARROWEST = 52, 10
"""Limits of the width in pixels."""

_STRIP = 7
"""Height in pixels of a strip with the gap below it, if there is room."""

_PADDING = 4
_NARROW_PADDING = 2


class Overview(QWidget):
    """Shows all cards as strips in the colours of their families; red marks are problems. A click or drag goes there.

    The strips are painted once after each change of the cards. Scrolling only moves the frame.

    Arguments:
        area: the scroll area of the cards, above which the overview floats.
        card_stack: the cards.
    """

    def __init__(self, area: QScrollArea, card_stack: CardStack) -> None:
        super().__init__(area)
        self.setObjectName("overview")
        self.setAccessibleName("Overview of the network")
        self.setToolTip("Click or drag to go to a part of the network.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._card_stack = card_stack
        self._strips = QPixmap()
        # Distance in the overview between the pointer and the top of the frame during a drag.
        self._grip = 0.0
        card_stack.arranged.connect(self._on_card_stack_arranged)
        area.verticalScrollBar().valueChanged.connect(self._on_scroll_value_changed)

    @property
    def _area(self) -> QScrollArea:
        area = self.parentWidget()  # an attribute would make a cycle of references, see AreaPart
        assert isinstance(area, QScrollArea), "the constructor sets the parent"
        return area

    @property
    def wanted_height(self) -> int:
        """Height in pixels that shows every strip well."""
        return len(self._card_stack.all_cards()) * _STRIP + 2 * _PADDING

    def visible_frame(self) -> QRectF:
        """Return the place of the visible part of the network in the overview."""
        bar, scale = self._area.verticalScrollBar(), self._scale
        height = max(self._area.viewport().height() * scale, 4.0)
        return QRectF(1, _PADDING + bar.value() * scale, self.width() - 2, height)

    def strip_rect(self, card: Card) -> QRectF:
        """Return the place of the strip of a card.

        Arguments:
            card: one of the cards of the stack.
        """
        widest = self._card_stack.place_of(self._card_stack.input_card)
        return self._strip_of(self._card_stack.place_of(card), widest, self._scale)

    def _strip_of(self, place: QRect, widest: QRect, scale: float) -> QRectF:
        """Return the strip of a card at a place. `widest` is the place of a card that is not in a block."""
        left = _PADDING if self.width() > WIDEST / 2 else _NARROW_PADDING
        sideways = (self.width() - 2 * left) / max(widest.width(), 1)
        gap = min(2.0, place.height() * scale / 3)
        return QRectF(
            left + (place.x() - widest.x()) * sideways,
            _PADDING + place.y() * scale,
            place.width() * sideways,
            max(place.height() * scale - gap, 0.5),
        )

    @property
    def _scale(self) -> float:
        """Height in the overview of one pixel of the card stack."""
        return (self.height() - 2 * _PADDING) / max(self._card_stack.height(), 1)

    # ------------------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._strips.size() != self.size() * ratio:
            self._strips = self._paint_strips(ratio)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._strips)
        accent = QColor(current_theme().accent)
        painter.setPen(QPen(accent, 1.2))
        accent.setAlpha(28)
        painter.setBrush(accent)
        painter.drawRoundedRect(self.visible_frame().adjusted(0.5, 0, -0.5, 0), 2, 2)
        painter.end()

    def _paint_strips(self, ratio: float) -> QPixmap:
        theme = current_theme()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS / 2, RADIUS / 2)
        widest, scale = self._card_stack.place_of(self._card_stack.input_card), self._scale
        for card in self._card_stack.all_cards():
            strip = self._strip_of(self._card_stack.place_of(card), widest, scale)
            if strip.bottom() < 0:
                continue  # the card is being dragged
            painter.fillRect(strip, family_color(card.model.family))
            if card.model.problem is not None:
                height = max(strip.height(), 2.0)
                mark = QRectF(
                    strip.right() - self.width() / 4, strip.center().y() - height / 2, self.width() / 4, height
                )
                painter.fillRect(mark.adjusted(-1, 0, 0, 0), QColor(theme.card))
                painter.fillRect(mark, QColor(theme.danger))
        painter.end()
        return picture

    @Slot()
    def _on_card_stack_arranged(self) -> None:
        self._strips = QPixmap()
        self.update()

    @Slot()
    def _on_scroll_value_changed(self) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_card_stack_arranged()

    # ---------------------------------------------------------------------------------------------------------- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            frame = self.visible_frame()
            inside = frame.contains(QPointF(frame.center().x(), event.position().y()))
            self._grip = event.position().y() - frame.top() if inside else frame.height() / 2
            self._go_to(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._area.verticalScrollBar(), event)

    def _go_to(self, y: float) -> None:
        self._area.verticalScrollBar().setValue(round((y - self._grip - _PADDING) / self._scale))
