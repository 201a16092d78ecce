"""Safetensors files: named arrays, and one JSON object of metadata in the header.

The package safetensors reads files through a memory map. Here they are read with `seek` and `read`, see
`tinyml.core.stamped_file`. The package writes a file through a second temporary file, which would stay if the process
is killed, or puts the whole file together in memory. Here the arrays are written one after the other. The bytes are the
same.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from tinyml.core.element_types import stored_type
from tinyml.core.errors import StorageError
from tinyml.core.files import Content, open_for_reading, show_path, write_atomically
from tinyml.core.json_text import read_json_object, write_json
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_header import LARGEST_HEADER, LENGTH, ParsedHeader, parse_header, write_header
from tinyml.core.tensor_header import TensorHeader as TensorHeader  # part of this module's interface
from tinyml.core.tensor_reader import TensorFileHeader as TensorFileHeader
from tinyml.core.tensor_reader import TensorReader as TensorReader

_PIECE = 1 << 17
"""So many numbers of a file are compared at once; they fit into the processor's cache."""
METADATA_KEY = "tinyml"
"""TinyML's entry in the header. There is only one, so that the same data gives the same bytes."""


@dataclass(frozen=True)
class TensorFile:
    """The content of a safetensors file.

    Attributes:
        tensors: the arrays by name.
        metadata: the JSON object of TinyML; empty for a file of another program.
    """

    tensors: dict[str, np.ndarray]
    metadata: dict[str, Any]


class SafetensorsReader(TensorReader):
    """An open safetensors file. `open_tensors` makes it.

    Arguments:
        file: the file, open for reading bytes.
        path: the file's path, for error messages.
        header: the header, if it was read before; None to read it.
    """

    def __init__(self, file: BinaryIO, path: str | Path, header: TensorFileHeader | None = None) -> None:
        self._file = StampedFile(file, path)
        if header is not None and header.stamp != self._file.stamp:
            self._file.refuse_changed()
        super().__init__(path, header or read_safetensors_header(self._file), self._file.size)

    def _read_stored(self, tensor: TensorHeader, place: int, start: int, stop: int) -> np.ndarray:
        elements = np.empty(stop - start, stored_type(tensor.dtype))
        self._file.fill(elements.view(np.uint8).data, place + start * elements.itemsize)
        return elements


def read_safetensors_header(file: StampedFile) -> TensorFileHeader:
    """Read the header of an open safetensors file.

    Arguments:
        file: the file.

    Raises `StorageError` when it is damaged, no safetensors file, or changes meanwhile.
    """
    parsed, values_begin = _parse(file)
    places = {
        tensor.name: (tensor, values_begin + begin) for tensor, begin in zip(parsed.tensors, parsed.begins, strict=True)
    }
    texts = dict(parsed.texts)
    ours = texts.pop(METADATA_KEY, None)
    metadata = {} if ours is None else read_json_object(ours, f"the header of {show_path(file.path)}")
    tensors = tuple(sorted(parsed.tensors, key=lambda tensor: tensor.name))
    return TensorFileHeader(tensors, metadata, texts, places, file.stamp)


def _parse(file: StampedFile) -> tuple[ParsedHeader, int]:
    """Read and check the header. Also return the position at which the values begin."""
    size = file.size
    if size < LENGTH.size:
        _refuse(file, f"it has only {size} bytes")
    (length,) = LENGTH.unpack(file.read(0, LENGTH.size))
    values_begin = LENGTH.size + length
    if values_begin > size:
        _refuse(file, f"its header should have {length:,} bytes, but the file ends before")
    if length > LARGEST_HEADER:
        _refuse(file, f"its header has {length:,} bytes, more than the {LARGEST_HEADER:,} that can be read")
    content = file.read(LENGTH.size, length)
    try:
        return parse_header(content, size - values_begin), values_begin
    except UnicodeError as error:
        _refuse(file, "its header is no valid UTF-8", error)
    except RecursionError as error:
        _refuse(file, "its header is nested too deeply", error)
    except ValueError as error:
        _refuse(file, str(error), error)


def _refuse(file: StampedFile, reason: str, cause: Exception | None = None) -> NoReturn:
    raise StorageError(
        f"'{show_path(file.path)}' is not a whole safetensors file ({reason}). Nothing was loaded."
    ) from cause


@contextmanager
def open_tensors(path: str | Path, header: TensorFileHeader | None = None) -> Iterator[TensorReader]:
    """Open a safetensors file of any program and read its header. Nothing in it is executed.

    Arguments:
        path: the file.
        header: the header, if it was read before; reading a large header takes time.

    Raises `StorageError` when the file is missing, damaged, no safetensors file, or no regular file, or when it has
    changed since `header` was read.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.weight": np.arange(6.0).reshape(2, 3)})
    >>> with open_tensors(path) as file:
    ...     print(file.header.tensors[0].shape, file.read_range("fc.weight", 2, 4))
    (2, 3) [2. 3.]
    """
    with open_for_reading(path) as file:
        yield SafetensorsReader(file, path, header)


def write_tensors(
    path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any] | None = None
) -> None:
    """Save arrays as safetensors, atomically. The bytes are read back before they replace the old file.

    Arguments:
        path: the file, usually `*.safetensors`.
        tensors: arrays by name, in any memory order.
        metadata: JSON data for the header.

    The same input gives the same bytes. Raises `StorageError` when the file cannot be written, or the metadata holds
    NaN or infinity, which JSON does not have.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.weight": np.ones((2, 3), np.float32)}, {"epochs": 1})
    >>> read_tensors(path).metadata
    {'epochs': 1}
    """
    write_atomically(path, tensors_content(path, tensors, metadata))


def tensors_content(
    path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any] | None = None
) -> Content:
    """Return what `write_tensors` writes, for a file that is written together with others.

    Arguments:
        path: the file, for messages.
        tensors, metadata: as for `write_tensors`.

    Raises `StorageError` when the metadata holds NaN or infinity.
    """
    contiguous = {name: np.asarray(array, array.dtype.newbyteorder("<"), order="C") for name, array in tensors.items()}
    texts = {METADATA_KEY: write_json(dict(metadata), str(path))} if metadata else {}
    return partial(_write_and_check, path, contiguous, texts)


def read_tensors(path: str | Path) -> TensorFile:
    """Read the safetensors file `path` of any program. Nothing in it is executed.

    Raises `StorageError` when the file is missing, damaged, no safetensors file, or has elements of a type that NumPy
    does not know.
    """
    with open_tensors(path) as file:
        return TensorFile({tensor.name: file.read(tensor.name) for tensor in file.header.tensors}, file.header.metadata)


def read_header(path: str | Path) -> TensorFileHeader:
    """Read names, shapes, types and metadata of the file `path`, but no values. This is fast for files of any size.

    Raises `StorageError` when the file is missing, damaged, or no safetensors file.
    """
    with open_tensors(path) as file:
        return file.header


def iterate_tensors(path: str | Path, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield tensors with their names, one after the other, so that only one of them is in memory.

    Arguments:
        path: the file.
        names: names of the tensors, in order.

    Raises `StorageError` when the file cannot be read, a name is unknown, or NumPy does not know the element type.
    """
    with open_tensors(path) as file:
        for name in names:
            yield name, file.read(name)


def _write_and_check(
    path: str | Path, tensors: Mapping[str, np.ndarray], texts: dict[str, str], file: BinaryIO
) -> None:
    """Write a file, and read it back.

    The values are not put together in memory, and Python's lock is free while they are written.
    """
    shown = show_path(path)
    entries = [TensorHeader(name, array.shape, str(array.dtype)) for name, array in tensors.items()]
    try:
        header, names = write_header(entries, texts)
    except ValueError as error:
        raise StorageError(f"Could not save '{shown}': {error}. Nothing was changed.") from error
    if len(header) - LENGTH.size > LARGEST_HEADER:
        raise StorageError(
            f"Could not save '{shown}': the header has {len(header) - LENGTH.size:,} bytes, more than the "
            f"{LARGEST_HEADER:,} that can be read again. Nothing was changed."
        )
    file.write(header)
    file.writelines(tensors[name].reshape(-1).view(np.uint8).data for name in names)
    file.flush()
    file.seek(0)
    reader = SafetensorsReader(file, path)
    for name, array in tensors.items():
        if not _holds(reader, name, array):
            raise StorageError(f"Could not save '{shown}': tensor '{name}' was not written correctly. Try again.")


def _holds(file: TensorReader, name: str, array: np.ndarray) -> bool:
    """Return True if a file holds exactly this array."""
    place = file.header.places.get(name)
    if place is None or (place[0].shape, place[0].dtype) != (array.shape, str(array.dtype)):
        return False
    flat = array.reshape(-1)
    return all(
        np.array_equal(
            file.read_range(name, start, min(start + _PIECE, flat.size)).view(np.uint8),
            flat[start : start + _PIECE].view(np.uint8),
        )
        for start in range(0, flat.size, _PIECE)
    )
