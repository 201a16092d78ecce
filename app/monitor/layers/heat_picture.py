"""Heat maps of histograms as pictures."""

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from app.monitor.layers.heat import HeatMap, nearest
from app.widgets.theme.theme import Theme, current_theme

_STEPS = 256
_CHANNELS = ("red", "green", "blue")


def heat_picture(heat_map: HeatMap, color: QColor, width: int) -> QImage:
    """Return a heat map as a picture: a pixel for each row; time goes to the right.

    In each column, the interval with the most numbers has the full colour. Square roots make rare values visible. The
    colours get steadily lighter, or steadily darker in the light theme, so the picture is also readable in grey.

    Arguments:
        heat_map: the heat map.
        color: of the middle of the scale, such as that of the layer's family.
        width: pixels of the picture.
    """
    shares = heat_map.shares
    levels = np.sqrt(np.maximum(shares, 0) / shares.max(axis=0)) * (_STEPS - 1)
    return _to_image(levels.astype(np.uint8)[:, _columns(heat_map.positions, width)], color)


def heat_scale(color: QColor, width: int) -> QImage:
    """Return a picture with all colours of `heat_picture`, from no numbers to the most.

    Arguments:
        color: of the middle of the scale.
        width: pixels of the picture.
    """
    return _to_image(np.linspace(0, _STEPS - 1, width).astype(np.uint8)[None], color)


def _columns(positions: np.ndarray, width: int) -> np.ndarray:
    """Return which measurement each column of pixels shows; the picture goes from the start of the run to the last."""
    times = (np.arange(width) + 0.5) / width * float(positions[-1])
    return nearest(positions, times)


def _to_image(levels: np.ndarray, color: QColor) -> QImage:
    levels = np.ascontiguousarray(levels)
    height, width = levels.shape
    image = QImage(levels.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_color_table(current_theme(), color.name()))
    return image.copy()


@lru_cache(maxsize=32)
def _color_table(theme: Theme, color: str) -> list[int]:
    # The last colour is only on the way to black or white, so that a wide spread is no black block.
    middle, end = QColor(color), QColor(theme.text)
    last = QColor(*((3 * getattr(middle, name)() + 2 * getattr(end, name)()) // 5 for name in _CHANNELS))
    stops = [QColor(theme.track), middle, last]
    channels = [
        np.interp(np.linspace(0, 2, _STEPS), (0, 1, 2), [getattr(stop, name)() for stop in stops]).round()
        for name in _CHANNELS
    ]
    return [QColor(int(r), int(g), int(b)).rgb() for r, g, b in zip(*channels, strict=True)]
