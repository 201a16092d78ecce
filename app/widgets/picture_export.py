"""Pictures of widgets for files: of points (PNG) or of lines (SVG)."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.widgets.theme.theme import GRID, current_theme

PICTURE_SCALE = 2
"""Pictures have twice the resolution of the screen, for print."""


def paint_widgets(widgets: Sequence[QWidget]) -> QImage:
    """Paint `widgets` side by side, with the resolution for print."""
    size = _picture_size(widgets)
    image = QImage(size * PICTURE_SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(PICTURE_SCALE)
    image.fill(current_theme().surface)
    _paint(image, widgets)
    return image


def draw_widgets(widgets: Sequence[QWidget], title: str) -> bytes:
    """Draw `widgets` side by side as SVG: lines and texts, so that it can be enlarged. The file gets a `title`."""
    size, buffer, generator = _picture_size(widgets), QBuffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    generator.setTitle(title)
    _paint(generator, widgets)
    return bytes(buffer.data().data())


def _picture_size(widgets: Sequence[QWidget]) -> QSize:
    width = sum(widget.width() for widget in widgets) + GRID * (len(widgets) + 1)
    return QSize(width, max(widget.height() for widget in widgets) + 2 * GRID)


def _paint(device: QPaintDevice, widgets: Sequence[QWidget]) -> None:
    painter = QPainter(device)
    painter.fillRect(QRect(QPoint(), _picture_size(widgets)), QColor(current_theme().surface))
    left = GRID
    for widget in widgets:
        widget.render(painter, QPoint(left, GRID))
        left += widget.width() + GRID
    painter.end()
