"""The singular values of a tensor: how many independent directions a layer uses."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.formatting import format_count, format_number
from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short
from tinyml.core import StorageError
from tinyml.core.threads import one_blas_thread
from tinyml.storage import open_tensors

MOST_NUMBERS = 2**22
"""Numbers of the largest matrix that is decomposed."""
LONGEST_SHORT_SIDE = 1024
"""Rows or columns, whichever are fewer, of the largest matrix that is decomposed: it takes some seconds."""
_ENERGY = 0.9


@dataclass(frozen=True)
class Spectrum:
    """The singular values of one tensor.

    Attributes:
        name: of the tensor.
        values: `(k,)` the singular values, the largest first.
        explanation: what they say, in words.
    """

    name: str
    values: NDArray[np.float64]
    explanation: str


def read_spectrum(contents: FileContents, name: str) -> Spectrum:
    """Compute the singular values of a tensor, as a matrix with one row for each index of its first axis.

    The matrix of a convolution has a row for each filter.

    Arguments:
        contents: the file.
        name: of a tensor with at least two axes.

    Raises `StorageError` when the tensor cannot be read, is too large, or is not finite.
    """
    shape = contents.header.places[name][0].shape
    rows, columns = shape[0], math.prod(shape[1:])
    if rows * columns > MOST_NUMBERS or min(rows, columns) > LONGEST_SHORT_SIDE:
        raise StorageError(
            f"{rows}×{columns} is too large for singular values here: up to {format_count(MOST_NUMBERS)} numbers, "
            f"with at most {format_count(LONGEST_SHORT_SIDE)} rows or columns, are decomposed."
        )
    with open_tensors(contents.path, contents.header) as file:
        matrix = file.read(name).reshape(rows, columns).astype(np.float64)
    if not np.isfinite(matrix).all():
        raise StorageError(f"{short(name)} holds NaN or infinite numbers, so it has no singular values.")
    with one_blas_thread():
        values = np.asarray(np.linalg.svd(matrix, compute_uv=False), np.float64)
    return Spectrum(name, values, _explain(values, rows, columns))


def _explain(values: NDArray[np.float64], rows: int, columns: int) -> str:
    energy = np.cumsum(np.square(values))
    if not energy.size or not energy[-1] > 0:
        return f"All singular values of the {rows}×{columns} matrix are 0."
    needed = int(np.searchsorted(energy, _ENERGY * energy[-1])) + 1
    rank = int(np.count_nonzero(values > values[0] * max(rows, columns) * np.finfo(np.float32).eps))
    return (
        f"Singular values of the {rows}×{columns} matrix, on a scale of powers of ten: from {format_number(values[0])} "
        f"to {format_number(values[-1])}. {needed} of {len(values)} carry {_ENERGY:.0%} of the sum of squares; "
        f"the rank is {rank}."
    )
