"""The strip of live activations on a card: small pictures of the first maps, or bars for a vector."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.widgets.images.colormaps import sample_image, viridis_image
from app.widgets.theme.theme import current_theme
from tinyml.core import Shape

STRIP_HEIGHT = 22
_GAP = 3
_MOST_TILES = 8
_MOST_PIXELS = 44
"""A tile of 22 points has at most this many pixels, on a screen of double density."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Maps side by side in one picture; `count` tiles of equal width."""

    picture: QImage
    count: int
    aspect: float


def tiles_of(maps: np.ndarray) -> Tiles:
    """Paint the first maps of `(C, H, W)` in viridis, on one common scale so that a quiet map looks quiet."""
    shown = maps[:_MOST_TILES]
    _, rows, columns = shown.shape
    thin = shown[:, :: -(-rows // _MOST_PIXELS), :: -(-columns // _MOST_PIXELS)]
    return Tiles(viridis_image(np.concatenate(list(thin), axis=1)), len(shown), min(max(columns / rows, 0.5), 2.0))


def example_tile(example: np.ndarray) -> Tiles:
    """Paint an example of the data `(C, H, W)` in its own colours."""
    _, rows, columns = example.shape
    step = max(-(-rows // 128), -(-columns // 128))
    return Tiles(sample_image(example[:, ::step, ::step]), 1, min(max(columns / rows, 0.5), 2.0))


def paint_tiles(painter: QPainter, box: QRectF, tiles: Tiles) -> None:
    """Draw as many tiles as fit into the box, from the left."""
    width = box.height() * tiles.aspect
    source_width = tiles.picture.width() / tiles.count
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for number in range(tiles.count):
        target = QRectF(box.left() + number * (width + _GAP), box.top(), width, box.height())
        if target.right() > box.right() + 1:
            break
        painter.drawImage(target, tiles.picture, QRectF(number * source_width, 0, source_width, tiles.picture.height()))
    painter.restore()


def paint_bars(painter: QPainter, box: QRectF, values: np.ndarray, color: QColor) -> None:
    """Draw a vector as bars, up for positive and down for negative numbers; several share a bar when there are many."""
    room = max(int(min(box.width(), 8 * (STRIP_HEIGHT + _GAP)) // 3), 1)
    heights = _thin(np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0), room)
    top, bottom = max(float(heights.max()), 0.0), min(float(heights.min()), 0.0)
    scale = box.height() / (top - bottom) if top > bottom else 0.0
    zero = box.top() + top * scale if scale else box.bottom()
    step = min(room * 3 / len(heights), 9.0)
    painter.save()
    painter.fillRect(
        QRectF(box.left(), min(zero, box.bottom() - 1), step * len(heights), 1), QColor(current_theme().border)
    )
    for number, height in enumerate(heights):
        size = height * scale
        painter.fillRect(QRectF(box.left() + number * step, zero, max(step - 1, 1), -size).normalized(), color)
    painter.restore()


def paint_waiting(painter: QPainter, box: QRectF, shape: Shape) -> None:
    """Draw the place of a strip whose values are not known yet."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(current_theme().track))
    count = min(shape[0], _MOST_TILES) if len(shape) == 3 else _MOST_TILES
    for number in range(count):
        tile = QRectF(box.left() + number * (box.height() + _GAP), box.top(), box.height(), box.height())
        if tile.right() <= box.right() + 1:
            painter.drawRoundedRect(tile, 2, 2)
    painter.restore()


def _thin(values: np.ndarray, most: int) -> np.ndarray:
    """Keep, of each run of neighbours, the one of the largest size, so that no spike is hidden."""
    if len(values) <= most:
        return values
    runs = np.array_split(values, most)
    return np.array([run[np.abs(run).argmax()] for run in runs])
