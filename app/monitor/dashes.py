"""Dashes of a line. They are computed here because Qt takes too long for a wide line that goes up and down. No Qt."""

import numpy as np

DASH = 7.0
"""Length of a dash, in pixels."""
GAP = 4.0
"""Length of the gap after a dash, in pixels."""
LONGEST = 100_000.0
"""A longer line, in pixels, has no gaps: it fills its place, or lies almost completely outside of the picture."""

Points = tuple[np.ndarray, np.ndarray]


def cut_into_dashes(points: Points, pixel: tuple[float, float], dash: float = DASH, gap: float = GAP) -> Points:
    """Return the pieces of a line that are inside its dashes: the start and the end of each piece, one after the other.

    A dash consists of several pieces if the line has points inside it. Beside a NaN there are no pieces.

    Arguments:
        points: (x, y) the points of the line. A NaN makes a gap.
        pixel: width and height of a pixel, in the units of x and y.
        dash, gap: length of a dash and of the gap after it, in pixels.

    >>> x, _y = cut_into_dashes((np.array([0.0, 20.0]), np.zeros(2)), (1.0, 1.0))
    >>> x.tolist()
    [0.0, 7.0, 11.0, 18.0]
    """
    x, y = points
    if len(x) < 2:
        return x[:0], y[:0]
    along = _lengths_along(x, y, pixel)
    if along[-1] > LONGEST:
        return _pieces(x, y, np.full(len(x) - 1, True))
    starts = np.arange(0.0, along[-1], dash + gap)
    cuts = np.concatenate([starts[1:], starts + dash])
    ends = np.sort(np.concatenate([along, cuts[cuts < along[-1]]]))
    x, y = np.interp(ends, along, x), np.interp(ends, along, y)
    middles = (ends[:-1] + ends[1:]) / 2
    return _pieces(x, y, middles % (dash + gap) < dash)


def _lengths_along(x: np.ndarray, y: np.ndarray, pixel: tuple[float, float]) -> np.ndarray:
    """Return the length of the line from its first point to each point, in pixels. It rises at each point."""
    with np.errstate(over="ignore"):
        steps = np.hypot(np.diff(x) / pixel[0], np.diff(y) / pixel[1])
    # The length of a step beside a NaN is not known. It gets any length, because it is not drawn.
    return np.concatenate([[0.0], np.cumsum(np.where(np.isnan(steps), 1.0, np.maximum(steps, 1e-6)))])


def _pieces(x: np.ndarray, y: np.ndarray, drawn: np.ndarray) -> Points:
    """Return the starts and ends of the steps that are `drawn`, except for those beside a NaN."""
    drawn = drawn & np.isfinite(y[:-1]) & np.isfinite(y[1:])
    starts_and_ends = [np.stack([values[:-1][drawn], values[1:][drawn]], axis=1).ravel() for values in (x, y)]
    return starts_and_ends[0], starts_and_ends[1]
