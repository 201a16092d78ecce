"""Matrix products of which one matrix has few rows and many columns."""

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.products import multiply_along_columns

_FEW_ROWS = 12
"""Largest number of rows for which pieces are faster than one product."""

_SMALL_RESULT = 1500
"""Largest result, in elements, for which `multiply_along_columns` is as fast."""

_SMALL_PRODUCT = 900_000
"""Largest number of multiplications for which OpenBLAS multiplies the matrices without copying them first."""

_LENGTHS = (256, 128)
"""Numbers of columns in a piece. Shorter pieces need too many calls."""

_FEWEST_PIECES = 4
"""Smallest number of pieces that saves more time than their additional calls need."""


def multiply_along_columns_of_few_rows(left: Array, right: Array) -> Array:
    """Compute `left @ rightᵀ` as `multiply_along_columns` does, but faster if `right` has few rows.

    In one large product BLAS first copies `left`, and then uses each copied number only once for each row of `right`.
    So this function multiplies pieces that are small enough to need no copy, and adds the results. Pieces of `right`
    are transposed in memory, because BLAS reads this order faster.

    Arguments:
        left: `(M, P)`.
        right: `(D, P)`.

    Returns `(M, D)`.

    >>> multiply_along_columns_of_few_rows(np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[3., 7.]])
    """
    length = _length_of_piece(len(left), len(right), left.shape[1])
    if not length:
        return multiply_along_columns(left, right)
    end = left.shape[1] // length * length
    pieces = left[:, :end].reshape(len(left), -1, length).transpose(1, 0, 2)
    transposed = np.ascontiguousarray(right[:, :end].T).reshape(-1, length, len(right))
    result: Array = np.matmul(pieces, transposed).sum(axis=0)
    if end < left.shape[1]:
        result += left[:, end:] @ right[:, end:].T
    return result


def _length_of_piece(left_rows: int, right_rows: int, columns: int) -> int:
    """Return the number of columns in a piece; 0 if pieces are not faster."""
    size = left_rows * right_rows
    if right_rows > _FEW_ROWS or size <= _SMALL_RESULT:
        return 0
    possible = (n for n in _LENGTHS if n * size <= _SMALL_PRODUCT and columns >= _FEWEST_PIECES * n)
    return next(possible, 0)
