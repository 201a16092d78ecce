"""What the tensors of a safetensors file look like in numbers: of any program, of any size."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import Shape
from tinyml.core.tensor_file import TensorHeader, iterate_tensors, read_header

_CHUNK = 2**20


@dataclass(frozen=True)
class TensorSummary:
    """One tensor in numbers. Statistics are those of the finite values, and None when there are none.

    Attributes:
        name: of the tensor.
        shape: of the tensor.
        dtype: name of the element type, "float32" or, where NumPy has none, the file's own, such as "BF16".
        count: number of elements.
        minimum, maximum, mean, standard_deviation: of the finite elements; the deviation divides by their number.
        non_finite: how many elements are NaN or infinite.
        histogram: `(bins,)` how many finite elements lie in each bin; None when there is none.
        edges: `(bins + 1,)` where the bins begin and end.
        note: why there are no numbers, in one sentence; empty when there are.
    """

    name: str
    shape: Shape
    dtype: str
    count: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    standard_deviation: float | None = None
    non_finite: int = 0
    histogram: NDArray[np.int64] | None = None
    edges: NDArray[np.float64] | None = None
    note: str = ""


def summarise_tensors(path: str | Path, bins: int = 40) -> Iterator[TensorSummary]:
    """Go through the tensors of a safetensors file, sorted by name; only one is in memory at a time.

    Arguments:
        path: the file.
        bins: of each histogram, at least 1.

    Raises `StorageError` when the file is missing, damaged, or not a safetensors file.

    >>> import os, tempfile
    >>> from tinyml.core.tensor_file import write_tensors
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.bias": np.array([0.0, 1.0, np.nan], np.float32)})
    >>> [(summary.name, summary.mean, summary.non_finite) for summary in summarise_tensors(path)]
    [('fc.bias', 0.5, 1)]
    """
    for header in read_header(path).tensors:
        if not header.readable:
            yield _without_numbers(header, f"NumPy cannot compute with {header.dtype}, so only the shape is known.")
        elif not header.count:
            yield _without_numbers(header, "The tensor is empty.")
        else:
            for _, tensor in iterate_tensors(path, [header.name]):
                yield summarise(header.name, tensor, bins)


def summarise(name: str, tensor: np.ndarray, bins: int = 40) -> TensorSummary:
    """Put one array into numbers; it is gone through in pieces, so that little memory is needed.

    Arguments:
        name: what the array is called.
        tensor: any array of numbers.
        bins: bars of the histogram.

    >>> summarise("ones", np.ones((2, 3))).maximum
    1.0
    """
    header = TensorHeader(name, tensor.shape, str(tensor.dtype))
    pieces = _Pieces(tensor)
    finite = sum(piece.size for piece in pieces)
    if not finite:
        return _without_numbers(header, "None of the values is finite.", non_finite=tensor.size)
    minimum = min(float(piece.min()) for piece in pieces if piece.size)
    maximum = max(float(piece.max()) for piece in pieces if piece.size)
    with np.errstate(all="ignore"):
        mean = sum(float((piece / finite).sum()) for piece in pieces)
        variance = sum(float((np.square(piece - mean) / finite).sum()) for piece in pieces)
    edges = _bin_edges(minimum, maximum, bins)
    histogram = None
    if edges is not None:
        histogram = np.zeros(bins, np.int64)
        for piece in pieces:
            histogram += np.histogram(piece, edges)[0]
    return TensorSummary(
        name=name,
        shape=tensor.shape,
        dtype=header.dtype,
        count=tensor.size,
        minimum=minimum,
        maximum=maximum,
        mean=mean,
        standard_deviation=float(np.sqrt(variance)),
        non_finite=tensor.size - finite,
        histogram=histogram,
        edges=edges,
        note="" if edges is not None else "The values lie too far apart, or too close together, for a histogram.",
    )


def _bin_edges(minimum: float, maximum: float, bins: int) -> NDArray[np.float64] | None:
    """Divide the range into bins, around the value when there is only one; None when float64 has no such numbers."""
    if minimum == maximum:
        minimum, maximum = minimum - 0.5, maximum + 0.5
    with np.errstate(all="ignore"):
        edges = np.linspace(minimum, maximum, bins + 1)
    return edges if np.isfinite(edges).all() and (np.diff(edges) > 0).all() else None


class _Pieces:
    """The finite elements of an array as float64, some at a time, as often as one likes."""

    def __init__(self, tensor: np.ndarray) -> None:
        self._flat = tensor.reshape(-1)

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        for start in range(0, self._flat.size, _CHUNK):
            piece = self._flat[start : start + _CHUNK].astype(np.float64)
            yield piece[np.isfinite(piece)]


def _without_numbers(header: TensorHeader, note: str, non_finite: int = 0) -> TensorSummary:
    return TensorSummary(header.name, header.shape, header.dtype, header.count, non_finite=non_finite, note=note)
