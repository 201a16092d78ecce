"""Contours of a signed array, along the edges of its pixels."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor

from app.widgets.images.colormaps import sign_colors

LEVELS = (0.2, 0.6)
"""Shares of the largest number at which contours are drawn."""
MOST_PIXELS = 96
"""Rows and columns from which neighbours are joined before contours are drawn. More lines take too long to paint, and
they run into each other."""


@dataclass(frozen=True)
class Contour:
    """The border of the pixels beyond one level.

    Attributes:
        lines: pieces of the border, in pixels.
        color: of the lines.
    """

    lines: tuple[QLineF, ...]
    color: QColor


def find_contours(plane: np.ndarray, limit: float, dark: bool) -> tuple[Contour, ...]:
    """Return the contours of the positive and of the negative numbers, without those that have no line.

    In a large plane, the lines surround squares of pixels: those that hold a number beyond the level.

    Arguments:
        plane: (H, W) the numbers.
        limit: the number at which the colour scale ends.
        dark: True for the colours of the dark theme.
    """
    if not limit > 0:
        return ()
    negative, positive = sign_colors(dark)
    height, width = plane.shape
    step = -(-max(height, width) // MOST_PIXELS)
    contours = []
    for values, color in ((join_pixels(plane, step), positive), (join_pixels(-plane, step), negative)):
        for level in LEVELS:
            lines = tuple(
                QLineF(
                    min(line.x1() * step, width),
                    min(line.y1() * step, height),
                    min(line.x2() * step, width),
                    min(line.y2() * step, height),
                )
                for line in border_lines(values >= level * limit)
            )
            if lines:
                contours.append(Contour(lines, color))
    return tuple(contours)


def join_pixels(plane: np.ndarray, step: int) -> np.ndarray:
    """Return the largest number of each square of pixels.

    Arguments:
        plane: (H, W) the numbers.
        step: rows and columns of a square. Those at the bottom and at the right can be smaller.

    >>> join_pixels(np.array([[1.0, 2.0, 3.0]]), 2)
    array([[2., 3.]])
    """
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % step), (0, -width % step)), constant_values=-np.inf)
    return np.asarray(padded.reshape(len(padded) // step, step, -1, step).max(axis=(1, 3)))


def border_lines(inside: np.ndarray) -> tuple[QLineF, ...]:
    """Return the border between the pixels inside and outside; outside of the array nothing is inside.

    Arguments:
        inside: (H, W) of booleans.

    >>> len(border_lines(np.array([[True, True]])))
    4
    """
    horizontal = [QLineF(first, row, last, row) for row, first, last in _runs(inside)]
    vertical = [QLineF(column, first, column, last) for column, first, last in _runs(inside.T)]
    return (*horizontal, *vertical)


def _runs(inside: np.ndarray) -> list[tuple[int, int, int]]:
    """Return each straight piece of the border between two rows: the row below it, first and last + 1 column."""
    edges = np.diff(np.pad(inside, ((1, 1), (0, 0))).astype(np.int8), axis=0) != 0
    changes = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, firsts = np.nonzero(changes == 1)
    lasts = np.nonzero(changes == -1)[1]
    return list(zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True))
