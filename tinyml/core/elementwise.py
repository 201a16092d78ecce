"""Element-wise operations in the form in which NumPy does them fastest."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.threads import blas_is_held, run_in_parallel
from tinyml.core.workspace import scratch

_PIECE = 1 << 16
"""Numbers in a piece: several arrays of it fit into the second-level cache of a core."""

_MANY = 4 * _PIECE
"""Numbers of an array from which on its pieces are shared out among threads."""

_FEW = 4096
"""Up to so many numbers, a call costs more than what it does."""


def rectify(values: Array, out: Array | None = None) -> Array:
    """Replace what is negative by 0; NaN stays NaN.

    Formula: `max(x, 0)`

    Arguments:
        values: of any shape; not changed, unless it is also `out`.
        out: where to write the result, of the same shape; a new array by default.

    >>> rectify(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if values.size <= _FEW:
        result: Array = np.maximum(values, number_like(0, values), out=out)
        return result
    # NumPy compares with an array three times as fast as with a single number. One slice of zeros is enough, if it is
    # of the axis that is outermost in memory.
    outermost = max(range(values.ndim), key=lambda axis: abs(values.strides[axis]))
    zeros = np.zeros_like(values[(slice(None),) * outermost + (slice(1),)])
    result = np.maximum(values, zeros, out=out)
    return result


def number_like(value: float, array: np.ndarray) -> np.ndarray:
    """Return a number as an array without axes, in the dtype of `array`: what NumPy combines with it fastest.

    A small array and a number of Python's take NumPy twice as long, as it converts the number every time.

    >>> number_like(2, np.ones(3, np.float32))
    array(2., dtype=float32)
    """
    return _number(value, array.dtype)


@lru_cache(maxsize=64)
def _number(value: float, dtype: np.dtype) -> np.ndarray:
    number = np.array(value, dtype)
    number.flags.writeable = False
    return number


def in_pieces(work: Callable[..., None], *arrays: Array) -> None:
    """Call `work` with arrays, large ones in pieces that stay in the cache, on several threads.

    Arguments:
        work: does something with each number by itself, in place, and nothing else.
        arrays: of one shape; the first of all, then the second of all, and so on, are handed to `work` together.

    >>> values = np.arange(3.0)
    >>> def double(numbers):
    ...     numbers *= 2
    >>> in_pieces(double, values)
    >>> values
    array([0., 2., 4.])
    """
    size = arrays[0].size
    flat = _in_memory_order(arrays) if size > _FEW else None
    if flat is None or size < _MANY:
        work(*(flat or arrays))
        return
    starts = range(0, size, _PIECE)

    def piece(worker: int, number: int) -> None:
        work(*(array[starts[number] : starts[number] + _PIECE] for array in flat))

    if blas_is_held():
        run_in_parallel(piece, len(starts))
    else:  # BLAS's own threads go on waiting for work for some time, and would hinder ours
        for number in range(len(starts)):
            piece(0, number)


def subtract_scaled(target: Array, factor: float, values: Array) -> None:
    """Subtract in place, without a fresh large array in between.

    Formula: `target = target - factor · values`

    >>> target = np.ones(2)
    >>> subtract_scaled(target, 0.5, np.array([1.0, 2.0]))
    >>> target
    array([0.5, 0. ])
    """
    large = scratch("scaled", values.shape, values.dtype) if values.size > _FEW else None
    target -= np.multiply(values, number_like(factor, values), out=large)


def _in_memory_order(arrays: tuple[Array, ...]) -> list[Array] | None:
    """Look at arrays as vectors in the order of their memory; None unless all lie alike and without gaps."""
    if all(array.flags.c_contiguous for array in arrays):
        return [array.reshape(-1) for array in arrays]
    if all(array.flags.f_contiguous for array in arrays):
        return [array.T.reshape(-1) for array in arrays]
    return None
