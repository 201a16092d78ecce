"""The strip of live activations on a card: small pictures of the first feature maps, or bars for a vector."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.widgets.images.colormaps import sample_image, viridis_image
from app.widgets.theme.theme import current_theme
from tinyml.core import Shape

STRIP_HEIGHT = 22
_GAP = 3
_MAX_TILES = 8
_MAX_PIXELS = 44
"""Number of pixels of a tile of 22 points on a screen of double density."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Feature maps side by side in one picture.

    Attributes:
        picture: the tiles, all of the same width.
        count: number of tiles.
        aspect: width of a tile on screen, divided by its height.
    """

    picture: QImage
    count: int
    aspect: float


def make_tiles(maps: np.ndarray) -> Tiles:
    """Make a picture of the first feature maps in viridis. All maps share one scale, so that weak maps look weak.

    Arguments:
        maps: `(C, H, W)`.
    """
    shown = maps[:_MAX_TILES]
    _, rows, columns = shown.shape
    thin = shown[:, :: -(-rows // _MAX_PIXELS), :: -(-columns // _MAX_PIXELS)]
    return Tiles(viridis_image(np.concatenate(list(thin), axis=1)), len(shown), min(max(columns / rows, 0.5), 2.0))


def make_example_tile(example: np.ndarray) -> Tiles:
    """Make a picture of an example of the data in its own colours.

    Arguments:
        example: `(C, H, W)`.
    """
    _, rows, columns = example.shape
    step = max(-(-rows // 128), -(-columns // 128))
    return Tiles(sample_image(example[:, ::step, ::step]), 1, min(max(columns / rows, 0.5), 2.0))


def paint_tiles(painter: QPainter, box: QRectF, tiles: Tiles) -> None:
    """Draw as many tiles as fit into a box, from the left.

    Arguments:
        painter: paints on the card.
        box: place of the strip, in pixels.
        tiles: the tiles that are drawn.
    """
    width = box.height() * tiles.aspect
    source_width = tiles.picture.width() // tiles.count
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for number in range(tiles.count):
        target = QRectF(box.left() + number * (width + _GAP), box.top(), width, box.height())
        if target.right() > box.right() + 1:
            break
        # A copy, because Qt's SVG writer ignores which part of a picture is meant.
        painter.drawImage(target, tiles.picture.copy(number * source_width, 0, source_width, tiles.picture.height()))
    painter.restore()


def paint_bars(painter: QPainter, box: QRectF, values: np.ndarray, color: QColor) -> None:
    """Draw a vector as bars: upwards for positive numbers, downwards for negative ones. A long vector shares bars.

    Arguments:
        painter: paints on the card.
        box: place of the strip, in pixels.
        values: `(D,)`.
        color: colour of the bars.
    """
    heights = _thin(_finite(values), _most_bars(box.width()))
    top, bottom = max(float(heights.max()), 0.0), min(float(heights.min()), 0.0)
    scale = box.height() / (top - bottom) if top > bottom else 0.0
    zero = box.top() + top * scale if scale else box.bottom()
    step = _bar_step(box.width(), len(heights))
    painter.save()
    painter.fillRect(
        QRectF(box.left(), min(zero, box.bottom() - 1), step * len(heights), 1), QColor(current_theme().border)
    )
    for number, height in enumerate(heights):
        size = height * scale
        painter.fillRect(QRectF(box.left() + number * step, zero, max(step - 1, 1), -size).normalized(), color)
    painter.restore()


def find_bar(values: np.ndarray, width: float, place: float) -> int | None:
    """Return the index of the value whose bar is at a place of the strip; None if no bar is there.

    Arguments:
        values: `(D,)` the vector.
        width: of the strip, in pixels at 100 %.
        place: distance from the left end of the strip, in pixels at 100 %.
    """
    groups = np.array_split(np.arange(len(values)), min(len(values), _most_bars(width)))
    number = int(place // _bar_step(width, len(groups)))
    if not 0 <= number < len(groups):
        return None
    group = groups[number]
    return int(group[np.abs(_finite(values)[group]).argmax()])


def paint_empty_tiles(painter: QPainter, box: QRectF, shape: Shape) -> None:
    """Draw empty tiles, because the activations are not known yet.

    Arguments:
        painter: paints on the card.
        box: place of the strip, in pixels.
        shape: output shape of the layer, without the batch axis.
    """
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(current_theme().track))
    count = min(shape[0], _MAX_TILES) if len(shape) == 3 else _MAX_TILES
    for number in range(count):
        tile = QRectF(box.left() + number * (box.height() + _GAP), box.top(), box.height(), box.height())
        if tile.right() <= box.right() + 1:
            painter.drawRoundedRect(tile, 2, 2)
    painter.restore()


def _most_bars(width: float) -> int:
    """Return the largest number of bars in a strip of this width."""
    return max(int(min(width, 8 * (STRIP_HEIGHT + _GAP)) // 3), 1)


def _bar_step(width: float, count: int) -> float:
    """Return the distance between two of `count` bars in a strip of this width."""
    return min(_most_bars(width) * 3 / count, 9.0)


def _finite(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)


def _thin(values: np.ndarray, limit: int) -> np.ndarray:
    """Keep the largest absolute value of each group of neighbours, so that every spike is visible."""
    if len(values) <= limit:
        return values
    groups = np.array_split(values, limit)
    return np.array([group[np.abs(group).argmax()] for group in groups])
