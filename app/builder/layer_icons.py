"""Small drawings: an icon for each layer family and an isometric block for each output shape."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.widgets.theme.theme import family_color
from tinyml.core import Shape

ICON_SIZE = 16
BLOCK_SIZE = 44


def paint_layer_icon(painter: QPainter, box: QRectF, family: str) -> None:
    """Draw the icon of a family into a square box."""
    color = family_color(family)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / ICON_SIZE, box.height() / ICON_SIZE)
    pen = QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _PAINTERS.get(family, _unknown)(painter, color)
    painter.restore()


def _input(painter: QPainter, color: QColor) -> None:
    painter.drawRoundedRect(QRectF(1, 2, 14, 12), 2, 2)
    painter.drawPolyline([QPointF(2, 12.5), QPointF(6, 7.5), QPointF(9, 11), QPointF(11, 9), QPointF(14, 12.5)])
    painter.setBrush(color)
    painter.drawEllipse(QPointF(11, 5.5), 0.6, 0.6)


def _convolution(painter: QPainter, color: QColor) -> None:
    painter.drawRoundedRect(QRectF(1, 1, 14, 14), 2.5, 2.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(QRectF(4, 4, 7, 7))


def _pooling(painter: QPainter, _color: QColor) -> None:
    painter.drawRoundedRect(QRectF(1, 1, 14, 14), 2.5, 2.5)
    painter.drawLine(QPointF(8, 1), QPointF(8, 15))
    painter.drawLine(QPointF(1, 8), QPointF(15, 8))


def _dense(painter: QPainter, color: QColor) -> None:
    nodes = [QPointF(3.5, 8), QPointF(12.5, 3.5), QPointF(12.5, 12.5)]
    for node in nodes[1:]:
        painter.drawLine(nodes[0], node)
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    for node in nodes:
        painter.drawEllipse(node, 2.7, 2.7)


def _activation(painter: QPainter, _color: QColor) -> None:
    painter.drawPolyline([QPointF(1, 12), QPointF(7.5, 12), QPointF(14.5, 3.5)])


def _regularisation(painter: QPainter, color: QColor) -> None:
    pen = QPen(color, 1.1)
    for row in range(3):
        for column in range(3):
            kept = (row + column * 2) % 3 != 1
            painter.setPen(Qt.PenStyle.NoPen if kept else pen)
            painter.setBrush(color if kept else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(3 + 5 * column, 3 + 5 * row), 1.8, 1.8)


def _block(painter: QPainter, color: QColor) -> None:
    painter.drawLine(QPointF(5, 1), QPointF(5, 15))
    painter.drawPolyline([QPointF(5, 2), QPointF(12.5, 2), QPointF(12.5, 14), QPointF(5, 14)])
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(2.5, 5.5, 5, 5), 1.2, 1.2)


def _loss(painter: QPainter, color: QColor) -> None:
    painter.drawEllipse(QPointF(8, 8), 6.6, 6.6)
    painter.drawEllipse(QPointF(8, 8), 3.2, 3.2)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(8, 8), 0.5, 0.5)


def _unknown(painter: QPainter, color: QColor) -> None:
    pen = QPen(color, 1.4, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.drawRoundedRect(QRectF(1, 1, 14, 14), 2.5, 2.5)
    font = painter.font()
    font.setPixelSize(11)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, 16, 16), Qt.AlignmentFlag.AlignCenter, "?")


_PAINTERS = {
    "input": _input,
    "convolution": _convolution,
    "pooling": _pooling,
    "dense": _dense,
    "activation": _activation,
    "regularisation": _regularisation,
    "block": _block,
    "loss": _loss,
}


def block_extent(shape: Shape) -> tuple[float, float, float]:
    """Tell how a shape is drawn: width (channels or numbers), height and depth (rows and columns), in pixels.

    Sizes grow with the logarithm, so that 1 and 512 channels both fit; they do not depend on the other layers.

    >>> block_extent((8,))[0] > block_extent((2,))[0]
    True
    """

    def grow(base: float, step: float, size: int, limit: float) -> float:
        return min(base + step * math.log2(max(size, 1)), limit)

    if len(shape) == 3:
        channels, rows, columns = shape
        return grow(4, 3, channels, 28), grow(4, 5.2, rows, 34), grow(2, 1.9, columns, 13)
    if len(shape) == 1:
        return grow(8, 3, shape[0], 36), 7, 5
    return 18, 18, 8


def paint_block(painter: QPainter, box: QRectF, shape: Shape, color: QColor) -> None:
    """Draw the block of an output shape into the middle of a box."""
    width, height, depth = block_extent(shape)
    left = box.center().x() - (width + depth) / 2
    top = box.center().y() - (height - depth) / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    lift = QPointF(depth, -depth)
    corner, right = QPointF(left, top), QPointF(left + width, top)
    below = QPointF(left + width, top + height)
    faces = (
        (QPolygonF([corner, right, right + lift, corner + lift]), 130),
        (QPolygonF([right, below, below + lift, right + lift]), 30),
        (QPolygonF([corner, right, below, QPointF(left, top + height)]), 75),
    )
    for polygon, alpha in faces:
        fill = QColor(color)
        fill.setAlpha(alpha)
        painter.setBrush(fill)
        painter.drawPolygon(polygon)
    painter.restore()
