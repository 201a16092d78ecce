"""Pictures with their scale and caption, as one image to save or copy."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPainter

from app.inspector.reconstruction.drawing import Drawing
from app.inspector.reconstruction.legend import Scale
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_SMALLEST_WIDTH = 30 * GRID
"""Smallest width of one picture with its caption, in pixels."""


@dataclass(frozen=True, eq=False)
class FigurePart:
    """One picture of a figure.

    Attributes:
        title: what it is.
        drawing: the picture.
        scale: its colours; None if it has no scale.
    """

    title: str
    drawing: Drawing
    scale: Scale | None = None


def make_figure(parts: Sequence[FigurePart], caption: str, scale: int) -> QImage:
    """Return pictures side by side, each with title and scale, above a caption.

    Arguments:
        parts: the pictures.
        caption: which sample, map and activation they show.
        scale: width and height in pixels of each number.
    """
    font = small_font(QGuiApplication.font())
    line = QFontMetricsF(font).height()
    images = [part.drawing.enlarged(scale) for part in parts]
    widths = [max(image.width(), _SMALLEST_WIDTH) for image in images]
    width = sum(widths) + GRID * (len(parts) + 1)
    words = _wrapped(caption, font, width - 2 * GRID)
    height = max(image.height() for image in images)
    figure = QImage(width, round(height + 2 * line + words.height() + 5 * GRID), QImage.Format.Format_RGB32)
    figure.fill(QColor(current_theme().surface))
    painter = QPainter(figure)
    left = float(GRID)
    for part, image, room in zip(parts, images, widths, strict=True):
        _paint_part(painter, part, image, QRectF(left, GRID, room, height), font)
        left += room + GRID
    painter.setPen(QColor(current_theme().text))
    painter.drawText(words.translated(GRID, figure.height() - words.height() - GRID), Qt.TextFlag.TextWordWrap, caption)
    painter.end()
    return figure


def _paint_part(painter: QPainter, part: FigurePart, image: QImage, area: QRectF, font: QFont) -> None:
    """Paint a picture below its title and above its scale."""
    line = QFontMetricsF(font).height()
    painter.setFont(font)
    painter.setPen(QColor(current_theme().text))
    painter.drawText(QRectF(area.left(), area.top(), area.width(), line), Qt.AlignmentFlag.AlignLeft, part.title)
    top = area.top() + line + GRID / 2
    painter.drawImage(QRectF(area.left(), top, image.width(), image.height()), image)
    if part.scale is not None:
        part.scale.paint(painter, QRectF(area.left(), top + area.height() + GRID / 2, area.width() - 1, line), font)


def _wrapped(text: str, font: QFont, width: float) -> QRectF:
    """Return the room that a text takes when it is wrapped."""
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e4), int(Qt.TextFlag.TextWordWrap), text)
