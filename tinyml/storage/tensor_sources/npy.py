"""NPY files: one array of NumPy."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinyml.core import DataError, StorageError
from tinyml.core.files import open_for_reading
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_reader import TensorFileHeader, TensorReader
from tinyml.data.array_files.npy_header import LONGEST_START, MAGIC, check_array_size, read_npy_header
from tinyml.storage.tensor_sources.array_reader import ArrayPlace, ArrayReader, describe_array
from tinyml.storage.tensor_sources.base import TensorSource


def _recognises(_name: str, prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None) -> Iterator[TensorReader]:
    with open_for_reading(path) as raw:
        file = StampedFile(raw, path)
        if header is not None and header.stamp != file.stamp:
            file.refuse_changed()
        yield ArrayReader(file, header or _read_header(file))


def _read_header(file: StampedFile) -> TensorFileHeader:
    path = Path(file.path)
    try:
        array = read_npy_header(io.BytesIO(file.read(0, min(file.size, LONGEST_START))), path.name)
        check_array_size(path.name, array, file.size)
    except DataError as error:
        raise StorageError(str(error)) from error
    tensor = describe_array(path.stem, array)
    places = {tensor.name: (tensor, ArrayPlace(array, array.offset))}
    return TensorFileHeader((tensor,), {}, {}, places, file.stamp, "npy")


NPY = TensorSource("npy", "a NumPy array", ("*.npy",), _recognises, _open)
