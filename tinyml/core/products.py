"""Matrix products: large ones are cut into parts that several threads compute."""

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.threads import blas_is_held, run_in_parallel

_PART = 1 << 24
"""Multiplications in one part, at least: they take about a tenth of a millisecond."""

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
        return np.matmul(left, right, out=out)
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
