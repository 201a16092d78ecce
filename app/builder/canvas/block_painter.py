"""The painting of an open block: its header row, the arrow that folds it, and its shortcut."""

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen

from app.builder.canvas.card_model import CardModel
from app.widgets.theme.theme import GRID, current_theme, family_color
from tinyml.core import describe_shape

ARROW_SIZE = 20

FOOT = 28
"""Height in pixels below the last card inside a block, where the shortcut ends."""

_INDENT = 28
_NARROW_INDENT = 12
_NARROW = 400
_ARROW = 4.5
_PLUS_RADIUS = 8.0
_CORNER = 9.0
_BRANCH = 4
"""Distance in pixels between the header and the point where the shortcut begins."""


def indent_for(width: int) -> int:
    """Return the distance between the sides of a block and the cards inside; the shortcut is drawn there.

    Arguments:
        width: width of the block in pixels at 100 %.
    """
    return _INDENT if width >= _NARROW else _NARROW_INDENT


def arrow_rect(width: int) -> QRect:
    """Return the place of the arrow that folds a block, in pixels at 100 %.

    Arguments:
        width: width of the card.
    """
    return QRect(width - ARROW_SIZE - GRID // 2, GRID // 2 + 2, ARROW_SIZE, ARROW_SIZE)


def paint_arrow(painter: QPainter, width: int, is_open: bool, hovered: bool) -> None:
    """Paint the arrow that folds a block: it points down while the block is open.

    Arguments:
        painter: paints on the card.
        width: width of the card.
        is_open: True if the layers inside are shown.
        hovered: True if the mouse is over the card.
    """
    theme, middle = current_theme(), QPointF(QRectF(arrow_rect(width)).center())
    long, short = _ARROW, _ARROW * 0.62
    path = QPainterPath()
    if is_open:
        path.moveTo(middle + QPointF(-long, -short))
        path.lineTo(middle + QPointF(0, short))
        path.lineTo(middle + QPointF(long, -short))
    else:
        path.moveTo(middle + QPointF(-short, -long))
        path.lineTo(middle + QPointF(short, 0))
        path.lineTo(middle + QPointF(-short, long))
    painter.setPen(QPen(QColor(theme.text if hovered else theme.muted), 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def shape_width(model: CardModel, font: QFont) -> int:
    """Return the width of the output shape in the header of an open block, with its distance from the title.

    Arguments:
        model: content of the card.
        font: font of the card.
    """
    if model.shape is None:
        return 0
    return QFontMetrics(font).horizontalAdvance(describe_shape(model.shape)) + GRID


def paint_inside(painter: QPainter, body: QRect, indent: int, foot: int, model: CardModel) -> None:
    """Paint the connections in an open block: the line through its layers and, if there is one, the shortcut.

    The shortcut leaves the line above the first layer, passes the layers at their right, and ends at a plus below them.

    Arguments:
        painter: paints on the card.
        body: the part of the card below its header.
        indent: distance between the sides of the block and the cards inside.
        foot: height below the last card inside.
        model: content of the card.
    """
    theme = current_theme()
    line = QColor(theme.border)
    painter.setPen(QPen(line.lighter(130) if theme.dark else line.darker(115), 1))
    middle = QRectF(body).center().x()
    painter.drawLine(QLineF(middle, body.top(), middle, body.bottom() - 1))
    if not model.shortcut:
        return
    color = family_color(model.family)
    start = QPointF(middle, body.top() + _BRANCH)
    end = QPointF(middle, body.bottom() - foot / 2)
    right = body.right() - indent / 2
    path = QPainterPath(start)
    path.lineTo(right - _CORNER, start.y())
    path.quadTo(right, start.y(), right, start.y() + _CORNER)
    path.lineTo(right, end.y() - _CORNER)
    path.quadTo(right, end.y(), right - _CORNER, end.y())
    path.lineTo(end.x() + _PLUS_RADIUS + 5, end.y())
    painter.setPen(QPen(color, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.setBrush(color)
    painter.drawEllipse(start, 2.2, 2.2)
    tip = end + QPointF(_PLUS_RADIUS + 1, 0)
    painter.drawPolygon([tip, tip + QPointF(6, -3.5), tip + QPointF(6, 3.5)])
    painter.setBrush(QColor(theme.card))
    painter.drawEllipse(end, _PLUS_RADIUS, _PLUS_RADIUS)
    arm = _PLUS_RADIUS / 2
    painter.drawLine(QLineF(end - QPointF(arm, 0), end + QPointF(arm, 0)))
    painter.drawLine(QLineF(end - QPointF(0, arm), end + QPointF(0, arm)))
