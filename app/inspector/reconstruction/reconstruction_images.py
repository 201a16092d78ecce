"""Signed arrays in pixel space as pictures: what raises a map in one colour, what lowers it in the other."""

import numpy as np
from PySide6.QtGui import QImage

from app.widgets.images.colormaps import diverging_image, grey_image, rgb_image, symmetric_limit


def flatten_channels(array: np.ndarray) -> np.ndarray:
    """Turn (C, H, W) into (H, W): at each place the number that is farthest from zero, with its sign."""
    if len(array) == 1:
        return np.asarray(array[0])
    size = np.where(np.isfinite(array), np.abs(array), np.inf)
    strongest = size.argmax(axis=0)[np.newaxis]
    return np.asarray(np.take_along_axis(array, strongest, axis=0)[0])


def reconstruction_image(array: np.ndarray, dark: bool) -> QImage:
    """Paint a reconstruction (C, H, W), centred on zero; three channels keep their colours, and zero is mid-grey."""
    if len(array) == 3:
        limit = symmetric_limit(array) or 1.0
        return rgb_image(array, -limit, limit)
    return diverging_image(flatten_channels(array), dark)


def overlay_image(array: np.ndarray, dark: bool) -> QImage:
    """Paint a reconstruction (C, H, W) to be laid over the input: the closer to zero, the more transparent."""
    plane = flatten_channels(array)
    limit = symmetric_limit(plane)
    painted = reconstruction_image(array, dark).convertToFormat(QImage.Format.Format_ARGB32)
    painted.setAlphaChannel(grey_image(np.abs(plane), 0.0, limit or 1.0))
    return painted


def legend_image(dark: bool, colored: bool = False) -> QImage:
    """Paint the scale from the most negative to the most positive number."""
    scale = np.linspace(-1, 1, 129)[np.newaxis]
    return grey_image(scale, -1, 1) if colored else diverging_image(scale, dark)
