"""Statistics of the tensors in a file of any format and any size."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import Shape
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorError, TensorFileHeader, TensorReader
from tinyml.storage.tensor_files import open_tensors

_CHUNK = 2**17
"""Number of elements that are in memory at the same time: a few megabytes, for a tensor of any size."""
_MOST_ROWS = 2**20
"""Rows of a tensor that are counted: a megabyte."""


@dataclass(frozen=True)
class TensorSummary:
    """Statistics of one tensor, computed from its finite elements.

    The statistics are None if there is no finite element, or if NumPy does not have the type of the elements.

    Attributes:
        name: name of the tensor.
        shape: shape of the tensor.
        dtype: NumPy's name of the element type ("float32"), or the name in the file ("BF16") if NumPy does not have it.
        count: number of elements.
        minimum, maximum, mean: of the finite elements.
        standard_deviation: of the finite elements: √(Σ (x - mean)² / n), with n and not n - 1.
        non_finite: number of elements that are NaN or infinite.
        nan: number of elements that are NaN.
        zeros: number of elements that are zero.
        zero_rows: number of indices of the first axis at which all elements are zero, such as dead filters of a
            convolution; None if there are fewer than two axes or very many rows.
        histogram: `(bins,)` number of finite elements in each bin; None if there is no histogram.
        edges: `(bins + 1,)` the edges of the bins; None if there is no histogram.
        note: one sentence that says why the statistics or the histogram are missing; empty if nothing is missing.
        readable: False if the values cannot be read.
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
    nan: int = 0
    zeros: int = 0
    zero_rows: int | None = None
    histogram: NDArray[np.int64] | None = None
    edges: NDArray[np.float64] | None = None
    note: str = ""
    readable: bool = True

    @property
    def infinite(self) -> int:
        """Number of elements that are infinite."""
        return self.non_finite - self.nan


def summarise_tensors(
    path: str | Path,
    bins: int = 40,
    between: Callable[[], object] | None = None,
    header: TensorFileHeader | None = None,
) -> Iterator[TensorSummary]:
    """Yield the statistics of each tensor in a file, sorted by name. This needs only a few megabytes of memory.

    Arguments:
        path: the file.
        bins: number of bins of each histogram, at least 1.
        between: called before each piece of a tensor is read; an exception that it raises cancels the work.
        header: the header of the file; None to read it.

    Raises `StorageError` when the file is missing, damaged, of another kind, or changed while it is read.

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
                note = tensor.note or f"NumPy cannot compute with {tensor.dtype}, so only the shape is known."
                yield _without_statistics(tensor, note, readable=False)
            elif not tensor.count:
                yield _without_statistics(tensor, "The tensor is empty.")
            else:
                try:
                    yield _summarise(tensor, _Pieces(partial(_read_piece, file, tensor, between), tensor.count), bins)
                except TensorError as error:
                    yield _without_statistics(tensor, str(error), readable=False)


def summarise(name: str, tensor: np.ndarray, bins: int = 40) -> TensorSummary:
    """Return the statistics of one array. It is read in pieces, which needs little memory.

    Arguments:
        name: name of the array.
        tensor: any array of numbers.
        bins: number of bins of the histogram.

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
    """Read all pieces twice: first for range and mean, then for histogram and variance, which need range and mean."""
    sizes, means, minima, maxima = [0], [0.0], [], []
    counts = _Counts(header.shape)
    with np.errstate(all="ignore"):
        for whole in pieces.whole():
            counts.add(whole)
            piece = _finite_part(whole)
            if piece.size:
                sizes.append(piece.size)
                # A sum of all elements can overflow. So take the mean of each piece, and weight the means below.
                means.append(float((piece / piece.size).sum()))
                minima.append(float(piece.min()))
                maxima.append(float(piece.max()))
    finite = sum(sizes)
    if not finite:
        note = "None of the values is finite."
        return replace(_without_statistics(header, note), non_finite=header.count, nan=counts.nan)
    mean = sum(part * (size / finite) for part, size in zip(means, sizes, strict=True))
    edges = _bin_edges(min(minima), max(maxima), bins)
    histogram = None if edges is None else np.zeros(bins, np.int64)
    variance = 0.0
    with np.errstate(all="ignore"):
        for piece in pieces:
            if histogram is not None and edges is not None:
                # The same numbers as with `edges`, in less than half of the time.
                histogram += np.histogram(piece, bins, (edges[0], edges[-1]))[0]
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
        nan=counts.nan,
        zeros=counts.zeros,
        zero_rows=counts.zero_rows,
        histogram=histogram,
        edges=edges,
        note="" if edges is not None else "The values lie too far apart, or too close together, for a histogram.",
    )


def _bin_edges(minimum: float, maximum: float, bins: int) -> NDArray[np.float64] | None:
    """Return the edges of the bins; None if float64 cannot represent them.

    If all values are equal, the bins are around this value.
    """
    if minimum == maximum:
        minimum, maximum = minimum - 0.5, maximum + 0.5
    with np.errstate(all="ignore"):
        edges = np.linspace(minimum, maximum, bins + 1)
    return edges if np.isfinite(edges).all() and (np.diff(edges) > 0).all() else None


class _Counts:
    """Counts of special elements, over the pieces of a tensor in order.

    Arguments:
        shape: shape of the tensor.
    """

    def __init__(self, shape: Shape) -> None:
        self.nan = self.zeros = 0
        self._seen = 0
        self._row_size = math.prod(shape[1:])
        counted = len(shape) > 1 and shape[0] <= _MOST_ROWS
        self._alive = np.zeros(shape[0], bool) if counted else None

    def add(self, piece: np.ndarray) -> None:
        """Count the elements of the next piece, `(elements,)`."""
        alive = piece != 0
        self.zeros += piece.size - int(np.count_nonzero(alive))
        if piece.dtype.kind == "f":
            self.nan += int(np.count_nonzero(np.isnan(piece)))
        if self._alive is not None and piece.size:
            first, skipped = divmod(self._seen, self._row_size)
            starts = np.arange(-skipped, piece.size, self._row_size).clip(0)
            self._alive[first : first + len(starts)] |= np.logical_or.reduceat(alive, starts)
        self._seen += piece.size

    @property
    def zero_rows(self) -> int | None:
        """Number of rows without any element that is not zero."""
        return None if self._alive is None else int(np.count_nonzero(~self._alive))


def _finite_part(piece: np.ndarray) -> NDArray[np.float64]:
    """Return the finite elements as float64, always as a copy."""
    exact = piece.astype(np.float64)
    finite = np.isfinite(exact)
    return exact if finite.all() else exact[finite]


class _Pieces:
    """The finite elements of a tensor as float64, in pieces. Each loop over it reads the tensor from the beginning.

    Arguments:
        read: returns the elements of a range of the flattened tensor.
        count: number of elements.
    """

    def __init__(self, read: Callable[[int, int], np.ndarray], count: int) -> None:
        self._read, self._count = read, count

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        return map(_finite_part, self.whole())

    def whole(self) -> Iterator[np.ndarray]:
        """Yield all elements in pieces, also those that are not finite, in their own type."""
        for start in range(0, self._count, _CHUNK):
            yield self._read(start, min(start + _CHUNK, self._count))


def _without_statistics(header: TensorHeader, note: str, readable: bool = True) -> TensorSummary:
    return TensorSummary(header.name, header.shape, header.dtype, header.count, note=note, readable=readable)
