"""One slice of a tensor along any two of its axes, read without the rest of the tensor."""

import math

import numpy as np

from tinyml.core import Shape
from tinyml.data import ProgressCallback
from tinyml.storage import TensorReader

LONGEST_SIDE = 2048
"""Rows and columns of the largest picture."""
_MOST_READ = 2**26
"""Elements that are read at most for one slice. A slice that needs more is cut."""
_LONGEST_STRIDE = 4096
"""If the elements of a row lie farther apart, each of them is read alone."""
_MOST_ALONE = 2**14

Axes = tuple[int, int]
"""The axes that become the rows and the columns of a slice."""


def last_axes(shape: Shape) -> Axes:
    """Return the axes that a slice shows at first: the last two.

    Arguments:
        shape: of a tensor with at least two axes.
    """
    return len(shape) - 2, len(shape) - 1


def place_in(index: tuple[int, ...], axes: Axes, row: object, column: object) -> tuple[object, ...]:
    """Return the place in all axes, in their order.

    Arguments:
        index: in all axes but the two of the slice.
        axes: of the slice.
        row, column: what stands for these two.

    >>> place_in((5,), (0, 2), "row", "column")
    ('row', 5, 'column')
    """
    place: list[object] = list(index)
    for axis, value in sorted(zip(axes, (row, column), strict=True)):
        place.insert(axis, value)
    return tuple(place)


def read_slice(
    file: TensorReader,
    name: str,
    shape: Shape,
    index: tuple[int, ...],
    axes: Axes,
    progress: ProgressCallback | None = None,
) -> np.ndarray:
    """Read the visible part of one slice: its upper left corner, if it is large.

    Arguments:
        file: the file.
        name: of the tensor.
        shape: of the tensor.
        index: in all axes but the two of the slice; too large numbers mean the last index.
        axes: the axes of its rows and columns.
        progress: called after each row with the share that is read, 0 to 1; what it raises ends the reading.

    Returns `(1, rows, columns)`. Raises `StorageError` if the tensor cannot be read.
    """
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    others = [axis for axis in range(len(shape)) if axis not in axes]
    start = sum(min(number, shape[axis] - 1) * strides[axis] for axis, number in zip(others, index, strict=True))
    outer, inner = min(axes), max(axes)
    step, columns = strides[inner], min(shape[inner], LONGEST_SIDE)
    rows = min(shape[outer], LONGEST_SIDE)
    if step > _LONGEST_STRIDE:
        side = math.isqrt(_MOST_ALONE)
        rows, columns = min(rows, side), min(columns, side)
    else:
        rows = min(rows, max(_MOST_READ // (columns * step), 1))
    read = []
    for row in range(rows):
        read.append(_read_row(file, name, start + row * strides[outer], columns, step))
        if progress is not None:
            progress((row + 1) / rows)
    seen = np.stack(read)
    return (seen if axes[0] == outer else seen.T)[None]


def _read_row(file: TensorReader, name: str, start: int, count: int, step: int) -> np.ndarray:
    """Read `count` elements that are `step` elements apart."""
    if step > _LONGEST_STRIDE:
        return np.concatenate(
            [file.read_range(name, place, place + 1) for place in range(start, start + count * step, step)]
        )
    return file.read_range(name, start, start + (count - 1) * step + 1)[::step]
