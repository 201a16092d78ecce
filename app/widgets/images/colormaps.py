"""Arrays as pictures: one pixel for each number, the same colours everywhere in the window.

Every picture owns its bytes, so the array may change or go afterwards. Numbers that are NaN or infinite are painted
in `NON_FINITE_COLOR`, which occurs in none of the colour maps. Scaling a picture up is the painter's business.
"""

from functools import cache

import numpy as np
import pyqtgraph
from PySide6.QtGui import QColor, QImage

from app.widgets.theme.theme import DARK, LIGHT

NON_FINITE_COLOR = "#ff00d4"
"""Colour of NaN and infinities: a pink that no map holds."""

_NEGATIVE = {False: "#0a5fb0", True: "#5db8ff"}
_POSITIVE = {False: "#c44e00", True: "#ff9d3b"}
_STEPS = 256


def grey_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Paint `(H, W)` numbers from black (`low` and less) to white (`high` and more)."""
    return _look_up(_plane(array), _grey_table(), low, high)


def viridis_image(array: np.ndarray, low: float | None = None, high: float | None = None) -> QImage:
    """Paint `(H, W)` numbers in viridis; the ends of the scale are the smallest and largest finite number by default.

    A map in which all numbers are the same, such as a dead one, gets the lowest colour.
    """
    plane = _plane(array)
    smallest, largest = finite_range(plane)
    return _look_up(plane, _viridis_table(), smallest if low is None else low, largest if high is None else high)


def diverging_image(array: np.ndarray, theme_dark: bool, limit: float | None = None) -> QImage:
    """Paint `(H, W)` signed numbers: blue below zero, orange above, the theme's background at zero.

    Arguments:
        array: the numbers.
        theme_dark: whether the picture is shown in the dark theme.
        limit: the size that gets the full colour, on both sides; the largest finite size by default, so that zero
            never moves. Pass one limit for several pictures to make them comparable.
    """
    plane = _plane(array)
    limit = symmetric_limit(plane) if limit is None else abs(limit)
    # An even number of steps around the neutral one, so that zero lands exactly on it.
    return _look_up(plane, _diverging_table(theme_dark), -limit, limit, flat_index=_STEPS // 2)


def rgb_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Paint `(3, H, W)` numbers as red, green and blue, each from `low` (none) to `high` (full)."""
    if array.ndim != 3 or array.shape[0] != 3:
        raise ValueError(f"A colour picture needs an array of 3×H×W, not {_describe(array)}.")
    levels = np.zeros(array.shape[1:], np.uint32)
    broken = np.zeros(array.shape[1:], bool)
    for channel, shift in zip(array, (16, 8, 0), strict=True):
        plane = _plane(channel)
        index, bad = _quantise(plane, low, high, _STEPS - 1, 0)
        levels |= index.astype(np.uint32) << np.uint32(shift)
        broken |= bad
    levels |= np.uint32(0xFF000000)
    levels[broken] = _packed(NON_FINITE_COLOR)
    return _to_image(levels)


def sample_image(array: np.ndarray, low: float = 0.0, high: float = 1.0) -> QImage:
    """Paint an example `(C, H, W)` or `(H, W)`: three channels in colour, one in grey, others as their grey mean."""
    if array.ndim == 2:
        return grey_image(array, low, high)
    if array.ndim != 3:
        raise ValueError(f"A sample picture needs an array of C×H×W, not {_describe(array)}.")
    if array.shape[0] == 3:
        return rgb_image(array, low, high)
    return grey_image(array[0] if array.shape[0] == 1 else array.mean(axis=0), low, high)


def finite_range(array: np.ndarray) -> tuple[float, float]:
    """Return the smallest and the largest finite number; (0, 0) when there is none."""
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def symmetric_limit(array: np.ndarray) -> float:
    """Return the largest finite size, for scales that are centred on zero; 0 when there is none."""
    smallest, largest = finite_range(array)
    return max(abs(smallest), abs(largest))


def _plane(array: np.ndarray) -> np.ndarray:
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"A picture needs an array of H×W with at least one number, not {_describe(array)}.")
    return np.asarray(array, np.float64)


def _quantise(plane: np.ndarray, low: float, high: float, last: int, flat_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Turn numbers into table indices 0 … `last`; also return where the numbers are not finite."""
    bad = ~np.isfinite(plane)
    # Halves, because the width of a scale of float64 numbers may overflow.
    half_width = high / 2 - low / 2
    if not half_width > 0:
        return np.full(plane.shape, flat_index), bad
    inside = np.clip(np.where(bad, low, plane), low, high)
    return np.rint((inside / 2 - low / 2) / half_width * last).astype(np.intp), bad


def _look_up(plane: np.ndarray, table: np.ndarray, low: float, high: float, flat_index: int = 0) -> QImage:
    index, bad = _quantise(plane, low, high, len(table) - 1, flat_index)
    pixels = table[index]
    pixels[bad] = _packed(NON_FINITE_COLOR)
    return _to_image(pixels)


def _to_image(pixels: np.ndarray) -> QImage:
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    borrowed = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    return borrowed.copy()


def _packed(color: str) -> np.uint32:
    return np.uint32(QColor(color).rgba())


def _describe(array: np.ndarray) -> str:
    return "×".join(str(size) for size in array.shape) or "a single number"


def _packed_rows(rgb: np.ndarray) -> np.ndarray:
    """Pack rows of red, green and blue, 0 to 255, into the 32-bit pixels of Qt."""
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
    """Blend from blue over the theme's surface to orange; an odd number of entries, the middle one is neutral."""
    stops = (_NEGATIVE[dark], (DARK if dark else LIGHT).surface, _POSITIVE[dark])
    colors = [QColor(stop) for stop in stops]
    channels = np.array([(color.red(), color.green(), color.blue()) for color in colors], np.float64)
    positions = np.linspace(-1, 1, _STEPS + 1)
    rgb = np.stack([np.interp(positions, (-1, 0, 1), channels[:, c]) for c in range(3)], axis=1)
    return _packed_rows(np.rint(rgb))
