"""Matrix products: large ones are cut into parts that several threads compute."""

from functools import lru_cache

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.threads import blas_is_held, run_in_parallel

_PART = 1 << 24
"""Multiplications in one part, at least: they take as long as it takes to wake a thread up."""

_SMALL_PRODUCT = 900_000
"""Multiplications up to which OpenBLAS does not lay the matrices out anew before it multiplies them."""

_SMALL = 4096
"""Numbers of a matrix for which that matters more than what more calls cost."""

_NARROWEST = 64
"""Rows or columns of a part, at least: what is narrower wastes time on laying out the other matrix."""


def multiply(left: Array, right: Array, out: Array | None = None) -> Array:
    """Return the matrix product `left @ right`.

    BLAS cuts a product itself when it may use several threads. While it is held to one (`one_blas_thread`), large
    products are cut here.

    Arguments:
        left: `(M, D)`.
        right: `(D, K)`.
        out: `(M, K)` where to write the result; a new array by default.

    >>> multiply(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    if left.size * right.shape[1] < 2 * _PART or not blas_is_held():
        return left.dot(right) if out is None else _multiply_into(left, right, out)
    result: Array = np.empty((len(left), right.shape[1]), np.result_type(left, right)) if out is None else out
    # Where to cut depends on the sizes alone, so that the bits of the result do too.
    by_rows = result.shape[0] >= result.shape[1]
    length = max(result.shape)
    parts = max(min(left.size * right.shape[1] // _PART, length // _NARROWEST), 1)
    ends = [length * part // parts for part in range(parts + 1)]

    def compute(worker: int, part: int) -> None:
        chosen = slice(ends[part], ends[part + 1])
        if by_rows:
            np.matmul(left[chosen], right, out=result[chosen])
        else:
            np.matmul(left, right[:, chosen], out=result[:, chosen])

    run_in_parallel(compute, parts)
    return result


def _multiply_into(left: Array, right: Array, out: Array) -> Array:
    """Let BLAS do it all. For small matrices `dot` takes half as long as `matmul`, but is particular about `out`."""
    same = left.dtype == right.dtype == out.dtype
    if same and out.flags.c_contiguous:
        left.dot(right, out)
    elif same and out.flags.f_contiguous:
        right.T.dot(left.T, out.T)
    else:
        np.matmul(left, right, out=out)
    return out


def multiply_columns(left: Array, columns: Array, out: Array) -> Array:
    """Compute `left @ columns` for a long row of columns; return `out`.

    Where `left` is small, BLAS is twice as fast on pieces so short that it multiplies them as they lie in memory.

    Arguments:
        left: `(M, D)`.
        columns: `(D, P)`.
        out: `(M, P)` where the result is written.

    >>> multiply_columns(np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]), out=np.empty((1, 2)))
    array([[4., 6.]])
    """
    piece = _piece(left.size, columns.shape[1]) if left.size <= _SMALL else 0
    if not piece:
        return np.matmul(left, columns, out=out)
    np.matmul(left, _stack(columns, piece), out=_stack(out, piece))
    return out


def multiply_along_columns(left: Array, right: Array) -> Array:
    """Compute `left @ rightᵀ` for two matrices with equally many columns, of which there are many.

    Arguments:
        left: `(M, P)`.
        right: `(D, P)`.

    Returns `(M, D)`; where that is small, pieces are multiplied and added up, as in `multiply_columns`.

    >>> multiply_along_columns(np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[3., 7.]])
    """
    size = len(left) * len(right)
    piece = _piece(size, left.shape[1]) if size <= _SMALL // 2 else 0
    if not piece:
        return left @ right.T
    result: Array = np.matmul(_stack(left, piece), _stack(right, piece).transpose(0, 2, 1)).sum(axis=0)
    return result


def sum_rows(matrix: Array) -> Array:
    """Add up each row: `(M, D)` becomes `(M,)`.

    As a product with a vector of ones, which BLAS computes three times as fast as NumPy adds.

    >>> sum_rows(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    """
    sums: Array = matrix.dot(_ones(matrix.shape[1], matrix.dtype))
    return sums


def sum_columns(matrix: Array) -> Array:
    """Add up each column: `(M, D)` becomes `(D,)`; computed as in `sum_rows`.

    >>> sum_columns(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    sums: Array = _ones(len(matrix), matrix.dtype).dot(matrix)
    return sums


@lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype) -> Array:
    ones = np.ones(count, dtype)
    ones.flags.writeable = False
    return ones


def _stack(matrix: Array, piece: int) -> Array:
    """Look at `(M, P)` as a stack of narrow matrices, `(P / piece, M, piece)`; nothing is copied."""
    return matrix.reshape(len(matrix), -1, piece).transpose(1, 0, 2)


@lru_cache(maxsize=1024)
def _piece(size: int, columns: int) -> int:
    """Find a length that divides the columns, such that pieces are small products; 0 when there is no good one."""
    most = min(_SMALL_PRODUCT // size, columns)
    return next((length for length in range(most, most // 4, -1) if columns % length == 0 and length < columns), 0)
