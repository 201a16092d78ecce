"""A tensor source for texts with one tensor in each line: `FLOATS`, then `name 1 2 3`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tinyml.core.files import read_bounded
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import TensorFileHeader, TensorReader
from tinyml.storage.tensor_sources.base import TensorSource


class FloatsReader(TensorReader):
    def _read_stored(self, _tensor: TensorHeader, place: list[str], start: int, stop: int) -> np.ndarray:
        return np.array(place[start:stop], np.float32)


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None) -> Iterator[TensorReader]:
    content = read_bounded(path, 10_000)
    lines = [line.split() for line in content.decode().splitlines()[1:]]
    places = {name: (TensorHeader(name, (len(numbers),), "float32"), numbers) for name, *numbers in lines}
    tensors = tuple(tensor for tensor, _ in places.values())
    yield FloatsReader(path, header or TensorFileHeader(tensors, {}, {}, places, (), "floats"), len(content))


FLOATS = TensorSource(
    "floats", "lists of floats", ("*.floats",), lambda _, prefix: prefix.startswith(b"FLOATS\n"), _open
)
