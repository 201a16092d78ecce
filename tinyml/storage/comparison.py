"""Compare the tensors of two files: what was added, removed and changed, and by how much.

Both files are read in pieces, so files of any size need a few megabytes.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorError, TensorFileHeader, TensorReader
from tinyml.storage.tensor_files import open_tensors

ChangeStatus = Literal["added", "removed", "changed", "same", "other shape", "unreadable"]

_CHUNK = 2**17


@dataclass(frozen=True)
class TensorChange:
    """What happened to one tensor from the first file to the second.

    The measures take the elements that are finite in both files. They are None unless the status is "changed" or
    "same", and if they are not defined, such as the cosine with a tensor of zeros, or the relative measure if only
    elements differ that are not finite.

    Attributes:
        name: name of the tensor.
        status: "added" if only the second file has it, "removed" if only the first one has it; "same" if all elements
            are equal, where NaN equals NaN; "unreadable" if the values of one of them are no numbers.
        first, second: the entries in the two files; None if the file does not have the tensor.
        relative: ‖a − b‖ / ‖b‖, for a in the first file and b in the second; Euclidean norms.
        cosine: a · b / (‖a‖ ‖b‖).
        largest: the largest |aᵢ − bᵢ|.
        not_compared: number of elements that are NaN or infinite in one of the files.
        note: why the values were not compared; empty if they were.
    """

    name: str
    status: ChangeStatus
    first: TensorHeader | None
    second: TensorHeader | None
    relative: float | None = None
    cosine: float | None = None
    largest: float | None = None
    not_compared: int = 0
    note: str = ""


def compare_files(
    first: str | Path,
    second: str | Path,
    between: Callable[[], object] | None = None,
    first_header: TensorFileHeader | None = None,
    second_header: TensorFileHeader | None = None,
) -> Iterator[TensorChange]:
    """Compare the tensors of two files of any format, sorted by name.

    Arguments:
        first: the file before.
        second: the file after.
        between: called before each piece is read; an exception that it raises cancels the work.
        first_header, second_header: the headers, if they were read before.

    Raises `StorageError` when a file is missing, damaged, of another kind, or changed while it is read.

    >>> import os, tempfile
    >>> from tinyml.core.tensor_file import write_tensors
    >>> folder = tempfile.mkdtemp()
    >>> before, after = os.path.join(folder, "a.safetensors"), os.path.join(folder, "b.safetensors")
    >>> write_tensors(before, {"w": np.array([3.0, 4.0]), "old": np.ones(1)})
    >>> write_tensors(after, {"w": np.array([6.0, 8.0])})
    >>> [(change.name, change.status, change.relative) for change in compare_files(before, after)]
    [('old', 'removed', None), ('w', 'changed', 0.5)]
    """
    with open_tensors(first, first_header) as one, open_tensors(second, second_header) as other:
        for name in sorted(one.header.places.keys() | other.header.places.keys()):
            yield _compare(name, one, other, between or (lambda: None))


def _compare(name: str, one: TensorReader, other: TensorReader, between: Callable[[], object]) -> TensorChange:
    none = (None, None)
    before, after = one.header.places.get(name, none)[0], other.header.places.get(name, none)[0]
    if before is None or after is None:
        return TensorChange(name, "added" if before is None else "removed", before, after)
    if before.shape != after.shape:
        return TensorChange(name, "other shape", before, after)
    for tensor in (before, after):
        if not tensor.readable:
            note = tensor.note or f"NumPy cannot compute with {tensor.dtype}."
            return TensorChange(name, "unreadable", before, after, note=note)
    sums = _Sums()
    try:
        for start in range(0, before.count, _CHUNK):
            between()
            stop = min(start + _CHUNK, before.count)
            sums.add(one.read_range(name, start, stop), other.read_range(name, start, stop))
    except TensorError as error:
        return TensorChange(name, "unreadable", before, after, note=str(error))
    return TensorChange(
        name,
        "same" if sums.equal else "changed",
        before,
        after,
        relative=sums.relative,
        cosine=sums.cosine,
        largest=_finite(sums.largest),
        not_compared=sums.left_out,
    )


class _Norm:
    """The sum of squares of pieces, in units of 4^`exponent`: without it, squares of tiny and huge numbers are 0 and ∞.

    Attributes:
        total: the sum in these units.
        exponent: the largest |xᵢ| so far is below 2^`exponent`.
    """

    def __init__(self) -> None:
        self.total, self.exponent = 0.0, -1021  # the reciprocal of a smaller unit would be infinite

    def add(self, values: np.ndarray, largest: float) -> float:
        """Divide a piece by 2^`exponent` and add its squares.

        Arguments:
            values: `(N,)` float64; changed.
            largest: the largest |xᵢ| of the piece.

        Returns the factor by which the change of the exponent made earlier numbers smaller.
        """
        exponent = max(self.exponent, math.frexp(largest)[1]) if largest else self.exponent
        factor = math.ldexp(1.0, self.exponent - exponent)
        self.exponent = exponent
        values *= math.ldexp(1.0, -exponent)
        # Not with `@`: BLAS would share these small sums among threads, which wait for each other.
        self.total = self.total * factor * factor + float(np.einsum("i,i", values, values))
        return factor


class _Sums:
    """The sums behind the measures, over the pieces of two tensors."""

    def __init__(self) -> None:
        self.equal = True
        self.largest = 0.0
        self.left_out = 0
        self._difference, self._first, self._second = _Norm(), _Norm(), _Norm()
        self._product = 0.0

    def add(self, first: np.ndarray, second: np.ndarray) -> None:
        """Add two pieces of the same elements."""
        if self.equal and not np.array_equal(first, second, equal_nan=_may_be_nan(first) and _may_be_nan(second)):
            self.equal = False
        a, b = first.astype(np.float64), second.astype(np.float64)
        with np.errstate(all="ignore"):
            finite = np.isfinite(a) & np.isfinite(b)
            if not finite.all():
                self.left_out += finite.size - int(np.count_nonzero(finite))
                a, b = a[finite], b[finite]
            if not a.size:
                return
            difference = a - b
            largest = _largest(difference)
            self.largest = max(self.largest, largest)
            self._difference.add(difference, largest)
            self._product *= self._first.add(a, _largest(a)) * self._second.add(b, _largest(b))
            self._product += float(np.einsum("i,i", a, b))

    @property
    def relative(self) -> float | None:
        """‖a − b‖ / ‖b‖; None if only numbers differ that cannot be compared."""
        if self.equal:
            return 0.0
        if not self._second.total:
            return None
        with np.errstate(all="ignore"):
            root = np.sqrt(self._difference.total / self._second.total)
            return _finite(float(np.ldexp(root, self._difference.exponent - self._second.exponent))) or None

    @property
    def cosine(self) -> float | None:
        """a · b / (‖a‖ ‖b‖)."""
        norms = math.sqrt(self._first.total) * math.sqrt(self._second.total)
        cosine = _finite(self._product / norms) if norms else None
        return None if cosine is None else min(1.0, max(-1.0, cosine))


def _largest(values: np.ndarray) -> float:
    return max(float(values.max()), -float(values.min()))


def _may_be_nan(values: np.ndarray) -> bool:
    return values.dtype.kind == "f"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
