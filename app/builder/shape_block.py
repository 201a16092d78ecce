"""The block of an output shape: a small isometric drawing of its channels, rows and columns."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from tinyml.core import Shape

BLOCK_SIZE = 44
"""Width and height of the place of a block, in pixels."""


def block_extent(shape: Shape) -> tuple[float, float, float]:
    """Return width, height and depth of the block of a shape, in pixels.

    The width shows the number of channels or numbers, height and depth show rows and columns. The sizes grow with the
    logarithm, so that 1 channel and 512 channels both fit. They do not depend on other layers.

    Arguments:
        shape: output shape without the batch axis.

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
    """Draw the block of an output shape.

    Arguments:
        painter: paints on the widget.
        box: the block is drawn in its middle.
        shape: output shape without the batch axis.
        color: colour of the layer family.
    """
    paint_box(painter, box.center(), block_extent(shape), color)


def paint_box(painter: QPainter, center: QPointF, extent: tuple[float, float, float], color: QColor) -> None:
    """Draw a box in isometric view.

    Arguments:
        painter: paints on the widget.
        center: middle of the drawing.
        extent: width, height and depth, in pixels.
        color: colour of the layer family.
    """
    width, height, depth = extent
    left = center.x() - (width + depth) / 2
    top = center.y() - (height - depth) / 2
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
