"""The block of an output shape: a small isometric drawing of its channels, rows and columns."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from tinyml.core import Shape
from tinyml.visualize.network_drawing import block_extent

BLOCK_SIZE = 44
"""Width and height of the place of a block, in pixels."""


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
