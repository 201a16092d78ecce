"""Reads ranges of NumPy's arrays, in any byte order and memory order, from bytes that may be compressed."""

import math
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from tinyml.core import StorageError
from tinyml.core.element_types import stored_type
from tinyml.core.files import show_path
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorError, TensorFileHeader, TensorReader
from tinyml.data.array_files.npy_header import NpyHeader

_TILE_BYTES = 2**24
_BLOCK_BYTES = 2**22
_LONGEST_ROW = 2**26
_LARGEST_UNPACKED = 2**28
"""A larger compressed array in Fortran order is not read: each tile unpacks the whole array."""
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError)
"""What `zipfile` raises for damaged archives."""


class ArrayPlace(NamedTuple):
    """Where the elements of an array are.

    Attributes:
        header: type, shape and order of the array.
        begin: position in the file at which the elements begin; None if they are compressed.
        member: name of the member of the archive; empty for an NPY file.
    """

    header: NpyHeader
    begin: int | None
    member: str = ""


class Unpacker(Protocol):
    """Unpacks a member of an archive."""

    def fill(self, target: memoryview, member: str, position: int) -> None:
        """Fill `target` with unpacked bytes.

        Arguments:
            target: where the bytes go.
            member: name of the member.
            position: number of its first unpacked byte that is wanted.
        """
        ...


class ArrayReader(TensorReader):
    """An open NPZ or NPY file.

    Arguments:
        file: the file.
        header: what is known of it; its places are of the type `ArrayPlace`.
        unpacker: reads compressed members; None if there are none.
    """

    def __init__(self, file: StampedFile, header: TensorFileHeader, unpacker: Unpacker | None = None) -> None:
        super().__init__(file.path, header, file.size)
        self._file, self._unpacker = file, unpacker
        self._tile: tuple[str, int, np.ndarray] = ("", 0, np.zeros(0))

    def _read_stored(self, tensor: TensorHeader, place: ArrayPlace, start: int, stop: int) -> np.ndarray:
        with damage_named(self.path, TensorError):
            if place.header.fortran and sum(size > 1 for size in tensor.shape) > 1 and start < stop:
                return self._read_fortran(tensor, place, start, stop)
            return self._read_run(tensor, place, start, stop)

    def _read_run(self, tensor: TensorHeader, place: ArrayPlace, start: int, stop: int) -> np.ndarray:
        """Return elements in the order of the file."""
        stored = np.empty(stop - start, place.header.dtype)
        target, skipped = stored.view(np.uint8).data, start * stored.itemsize
        if place.begin is not None:
            self._file.fill(target, place.begin + skipped)
        elif self._unpacker is not None:
            self._unpacker.fill(target, place.member, place.header.offset + skipped)
            self._file.check_unchanged()
        wanted = stored_type(tensor.dtype)
        return stored.view(np.uint8) if stored.dtype.kind == "b" else stored.astype(wanted, copy=False)

    def _read_fortran(self, tensor: TensorHeader, place: ArrayPlace, start: int, stop: int) -> np.ndarray:
        """Return elements in C order of an array whose first index varies fastest in the file."""
        row_size = math.prod(tensor.shape[1:])
        parts = []
        for row in range(start // row_size, (stop - 1) // row_size + 1):
            begin, tile = self._tile_with(tensor, place, row)
            first = max(start, row * row_size) - row * row_size
            last = min(stop, (row + 1) * row_size) - row * row_size
            parts.append(tile[row - begin, first:last])
        return np.concatenate(parts)

    def _tile_with(self, tensor: TensorHeader, place: ArrayPlace, row: int) -> tuple[int, np.ndarray]:
        """Return the rows around a row, `(rows, elements of a row)` in C order, with the number of their first row.

        They are kept for the next range, because the whole array must be read for them.
        """
        name, begin, tile = self._tile
        if name == tensor.name and begin <= row < begin + len(tile):
            return begin, tile
        self._tile = ("", 0, np.zeros(0))
        rows, *rest = tensor.shape
        row_size, itemsize = math.prod(rest), place.header.dtype.itemsize
        count = max(_TILE_BYTES // (row_size * itemsize), 1)
        begin = row // count * count
        end = min(begin + count, rows)
        tile = np.empty((end - begin, row_size), stored_type(tensor.dtype))
        columns = max(_BLOCK_BYTES // (rows * itemsize), 1)
        for column in range(0, row_size, columns):
            if columns == 1:
                tile[:, column] = self._read_run(tensor, place, column * rows + begin, column * rows + end)
            else:
                last = min(column + columns, row_size)
                block = self._read_run(tensor, place, column * rows, last * rows)
                tile[:, column:last] = block.reshape(-1, rows)[:, begin:end].T
        axes = (0, *range(len(rest), 0, -1))
        tile = tile.reshape(-1, *reversed(rest)).transpose(axes).reshape(end - begin, row_size)
        self._tile = (tensor.name, begin, tile)
        return begin, tile


def describe_array(name: str, header: NpyHeader, compressed: bool = False) -> TensorHeader:
    """Return the entry of an array in the list of tensors.

    Arguments:
        name: name of the array.
        header: the header of the array.
        compressed: True if its elements are.

    >>> describe_array("a", NpyHeader(np.dtype(">f4"), (2,), False, 128)).dtype
    'float32'
    """
    dtype = header.dtype
    if dtype.kind in "SU":
        return TensorHeader(name, header.shape, "text", "Texts have no statistics.")
    note = ""
    row_bytes = math.prod(header.shape[1:]) * dtype.itemsize
    scattered = header.fortran and sum(size > 1 for size in header.shape) > 1
    unpacked = header.shape[0] * row_bytes if scattered and compressed else 0
    if scattered and (row_bytes > _LONGEST_ROW or unpacked > _LARGEST_UNPACKED):
        note = "Its Fortran order cannot be read in pieces. Save numpy.ascontiguousarray(array) instead."
    return TensorHeader(name, header.shape, dtype.newbyteorder("=").name, note)


@contextmanager
def damage_named(path: str | Path, kind: Callable[[str], StorageError] = StorageError) -> Iterator[None]:
    """Raise every error of `zipfile` as an error with a sentence.

    Arguments:
        path: the file.
        kind: class of the error.

    >>> with damage_named("a.npz"):
    ...     raise zipfile.BadZipFile("Bad CRC-32")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: 'a.npz' is damaged (Bad CRC-32). Copy or save it again.
    """
    try:
        yield
    except _ZIP_ERRORS as error:
        reason = str(error) or "it is cut off"
        raise kind(f"'{show_path(path)}' is damaged ({show_path(reason)}). Copy or save it again.") from error
    except OSError as error:
        raise kind(f"Could not read '{show_path(path)}': {error.strerror or error}.") from error
