"""One tensor as a text of comma-separated values, and as an NPY file."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short
from tinyml.core import StorageError, describe_count
from tinyml.core.files import write_atomically
from tinyml.storage import TensorReader, open_tensors

MOST_COPIED = 500_000
"""More numbers do not fit well into the clipboard; a file holds them."""
_PIECE = 2**18


def tensor_as_csv(contents: FileContents, name: str) -> str:
    """Return a tensor as comma-separated values: a line for each run along the last axis.

    Arguments:
        contents: the file.
        name: of the tensor.

    Raises `StorageError` when the tensor cannot be read, or is too large for the clipboard.
    """
    with open_tensors(contents.path, contents.header) as file:
        header = contents.header.places[name][0]
        if header.count > MOST_COPIED:
            numbers = describe_count(header.count, "number")
            raise StorageError(f"{short(name)} has {numbers}, too many for the clipboard. Save it as an NPY file.")
        values = file.read(name)
    if not header.count:
        return ""
    rows = values.reshape(-1, header.shape[-1]) if header.shape else values.reshape(1, 1)
    # `str` of NumPy's numbers writes as many digits as their type needs; `tolist` would write those of float64.
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def save_tensor(contents: FileContents, name: str, path: Path) -> Path:
    """Save a tensor as an NPY file, atomically. Only a piece of it is in memory.

    Arguments:
        contents: the file that has the tensor.
        name: of the tensor.
        path: the new file.

    Returns `path`. Raises `StorageError` when the tensor cannot be read or the file cannot be written.
    """
    with open_tensors(contents.path, contents.header) as file:
        write_atomically(path, partial(_write_npy, file, name))
    return path


def _write_npy(file: TensorReader, name: str, target: BinaryIO) -> None:
    header = file.header.places[name][0]
    dtype = file.read_range(name, 0, 0).dtype.newbyteorder("<")
    np.lib.format.write_array_header_1_0(
        target, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": header.shape}
    )
    target.writelines(piece.astype(dtype, copy=False).tobytes() for piece in _pieces(file, name, header.count))


def _pieces(file: TensorReader, name: str, count: int) -> Iterator[np.ndarray]:
    for start in range(0, count, _PIECE):
        yield file.read_range(name, start, min(start + _PIECE, count))
