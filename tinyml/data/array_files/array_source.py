"""Arrays on the disk: one NPY file with those beside it, or the members of an NPZ file."""

import contextlib
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import open_for_reading, show_path
from tinyml.core.memory import describe_bytes
from tinyml.data.array_files.npy_header import NpyHeader, check_array_size, read_npy_header

LARGEST_FILE = 2_000_000_000
"""The most bytes of a file of arrays."""
MOST_ARRAYS = 1000
_LARGEST_RATIO = 1032
"""Deflate cannot make data smaller by a larger factor."""
_LARGEST_DIRECTORY = 1_000_000
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\5\6"
_END_64_MARK = b"PK\6\7"
_CHUNK = 2**21
_LONGEST_NAME = 200


@dataclass(frozen=True)
class StoredArray:
    """An array in a file.

    Attributes:
        name: name of the array.
        path: the file.
        member: name of the member of an NPZ file; None for an NPY file.
        header: its type and shape.
    """

    name: str
    path: Path
    member: str | None
    header: NpyHeader

    def read(self) -> np.ndarray:
        """Read the whole array, in the byte order of this machine.

        Shapes: as `header.shape`, in C order.

        Raises `DataError` when the file is damaged.
        """
        header = self.header
        order: Literal["F", "C"] = "F" if header.fortran else "C"
        result = np.empty(header.shape, header.dtype.newbyteorder("="), order)
        flat, done = result.reshape(-1, order=order), 0
        for part in self._parts(flat.size, max(_CHUNK // max(header.dtype.itemsize, 1), 1)):
            flat[done : done + len(part)] = part
            done += len(part)
        return np.ascontiguousarray(result)

    def blocks(self) -> Iterator[np.ndarray]:
        """Read the array in blocks along its first axis, in order.

        Only a block at a time is in memory, except for arrays in Fortran order.

        Shapes: `(K, …)` each.

        Raises `DataError` when the file is damaged.
        """
        count, *example = self.header.shape
        if self.header.fortran and len(example):
            yield self.read()
            return
        size = math.prod(example)
        rows = max(_CHUNK // max(size * self.header.dtype.itemsize, 1), 1)
        for part in self._parts(count * size, rows * size):
            yield part.reshape(-1, *example)

    def read_start(self, count: int) -> np.ndarray:
        """Return the first elements in the order of the file.

        Arguments:
            count: the most elements.

        Raises `DataError` when the file is damaged.
        """
        size = min(count, int(np.prod(self.header.shape, dtype=np.int64)))
        with self.opened() as file:
            return self._read_part(file, size)

    @contextmanager
    def opened(self) -> Iterator[io.BufferedIOBase]:
        """Open the file of the array at its first element. Raises every error as `DataError`."""
        with _errors(self.path), _opened_file(self.path) as file:
            if self.member is None:
                _skip_header(file, self)
                yield file
            else:
                with zipfile.ZipFile(file) as archive, archive.open(self.member) as content:
                    reader = io.BufferedReader(content, 2**16)  # type: ignore[type-var]
                    _skip_header(reader, self)
                    yield reader

    def _parts(self, count: int, most: int) -> Iterator[np.ndarray]:
        """Read all elements, part by part, and check that there are no more."""
        done = 0
        with self.opened() as file:
            while done < count:
                part = self._read_part(file, min(most, count - done))
                done += len(part)
                yield part
            if file.read(1):
                raise DataError(
                    f"'{show_path(self.name)}' is longer than its header declares, so it is damaged. Save it again."
                )

    def _read_part(self, file: io.BufferedIOBase, count: int) -> np.ndarray:
        size = count * self.header.dtype.itemsize
        content = file.read(size)
        if len(content) < size:
            raise DataError(f"'{show_path(self.name)}' is cut off. Copy or save it again.")
        return np.frombuffer(content, self.header.dtype, count)


def list_arrays(path: Path) -> dict[str, StoredArray]:
    """Return the arrays of an NPZ file, or the one of an NPY file, by name. Only their headers are read.

    Arguments:
        path: the file.

    Raises `DataError` when the file is too large, damaged, or holds arrays that cannot be read.
    """
    with _errors(path), _opened_file(path) as file:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError(
                f"'{show_path(path.name)}' has {describe_bytes(size)}, but a file of arrays may have at most "
                f"{describe_bytes(LARGEST_FILE)}. Use fewer examples, or store images as bytes."
            )
        if path.suffix.lower() == ".npy":
            header = read_npy_header(file, path.name)
            check_array_size(path.name, header, size)
            return {path.stem: StoredArray(path.stem, path, None, header)}
        _check_directory(file, size, path)
        with zipfile.ZipFile(file) as archive:
            return _list_members(archive, path)


def _list_members(archive: zipfile.ZipFile, path: Path) -> dict[str, StoredArray]:
    found: dict[str, StoredArray] = {}
    members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    if not members:
        raise DataError(f"'{show_path(path.name)}' holds no arrays of NumPy. Save them with numpy.savez.")
    if len(members) > MOST_ARRAYS:
        raise DataError(
            f"'{show_path(path.name)}' holds more than {describe_count(MOST_ARRAYS)} arrays. Save the needed ones "
            "alone."
        )
    for info in members:
        name = info.filename.removesuffix(".npy")[:_LONGEST_NAME]
        shown = f"{path.name}/{name}"
        if info.flag_bits & 1:
            raise DataError(f"'{show_path(shown)}' is encrypted. Save the arrays without a password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"'{show_path(shown)}' is compressed in an unusual way. Save it with numpy.savez.")
        if info.file_size > max(info.compress_size, 1) * _LARGEST_RATIO:
            raise DataError(
                f"'{show_path(shown)}' declares {describe_bytes(info.file_size)}, which its "
                f"{describe_bytes(info.compress_size)} cannot hold. Save the arrays again."
            )
        with archive.open(info) as content:
            header = read_npy_header(content, shown)
        check_array_size(shown, header, info.file_size)
        found[name] = StoredArray(name, path, info.filename, header)
    return found


def _check_directory(file: io.BufferedIOBase, size: int, path: Path) -> None:
    """Refuse an archive with a huge list of members, which would be read into memory as a whole."""
    length = min(size, 2**16 + _END.size)
    file.seek(size - length)
    tail = file.read(length)
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) < place + _END.size:
        raise DataError(f"'{show_path(path.name)}' is not an NPZ file, or it is cut off. Copy or save it again.")
    directory = _END.unpack_from(tail, place)[5]
    if directory > _LARGEST_DIRECTORY or _END_64_MARK in tail[max(0, place - 20) : place]:
        raise DataError(f"'{show_path(path.name)}' holds too many arrays. Save the needed ones alone.")
    file.seek(0)


def _skip_header(file: io.BufferedIOBase, array: StoredArray) -> None:
    if read_npy_header(file, array.name) != array.header:
        raise DataError(f"'{show_path(array.path.name)}' was changed while it was being read. Try again.")


@contextmanager
def _opened_file(path: Path) -> Iterator[io.BufferedIOBase]:
    with contextlib.closing(io.BufferedReader(open_for_reading(path), 2**16)) as file:  # type: ignore[type-var]
        yield file


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise DataError(str(error)) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        KeyError,
        struct.error,
    ) as error:
        reason = str(error) or "it is cut off"
        raise DataError(f"'{show_path(path.name)}' is damaged ({show_path(reason)}). Copy or save it again.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"Could not read '{show_path(path)}': {show_path(reason)}. Save it again.") from error
