"""The figure of one reconstruction: the example with its receptive field, beside the pixels that a method found."""

import numpy as np

from tinyml.core import Array, TinymlError, describe_shape
from tinyml.core.text_picture import GREY, HEADING, MARGIN
from tinyml.visualize.figures.colours import image_colours, signed_colours, signed_limit
from tinyml.visualize.figures.figure import Figure
from tinyml.visualize.reconstruction import Reconstruction

_SIDE, _GAP, _TEXT = 336, 24, 24
_LEAST = 180
"""Least room for a picture, so that there is room for the text below a narrow one."""
_FRAME = "#2f6fde"


def draw_reconstruction(title: str, lines: tuple[str, ...], image: Array, found: Reconstruction) -> Figure:
    """Draw an example and its reconstruction side by side, in the same size.

    Arguments:
        title: of the figure.
        lines: below the title, at most two.
        image: `(C, H, W)` the example, with pixels from 0 to 1 if possible.
        found: the reconstruction.

    Raises `TinymlError` if the example is no image.

    >>> from tinyml.layers import ReLU
    >>> from tinyml.net import Sequential, record
    >>> from tinyml.visualize import reconstruct
    >>> image = np.ones((1, 4, 6))
    >>> found = reconstruct(record(Sequential([ReLU("relu")]), image[np.newaxis]), "relu", 0)
    >>> draw_reconstruction("relu", (), image, found).pixels().shape
    (352, 736, 3)
    """
    if image.ndim != 3:
        raise TinymlError(f"The example has the shape {describe_shape(image.shape)}, so it is no image.")
    rows, columns = image.shape[1:]
    longest = max(rows, columns)
    factor = _SIDE // longest if longest <= _SIDE else _SIDE / longest
    width, height = max(1, round(columns * factor)), max(1, round(rows * factor))
    room = max(width, _LEAST)
    figure = Figure(2 * MARGIN + 2 * room + _GAP, HEADING + height + _TEXT + MARGIN, title, lines)
    limit = signed_limit(found.image[np.newaxis])
    low, high = min(0.0, float(image.min())), max(1.0, float(image.max()))
    left, right = MARGIN, MARGIN + room + _GAP
    figure.add_picture((left, HEADING), (width, height), image_colours(image, low, high))
    figure.add_picture((right, HEADING), (width, height), signed_colours(found.image, limit))
    (top, bottom), (first, end) = found.receptive_field
    is_part = bottom > top and end > first and (bottom - top, end - first) != (rows, columns)
    if is_part:
        size = round((end - first) * factor), round((bottom - top) * factor)
        figure.add_frame((left + round(first * factor), HEADING + round(top * factor)), size, _FRAME)
    below = HEADING + height + 8
    figure.add_text((left, below), "input · receptive field" if is_part else "input", 12, GREY, most=room)
    scale = "grey" if len(image) == 3 else "nearly white"
    figure.add_text((right, below), f"−{limit:.2g} to +{limit:.2g}, zero is {scale}", 12, GREY, most=room)
    return figure
