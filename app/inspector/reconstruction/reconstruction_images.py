"""Pictures of signed arrays: positive numbers have one colour, negative numbers the other."""

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


def reconstruction_image(array: np.ndarray, dark: bool) -> QImage:
    """Return a picture of a reconstruction whose colours are centred on zero.

    Arguments:
        array: (C, H, W) the reconstruction. Three channels keep their colours, and zero is grey.
        dark: True for the dark theme.
    """
    if len(array) == 3:
        limit = symmetric_limit(array) or 1.0
        return rgb_image(array, -limit, limit)
    return diverging_image(flatten_channels(array), dark)


def overlay_image(array: np.ndarray, dark: bool) -> QImage:
    """Return a picture of a reconstruction to paint over the input. Zero is transparent, the largest number opaque.

    Arguments:
        array: (C, H, W) the reconstruction.
        dark: True for the dark theme.
    """
    plane = flatten_channels(array)
    limit = symmetric_limit(plane)
    painted = reconstruction_image(array, dark).convertToFormat(QImage.Format.Format_ARGB32)
    painted.setAlphaChannel(grey_image(np.abs(plane), 0.0, limit or 1.0))
    return painted


def legend_image(dark: bool, colored: bool = False) -> QImage:
    """Return a picture of the colours from the most negative to the most positive number.

    Arguments:
        dark: True for the dark theme.
        colored: True for the grey scale of reconstructions with three channels.
    """
    scale = np.linspace(-1, 1, 129)[np.newaxis]
    return grey_image(scale, -1, 1) if colored else diverging_image(scale, dark)
