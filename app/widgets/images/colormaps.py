"""Arrays as pictures: one pixel for each number, in the same colours everywhere in the window.

Every picture has a copy of the data, so the array may change afterwards. NaN and infinite numbers are painted in
`NON_FINITE_COLOR`, which is in none of the colour maps. The code that paints a picture enlarges it.
"""

from functools import cache

import numpy as np
import pyqtgraph
from PySide6.QtGui import QColor, QImage

from app.widgets.theme.theme import DARK, LIGHT

NON_FINITE_COLOR = "#ff00d4"
"""Colour of NaN and infinite numbers: a pink that is in no colour map."""
FRAME_COLOR = "#e0115f"
"""Colour of frames and marks on pictures: a red that is in no colour map."""

_NEGATIVE = {False: "#0a5fb0", True: "#5db8ff"}
_POSITIVE = {False: "#c44e00", True: "#ff9d3b"}
_STEPS = 256
_NUMBERS_AT_ONCE = 2**17


def grey_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Return numbers as a picture in grey.

    Arguments:
        array: `(H, W)` the numbers.
        low: the number that is black, as all smaller ones are.
        high: the number that is white, as all larger ones are.
    """
    return _look_up(_plane(array), _grey_table(), low, high)


def viridis_image(array: np.ndarray, low: float | None = None, high: float | None = None) -> QImage:
    """Return numbers as a picture in viridis. If all numbers are the same, they get the lowest colour.

    Arguments:
        array: `(H, W)` the numbers.
        low: the number that gets the lowest colour; the smallest finite one by default.
        high: the number that gets the highest colour; the largest finite one by default.
    """
    plane = _plane(array)
    smallest, largest = finite_range(plane)
    return _look_up(plane, _viridis_table(), smallest if low is None else low, largest if high is None else high)


def diverging_image(array: np.ndarray, theme_dark: bool, limit: float | None = None) -> QImage:
    """Return signed numbers as a picture: blue below zero, orange above, the theme's background at zero.

    Arguments:
        array: `(H, W)` the numbers.
        theme_dark: True for the colours of the dark theme.
        limit: the absolute value that gets the full colour, on both sides of zero; the largest finite one by
            default. With the same limit, several pictures are comparable.
    """
    plane = _plane(array)
    limit = symmetric_limit(plane) if limit is None else abs(limit)
    # An even number of steps around the neutral one, so that zero lands exactly on it.
    return _look_up(plane, _diverging_table(theme_dark), -limit, limit, flat_index=_STEPS // 2)


def rgb_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Return numbers as a picture in colour. Raises `ValueError` if there are not three channels.

    Arguments:
        array: `(3, H, W)` the red, green and blue channel.
        low: the number that leaves a channel dark.
        high: the number that lights it fully.
    """
    if array.ndim != 3 or array.shape[0] != 3:
        raise ValueError(f"A colour picture needs an array of 3×H×W, not {_describe(array)}.")
    levels = np.zeros(array.shape[1:], np.uint32)
    broken = np.zeros(array.shape[1:], bool)
    for channel, shift in zip(array, (16, 8, 0), strict=True):
        plane = _plane(channel)
        index, bad = _quantise(np.asarray(plane, np.float64), low, high, _STEPS - 1, 0)
        levels |= index.astype(np.uint32) << np.uint32(shift)
        broken |= bad
    levels |= np.uint32(0xFF000000)
    levels[broken] = _packed(NON_FINITE_COLOR)
    return _to_image(levels)


def sample_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Return an example as a picture: three channels in colour, one in grey, other numbers as their mean in grey.

    Arguments:
        array: `(C, H, W)` or `(H, W)` the numbers.
        low: the number that is black.
        high: the number that is white.
    """
    if array.ndim == 2:
        return grey_image(array, low, high)
    if array.ndim != 3:
        raise ValueError(f"A sample picture needs an array of C×H×W, not {_describe(array)}.")
    if array.shape[0] == 3:
        return rgb_image(array, low, high)
    return grey_image(array[0] if array.shape[0] == 1 else array.mean(axis=0), low, high)


def sign_colors(theme_dark: bool) -> tuple[QColor, QColor]:
    """Return the colours of negative and of positive numbers in `diverging_image`.

    Arguments:
        theme_dark: True for the colours of the dark theme.
    """
    return QColor(_NEGATIVE[theme_dark]), QColor(_POSITIVE[theme_dark])


def finite_range(array: np.ndarray) -> tuple[float, float]:
    """Return the smallest and the largest finite number of `array`; (0, 0) if it has none."""
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def symmetric_limit(array: np.ndarray) -> float:
    """Return the largest finite absolute value of `array`, for scales with zero in the middle; 0 if it has none."""
    smallest, largest = finite_range(array)
    return max(abs(smallest), abs(largest))


def _plane(array: np.ndarray) -> np.ndarray:
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"A picture needs an array of H×W with at least one number, not {_describe(array)}.")
    return array


def _quantise(plane: np.ndarray, low: float, high: float, last: int, flat_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Turn numbers into table indices 0 … `last`. Also return a mask of the numbers that are not finite.

    pyqtgraph's `makeQImage` has no colour for infinities or for constant arrays, and its difference of two float64
    numbers may overflow.
    """
    bad = ~np.isfinite(plane)
    # Halves do not overflow.
    half_width = high / 2 - low / 2
    if not half_width > 0:
        return np.full(plane.shape, flat_index), bad
    inside = np.clip(np.where(bad, low, plane), low, high)
    return np.rint((inside / 2 - low / 2) / half_width * last).astype(np.intp), bad


def _look_up(plane: np.ndarray, table: np.ndarray, low: float, high: float, flat_index: int = 0) -> QImage:
    # Block by block: the indices of a large picture would need five times the memory of its numbers.
    pixels = np.empty(plane.shape, np.uint32)
    rows = max(_NUMBERS_AT_ONCE // plane.shape[1], 1)
    for start in range(0, len(plane), rows):
        block = np.asarray(plane[start : start + rows], np.float64)
        index, bad = _quantise(block, low, high, len(table) - 1, flat_index)
        seen = table[index]
        seen[bad] = _packed(NON_FINITE_COLOR)
        pixels[start : start + rows] = seen
    return _to_image(pixels)


def _to_image(pixels: np.ndarray) -> QImage:
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    shared = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    return shared.copy()


def _packed(color: str) -> np.uint32:
    return np.uint32(QColor(color).rgba())


def _describe(array: np.ndarray) -> str:
    return "×".join(str(size) for size in array.shape) or "a single number"


def _packed_rows(rgb: np.ndarray) -> np.ndarray:
    """Pack rows of red, green and blue, 0 to 255, into Qt's 32-bit pixels."""
    channels = rgb.astype(np.uint32)
    packed = np.full(len(channels), 0xFF000000, np.uint32)
    for channel, shift in zip(channels.T, (16, 8, 0), strict=True):
        packed |= channel << np.uint32(shift)
    return packed


@cache
def _grey_table() -> np.ndarray:
    levels = np.arange(_STEPS)
    return _packed_rows(np.stack([levels, levels, levels], axis=1))


@cache
def _viridis_table() -> np.ndarray:
    return _packed_rows(pyqtgraph.colormap.get("viridis").getLookupTable(nPts=_STEPS, alpha=False))


@cache
def _diverging_table(dark: bool) -> np.ndarray:
    """Return the table from blue over the surface to orange. Its length is odd, so zero is the entry in the middle."""
    stops = (_NEGATIVE[dark], (DARK if dark else LIGHT).surface, _POSITIVE[dark])
    return _packed_rows(pyqtgraph.ColorMap(None, stops).getLookupTable(nPts=_STEPS + 1, alpha=False))
