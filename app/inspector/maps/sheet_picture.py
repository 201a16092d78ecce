"""Pictures of reconstructions for the sheet: one by one for the grid, and all together for a file."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from app.inspector.reconstruction.reconstruction_images import flatten_channels
from app.widgets.images.colormaps import diverging_image, rgb_image, symmetric_limit
from app.widgets.theme.theme import GRID, Theme

_SMALLEST_CELL = 96
"""The longer side of a reconstruction in a saved sheet has at least this many pixels."""
_NUMBER_PIXELS = 11
"""Height of the letters in a saved sheet, in pixels."""


def picture_of(image: np.ndarray, limit: float | None, dark: bool) -> QImage:
    """Return a reconstruction as a picture with zero in the middle of the colours; three channels keep their colours.

    Arguments:
        image: (C, H, W) the reconstruction.
        limit: the absolute value that gets the full colour; None for the largest one.
        dark: True for the colours of the dark theme.
    """
    limit = symmetric_limit(image) if limit is None else limit
    if len(image) == 3:
        return rgb_image(image, -(limit or 1.0), limit or 1.0)
    return diverging_image(flatten_channels(image), dark, limit)


def sheet_image(images: Sequence[np.ndarray], title: str, limit: float | None, theme: Theme) -> QImage:
    """Return all reconstructions with their numbers in one picture, below a title.

    Arguments:
        images: (C, H, W) each; at least one.
        title: the line above them, such as layer, method and sample.
        limit: as that of `picture_of`, for all of them.
        theme: its colours.
    """
    rows, columns = images[0].shape[1:]
    scale = max(_SMALLEST_CELL // max(rows, columns), 1)
    width, height, gap = columns * scale, rows * scale, GRID
    across = max(math.ceil(math.sqrt(len(images) * height / width)), 1)
    down = math.ceil(len(images) / across)
    font = QFont()
    font.setPixelSize(_NUMBER_PIXELS)
    line = QFontMetrics(font).height()
    needed = QFontMetrics(font).horizontalAdvance(title)
    sheet = QImage(
        max(across * (width + gap), needed + gap) + gap,
        2 * gap + line + down * (height + line + gap),
        QImage.Format.Format_RGB32,
    )
    sheet.fill(QColor(theme.surface))
    painter = QPainter(sheet)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    painter.drawText(gap, gap + QFontMetrics(font).ascent(), title)
    for index, image in enumerate(images):
        left, top = gap + index % across * (width + gap), 2 * gap + line + index // across * (height + line + gap)
        painter.drawImage(QRectF(left, top, width, height), picture_of(image, limit, theme.dark))
        painter.setPen(QColor(theme.border))
        painter.drawRect(QRectF(left - 0.5, top - 0.5, width + 1, height + 1))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(left, top + height, width, line), Qt.AlignmentFlag.AlignCenter, str(index))
    painter.end()
    return sheet
