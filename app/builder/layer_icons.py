"""The icons of the layer families.

They are drawn here and not taken from the icon font, because they show what a family does: a window on an image, a
grid of pooling windows, one unit connected to others, the bend of an activation. The font has no such icons. A
drawing also takes the family's colour in each theme and is sharp at every size.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.widgets.theme.theme import family_color

ICON_SIZE = 16
"""Width and height of an icon in pixels."""


def paint_layer_icon(painter: QPainter, box: QRectF, family: str) -> None:
    """Draw the icon of a layer family.

    Arguments:
        painter: paints on the widget.
        box: a square place for the icon.
        family: name of the family; an unknown one gets a question mark.
    """
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
