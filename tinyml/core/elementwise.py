"""Element-wise operations, written so that NumPy computes them fast."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.threads import blas_is_held, run_in_parallel
from tinyml.core.workspace import scratch

_PIECE = 1 << 16
"""Number of elements in a piece. Several arrays of this size fit into the second-level cache of a core."""

_MANY = 4 * _PIECE
"""Smallest number of elements for which several threads compute the pieces of an array."""

_FEW = 4096
"""Largest number of elements for which the call itself takes longer than the computation."""


def rectify(values: Array, out: Array | None = None) -> Array:
    """Replace negative numbers by 0; NaN stays NaN.

    Formula: `max(x, 0)`

    Arguments:
        values: an array of any shape. It is not changed, unless it is also `out`.
        out: array for the result, of the same shape; a new array by default.

    >>> rectify(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if values.size <= _FEW:
        result: Array = np.maximum(values, number_like(0, values), out=out)
        return result
    # NumPy compares with an array three times as fast as with a single number. A slice of zeros along the outermost
    # axis in memory is enough.
    outermost = max(range(values.ndim), key=lambda axis: abs(values.strides[axis]))
    zeros = np.zeros_like(values[(slice(None),) * outermost + (slice(1),)])
    result = np.maximum(values, zeros, out=out)
    return result


def number_like(value: float, array: np.ndarray) -> np.ndarray:
    """Return a number as an array without axes, in the dtype of another array.

    NumPy needs twice as long for a small array and a Python number, because it converts the number each time.

    Arguments:
        value: the number.
        array: the array whose dtype the result has.

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
    """Call `work` with arrays. Large arrays are split into pieces that fit into the cache, on several threads.

    Arguments:
        work: an element-wise computation in place; its arguments are the arrays, or pieces of them.
        arrays: arrays of one shape. A call gets the same piece of each of them.

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
    else:  # the threads of BLAS wait actively for some time and would slow down other threads
        for number in range(len(starts)):
            piece(0, number)


def subtract_scaled(target: Array, factor: float, values: Array) -> None:
    """Subtract in place, without a new large array.

    Formula: `target = target - factor · values`

    Arguments:
        target: the array that changes.
        factor: a number.
        values: an array in the shape of `target`; it is not changed.

    >>> target = np.ones(2)
    >>> subtract_scaled(target, 0.5, np.array([1.0, 2.0]))
    >>> target
    array([0.5, 0. ])
    """
    large = scratch("scaled", values.shape, values.dtype) if values.size > _FEW else None
    target -= np.multiply(values, number_like(factor, values), out=large)


def _in_memory_order(arrays: tuple[Array, ...]) -> list[Array] | None:
    """Return views of the arrays as vectors in memory order; None if their memory orders differ or have gaps."""
    if all(array.flags.c_contiguous for array in arrays):
        return [array.reshape(-1) for array in arrays]
    if all(array.flags.f_contiguous for array in arrays):
        return [array.T.reshape(-1) for array in arrays]
    return None
