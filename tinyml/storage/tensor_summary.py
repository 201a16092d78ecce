"""What the tensors of a safetensors file look like in numbers: of any program, of any size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import Shape
from tinyml.core.tensor_file import TensorFileHeader, TensorReader, open_tensors
from tinyml.core.tensor_header import TensorHeader

_CHUNK = 2**17
"""Elements that are in memory at a time; they take a few megabytes, whatever the size of the tensor."""


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


def summarise_tensors(
    path: str | Path,
    bins: int = 40,
    between: Callable[[], object] | None = None,
    header: TensorFileHeader | None = None,
) -> Iterator[TensorSummary]:
    """Go through the tensors of a safetensors file, sorted by name; only a few megabytes are in memory at a time.

    Arguments:
        path: the file.
        bins: of each histogram, at least 1.
        between: called between the pieces of every tensor; what it raises cancels the work.
        header: of the file, when it was read before.

    Raises `StorageError` when the file is missing, damaged, not a safetensors file, or changed while it is read.

    >>> import os, tempfile
    >>> from tinyml.core.tensor_file import write_tensors
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.bias": np.array([0.0, 1.0, np.nan], np.float32)})
    >>> [(summary.name, summary.mean, summary.non_finite) for summary in summarise_tensors(path)]
    [('fc.bias', 0.5, 1)]
    """
    with open_tensors(path, header) as file:
        for tensor in file.header.tensors:
            if not tensor.readable:
                yield _without_numbers(tensor, f"NumPy cannot compute with {tensor.dtype}, so only the shape is known.")
            elif not tensor.count:
                yield _without_numbers(tensor, "The tensor is empty.")
            else:
                yield _summarise(tensor, _Pieces(partial(_read_piece, file, tensor, between), tensor.count), bins)


def summarise(name: str, tensor: np.ndarray, bins: int = 40) -> TensorSummary:
    """Put one array into numbers; it is gone through in pieces, so that little memory is needed.

    Arguments:
        name: what the array is called.
        tensor: any array of numbers.
        bins: bars of the histogram.

    >>> summarise("ones", np.ones((2, 3))).maximum
    1.0
    """
    flat = tensor.reshape(-1)
    pieces = _Pieces(lambda start, stop: flat[start:stop], flat.size)
    return _summarise(TensorHeader(name, tensor.shape, str(tensor.dtype)), pieces, bins)


def _read_piece(
    file: TensorReader, header: TensorHeader, between: Callable[[], object] | None, start: int, stop: int
) -> np.ndarray:
    if between is not None:
        between()
    return file.read_range(header.name, start, stop)


def _summarise(header: TensorHeader, pieces: "_Pieces", bins: int) -> TensorSummary:
    """Go through the pieces twice: for the range and the mean, then for what is counted from them."""
    sizes, means, minima, maxima = [0], [0.0], [], []
    with np.errstate(all="ignore"):
        for piece in pieces:
            if piece.size:
                sizes.append(piece.size)
                # The mean of the parts, and of their means by weight, so that no sum overflows.
                means.append(float((piece / piece.size).sum()))
                minima.append(float(piece.min()))
                maxima.append(float(piece.max()))
    finite = sum(sizes)
    if not finite:
        return _without_numbers(header, "None of the values is finite.", non_finite=header.count)
    mean = sum(part * (size / finite) for part, size in zip(means, sizes, strict=True))
    edges = _bin_edges(min(minima), max(maxima), bins)
    histogram = None if edges is None else np.zeros(bins, np.int64)
    variance = 0.0
    with np.errstate(all="ignore"):
        for piece in pieces:
            if histogram is not None and edges is not None:
                histogram += np.histogram(piece, edges)[0]
            piece -= mean
            variance += float((np.square(piece, out=piece) / finite).sum())
    return TensorSummary(
        name=header.name,
        shape=header.shape,
        dtype=header.dtype,
        count=header.count,
        minimum=min(minima),
        maximum=max(maxima),
        mean=mean,
        standard_deviation=float(np.sqrt(variance)),
        non_finite=header.count - finite,
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
    """The finite elements of a tensor as float64, some at a time, as often as one likes.

    Arguments:
        read: returns the elements from a first to a last one, as if the tensor were flat.
        count: number of elements.
    """

    def __init__(self, read: Callable[[int, int], np.ndarray], count: int) -> None:
        self._read, self._count = read, count

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        for start in range(0, self._count, _CHUNK):
            piece = self._read(start, min(start + _CHUNK, self._count)).astype(np.float64)
            yield piece[np.isfinite(piece)]


def _without_numbers(header: TensorHeader, note: str, non_finite: int = 0) -> TensorSummary:
    return TensorSummary(header.name, header.shape, header.dtype, header.count, non_finite=non_finite, note=note)
