"""Paints the cards of the gallery: a thumbnail, a title, and in large cards also the description."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.builder.templates.template_model import CARD_ROLE, TemplateCard
from app.builder.templates.thumbnail import paint_thumbnail
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme

AnyIndex = QModelIndex | QPersistentModelIndex
_LARGE_WIDTH = 29 * GRID
_SMALL_WIDTH = 17 * GRID
_LARGE_PICTURE = 9 * GRID
_SMALL_PICTURE = 6 * GRID
_LINES = 3
_GAP = GRID // 2
"""Space around each card, in pixels."""


class TemplateDelegate(QStyledItemDelegate):
    """Paints and measures the cards.

    Arguments:
        large: also paint the description and the data.
    """

    def __init__(self, large: bool) -> None:
        super().__init__()
        self._large = large

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        title = QFontMetrics(bold_font(option.font)).height()
        if not self._large:
            return QSize(_SMALL_WIDTH + 2 * _GAP, _SMALL_PICTURE + title + 2 * GRID + 2 * _GAP)
        small = QFontMetrics(small_font(option.font)).lineSpacing()
        return QSize(_LARGE_WIDTH + 2 * _GAP, _LARGE_PICTURE + title + (_LINES + 1) * small + 4 * GRID + 2 * _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        card: TemplateCard = index.data(CARD_ROLE)
        frame = QRectF(option.rect).adjusted(_GAP, _GAP, -_GAP, -_GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, frame, option)
        picture = QRectF(frame.left(), frame.top(), frame.width(), _LARGE_PICTURE if self._large else _SMALL_PICTURE)
        self._paint_picture(painter, picture, card)
        self._paint_text(painter, frame.adjusted(GRID, picture.height() + GRID // 2, -GRID, -GRID // 2), option, card)
        painter.restore()

    def _paint_frame(self, painter: QPainter, frame: QRectF, option: QStyleOptionViewItem) -> None:
        theme, state = current_theme(), option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        path = QPainterPath()
        path.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(path, QColor(theme.card))
        painter.setClipPath(path)
        height = _LARGE_PICTURE if self._large else _SMALL_PICTURE
        painter.fillRect(QRectF(frame.left(), frame.top(), frame.width(), height), QColor(theme.canvas))
        painter.setClipping(False)
        color = theme.accent if chosen or focused or hovered else theme.border
        painter.setPen(QPen(QColor(color), 2 if chosen else 1))
        painter.drawPath(path)

    def _paint_picture(self, painter: QPainter, box: QRectF, card: TemplateCard) -> None:
        inner = box.adjusted(GRID, GRID // 2, -GRID, -GRID // 2)
        if card.thumbnail:
            paint_thumbnail(painter, inner, card.thumbnail)
            return
        painter.setPen(QPen(QColor(current_theme().muted), 1.5, Qt.PenStyle.DashLine))
        side = inner.height() * 0.5
        place = QRectF(inner.center().x() - side, inner.center().y() - side / 2, 2 * side, side)
        painter.drawRoundedRect(place, RADIUS, RADIUS)

    def _paint_text(self, painter: QPainter, box: QRectF, option: QStyleOptionViewItem, card: TemplateCard) -> None:
        theme = current_theme()
        title = bold_font(option.font) if self._large else small_font(option.font)
        height = QFontMetrics(title).height()
        _draw_line(painter, QRectF(box.left(), box.top(), box.width(), height), card.title, title, theme.text)
        if not self._large:
            return
        small = small_font(option.font)
        line = QFontMetrics(small).lineSpacing()
        painter.setFont(small)
        painter.setPen(QColor(theme.text))
        body = QRectF(box.left(), box.top() + height + GRID // 4, box.width(), _LINES * line)
        painter.drawText(body, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft), card.line)
        foot = QRectF(box.left(), box.bottom() - line, box.width(), line)
        _draw_line(painter, foot, card.suits, small, theme.muted)


def _draw_line(painter: QPainter, box: QRectF, text: str, font: QFont, color: str) -> None:
    """Draw one line of text that ends in “…” where it does not fit."""
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
