"""The size at which the pictures of a grid use the room that there is."""

from app.widgets.images.image_delegate import FRAME
from app.widgets.theme.theme import GRID

_GAP = FRAME + GRID // 2
"""Pixels between two pictures of a grid without captions."""
LARGEST = 320
"""Largest size of a picture in a grid, in pixels."""
SMALLEST = 40
"""A picture in a grid is not smaller than this, in pixels; the grid scrolls instead."""


def fitting_size(count: int, rows: int, columns: int, width: int, height: int, ratio: float = 1.0) -> int:
    """Return the largest size at which all pictures fit; the smallest size if none fits. The size is the longer side.

    Small pictures are enlarged by a whole number of screen pixels, so that all their pixels have the same size.

    Arguments:
        count: number of pictures.
        rows, columns: pixels of each picture.
        width, height: the available space in pixels of the window.
        ratio: pixels of the screen for each pixel of the window, in both directions.

    >>> fitting_size(16, 14, 14, 640, 170), fitting_size(128, 14, 14, 640, 170), fitting_size(4, 200, 100, 900, 94)
    (70, 42, 80)
    """
    longest = max(rows, columns, 1)
    # A picture that is hardly larger than its place would be painted in its own size.
    sizes = [
        size
        for size in range(LARGEST, SMALLEST - 1, -1)
        if longest > 1.5 * size or round(round(size * ratio / longest) * longest / ratio) == size
    ]
    for size in sizes:
        across = (width - _GAP) // (round(columns * size / longest) + _GAP)
        down = (height - _GAP) // (round(rows * size / longest) + _GAP)
        if across * down >= count:
            return size
    return sizes[-1]
