"""Open a file of tensors, whatever its format is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from tinyml.core import StorageError
from tinyml.core.tensor_file import TensorFile
from tinyml.core.tensor_reader import TensorFileHeader, TensorReader
from tinyml.storage.file_kind import identify
from tinyml.storage.tensor_sources import tensor_sources


def open_tensors(path: str | Path, header: TensorFileHeader | None = None) -> AbstractContextManager[TensorReader]:
    """Open a file of tensors in any format that TinyML reads. Nothing in it is executed.

    A reader needs a few megabytes of memory, for a file of any size. It belongs to one thread.

    Arguments:
        path: the file.
        header: the header, if it was read before; reading a large header takes time.

    Raises `StorageError` when the file is missing, damaged, of another kind, or has changed since `header` was read.

    >>> import os, tempfile
    >>> import numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "w.npz")
    >>> np.savez(path, weight=np.arange(6.0).reshape(2, 3))
    >>> with open_tensors(path) as file:
    ...     print(file.header.format, file.header.tensors[0].shape, file.read_range("weight", 2, 4))
    npz (2, 3) [2. 3.]
    """
    name = header.format if header is not None else ""
    if not name:
        found = identify(path)
        if not found.source:
            raise StorageError(found.sentence)
        name = found.source
    return tensor_sources()[name].open(path, header)


def read_header(path: str | Path) -> TensorFileHeader:
    """Read names, shapes, types and metadata of the file `path`, but no values. This is fast for files of any size.

    Raises `StorageError` as `open_tensors` does.
    """
    with open_tensors(path) as file:
        return file.header


def read_tensors(path: str | Path) -> TensorFile:
    """Read all tensors of the file `path` into memory.

    Raises `StorageError` as `open_tensors` does, and when the values of a tensor are no numbers.
    """
    with open_tensors(path) as file:
        return TensorFile({tensor.name: file.read(tensor.name) for tensor in file.header.tensors}, file.header.metadata)


def iterate_tensors(path: str | Path, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield tensors with their names, one after the other, so that only one of them is in memory.

    Arguments:
        path: the file.
        names: names of the tensors, in order.

    Raises `StorageError` as `open_tensors` does, and when a name is unknown, or the values are no numbers.
    """
    with open_tensors(path) as file:
        for name in names:
            yield name, file.read(name)
