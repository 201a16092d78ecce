"""A card in one row, for a canvas that is zoomed out: icon, name, type, output shape, and a mark for a problem.

Where the text would be unreadable, a bar in the colour of the layer family stands for it.
"""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter

from app.builder.canvas.card_model import CardModel
from app.builder.canvas.card_painter import fitting_type_name
from app.builder.layer_icons import ICON_SIZE, paint_layer_icon
from app.widgets.plain_text import short
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID, current_theme, family_color
from tinyml.core import describe_shape

COMPACT_SCALE = 1.7
"""Size of text and icon on a compact card, as a multiple of the normal size: readable where the canvas is at 40 %."""

COMPACT_HEIGHT = 44
"""Height of a compact card in pixels at 100 %."""

LARGEST_COMPACT_ZOOM = 0.6
"""Cards are compact below this size: size on screen divided by the size at 100 %."""

_SMALLEST_TEXT = 6.0
"""Height in pixels of the screen below which text cannot be read."""

_MARK = 14
_TEXT_LEFT = 40
_BAR_HEIGHT = 8.0


def is_compact(zoom: float) -> bool:
    """Return True if cards are shown in one row.

    Arguments:
        zoom: size on screen divided by the size at 100 %.
    """
    return zoom < LARGEST_COMPACT_ZOOM


def is_readable(font: QFont, zoom: float) -> bool:
    """Return True if the text on a compact card is large enough to be read.

    Arguments:
        font: font of the card at 100 %.
        zoom: size on screen divided by the size at 100 %.
    """
    return QFontInfo(font).pixelSize() * COMPACT_SCALE * zoom >= _SMALLEST_TEXT


def paint_tiny_row(painter: QPainter, rect: QRect, font: QFont, model: CardModel) -> None:
    """Paint the content of a compact card that is too small for text: a bar, and a mark for a problem or a hint.

    Arguments:
        painter: paints on the card; its unit is `COMPACT_SCALE` × zoom pixels.
        rect: the whole card in this unit.
        font: font of the card.
        model: content of the card.
    """
    right = float(rect.width() - 2 * GRID)
    if model.remark is not None:
        right = _paint_remark(painter, rect, font, model) - GRID
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(family_color(model.family))
    bar = QRectF(2 * GRID, (rect.height() - _BAR_HEIGHT) / 2, right - 2 * GRID, _BAR_HEIGHT)
    painter.drawRoundedRect(bar, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)


def paint_compact_row(painter: QPainter, rect: QRect, font: QFont, model: CardModel, preview: str = "") -> None:
    """Paint the content of a compact card.

    Arguments:
        painter: paints on the card; its unit is `COMPACT_SCALE` × zoom pixels.
        rect: the whole card in this unit.
        font: font of the card.
        model: content of the card.
        preview: the output shape after a drop, shown in place of the shape; empty for none.
    """
    theme, middle = current_theme(), rect.height() / 2
    paint_layer_icon(painter, QRectF(14, middle - ICON_SIZE / 2, ICON_SIZE, ICON_SIZE), model.family)
    right = float(rect.width() - GRID)
    if model.remark is not None:
        right = _paint_remark(painter, rect, font, model) - GRID
    bold, metrics = bold_font(font), QFontMetrics(font)
    if preview or model.shape is not None:
        shape = preview or describe_shape(model.shape or ())
        width = metrics.horizontalAdvance(shape)
        painter.setFont(font)
        painter.setPen(QColor(theme.accent if preview else theme.text))
        painter.drawText(QRectF(right - width, 0, width, rect.height()), Qt.AlignmentFlag.AlignVCenter, shape)
        right -= width + GRID
    room = int(right) - _TEXT_LEFT
    if room <= 0:
        return
    name = QFontMetrics(bold).elidedText(short(model.name), Qt.TextElideMode.ElideMiddle, room)
    painter.setFont(bold)
    painter.setPen(QColor(theme.danger if model.problem is not None else theme.text))
    painter.drawText(QRectF(_TEXT_LEFT, 0, room, rect.height()), Qt.AlignmentFlag.AlignVCenter, name)
    used = QFontMetrics(bold).horizontalAdvance(name) + GRID
    if room - used > 3 * GRID:
        kind = fitting_type_name(model, metrics, room - used)
        kind = metrics.elidedText(kind, Qt.TextElideMode.ElideRight, room - used)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(_TEXT_LEFT + used, 0, room - used, rect.height()), Qt.AlignmentFlag.AlignVCenter, kind)


def _paint_remark(painter: QPainter, rect: QRect, font: QFont, model: CardModel) -> float:
    """Paint the mark of a problem or a hint at the right: a disc with an exclamation mark. Return its left edge."""
    theme = current_theme()
    left = float(rect.width() - GRID - _MARK)
    box, color = (
        QRectF(left, (rect.height() - _MARK) / 2, _MARK, _MARK),
        theme.danger if model.problem else theme.warning,
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(box)
    painter.setFont(bold_font(font))
    painter.setPen(QColor(theme.card))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "!")
    return left
