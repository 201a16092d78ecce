"""Pictures of signed arrays: positive numbers have one colour, negative numbers the other, zero is in the middle."""

import numpy as np
from PySide6.QtGui import QImage

from app.widgets.images.colormaps import diverging_image, grey_image, rgb_image, symmetric_limit


def flatten_channels(array: np.ndarray) -> np.ndarray:
    """Return, for each pixel, the number of its channels that is farthest from zero, with its sign.

    Arguments:
        array: (C, H, W).

    Returns an array (H, W).
    """
    if len(array) == 1:
        return np.asarray(array[0])
    size = np.where(np.isfinite(array), np.abs(array), np.inf)
    strongest = size.argmax(axis=0)[np.newaxis]
    return np.asarray(np.take_along_axis(array, strongest, axis=0)[0])


def has_colors(array: np.ndarray) -> bool:
    """Return True if an array (C, H, W) is painted in the colours of its three channels, because these differ."""
    return len(array) == 3 and not (np.array_equal(array[0], array[1]) and np.array_equal(array[0], array[2]))


def color_limit(array: np.ndarray, contrast: float) -> float:
    """Return the number that gets the full colour; 0 if all numbers are 0.

    Arguments:
        array: the reconstruction.
        contrast: 1 for the number farthest from zero, 2 for half of it.
    """
    return symmetric_limit(array) / contrast


def reconstruction_image(array: np.ndarray, dark: bool, limit: float | None = None) -> QImage:
    """Return a picture of a reconstruction whose colours are centred on zero.

    Arguments:
        array: (C, H, W) the reconstruction. Three channels keep their colours, and zero is grey.
        dark: True for the dark theme.
        limit: the number that gets the full colour, on both sides of zero; the number farthest from zero by default.
    """
    limit = symmetric_limit(array) if limit is None else limit
    if has_colors(array):
        return rgb_image(array, -(limit or 1.0), limit or 1.0)
    return diverging_image(flatten_channels(array), dark, limit)


def legend_image(dark: bool, colored: bool = False) -> QImage:
    """Return a picture of the colours from the most negative to the most positive number.

    Arguments:
        dark: True for the dark theme.
        colored: True for the grey scale of reconstructions with three channels.
    """
    scale = np.linspace(-1, 1, 129)[np.newaxis]
    return grey_image(scale, -1, 1) if colored else diverging_image(scale, dark)
