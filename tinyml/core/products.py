"""Matrix products. Large ones are split into parts that several threads compute."""

from functools import lru_cache

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.threads import blas_is_held, run_in_parallel

_PART = 1 << 24
"""Smallest number of multiplications in a part. They take as long as waking a thread."""

_SMALL_PRODUCT = 900_000
"""Largest number of multiplications for which OpenBLAS multiplies the matrices without copying them first."""

_SMALL = 4096
"""Largest matrix, in elements, for which the saved copy is worth the additional calls."""

_NARROWEST = 64
"""Smallest number of rows or columns in a part. For a narrower part, copying the other matrix takes too long."""


def multiply(left: Array, right: Array, out: Array | None = None) -> Array:
    """Return the matrix product `left @ right`.

    If BLAS may use several threads, it splits the product itself. While BLAS is limited to one thread
    (`one_blas_thread`), large products are split here.

    Arguments:
        left: `(M, D)`.
        right: `(D, K)`.
        out: `(M, K)` array for the result; a new array by default.

    >>> multiply(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    if left.size * right.shape[1] < 2 * _PART or not blas_is_held():
        return left.dot(right) if out is None else _multiply_into(left, right, out)
    result: Array = np.empty((len(left), right.shape[1]), np.result_type(left, right)) if out is None else out
    # The split depends only on the sizes, and so do the bits of the result.
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
    """Multiply with one call of BLAS. For small matrices `dot` takes half as long as `matmul`, but restricts `out`."""
    same = left.dtype == right.dtype == out.dtype
    if same and out.flags.c_contiguous:
        left.dot(right, out)
    elif same and out.flags.f_contiguous:
        right.T.dot(left.T, out.T)
    else:
        np.matmul(left, right, out=out)
    return out


def multiply_columns(left: Array, columns: Array, out: Array) -> Array:
    """Compute `left @ columns` for many columns; return `out`.

    If `left` is small, BLAS is twice as fast with short pieces, because it multiplies them without a copy.

    Arguments:
        left: `(M, D)`.
        columns: `(D, P)`.
        out: `(M, P)` array for the result.

    >>> multiply_columns(np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]), out=np.empty((1, 2)))
    array([[4., 6.]])
    """
    piece = _piece(left.size, columns.shape[1]) if left.size <= _SMALL else 0
    if not piece:
        return np.matmul(left, columns, out=out)
    np.matmul(left, _stack(columns, piece), out=_stack(out, piece))
    return out


def multiply_along_columns(left: Array, right: Array) -> Array:
    """Compute `left @ rightᵀ` for two matrices with the same large number of columns.

    Arguments:
        left: `(M, P)`.
        right: `(D, P)`.

    Returns `(M, D)`. If this is small, pieces are multiplied and added, as in `multiply_columns`.

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
    """Return the sum of each row of a matrix: `(M, D)` becomes `(M,)`.

    It is a product with a vector of ones. BLAS computes it three times as fast as NumPy adds.

    >>> sum_rows(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    """
    sums: Array = matrix.dot(_ones(matrix.shape[1], matrix.dtype))
    return sums


def sum_columns(matrix: Array) -> Array:
    """Return the sum of each column of a matrix: `(M, D)` becomes `(D,)`. See `sum_rows`.

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
    """Return a view of `(M, P)` as a stack of narrow matrices `(P / piece, M, piece)`."""
    return matrix.reshape(len(matrix), -1, piece).transpose(1, 0, 2)


@lru_cache(maxsize=1024)
def _piece(size: int, columns: int) -> int:
    """Return a divisor of the number of columns that makes the products small; 0 if there is no good one."""
    most = min(_SMALL_PRODUCT // size, columns)
    return next((length for length in range(most, most // 4, -1) if columns % length == 0 and length < columns), 0)
