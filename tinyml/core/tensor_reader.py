"""What every reader of a file of tensors offers, whatever the format of the file is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tinyml.core.element_types import decode
from tinyml.core.errors import StorageError
from tinyml.core.files import show_path
from tinyml.core.tensor_header import TensorHeader


class TensorError(StorageError):
    """One tensor of a file cannot be read. The other tensors can."""


@dataclass(frozen=True)
class GraphSummary:
    """The graph of operations that a file holds beside its tensors.

    Attributes:
        name: name of the graph; may be empty.
        inputs, outputs: each with its element type and shape in words, such as "image: float32 (N, 3, 224, 224)".
        operations: how many nodes there are of each operation, the most frequent first. An operation outside the
            standard has its domain before it, such as "com.example::Fused".
        node_count: number of nodes.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    operations: Mapping[str, int]
    node_count: int


@dataclass(frozen=True)
class TensorFileHeader:
    """What is known of a file of tensors without reading the values.

    Attributes:
        tensors: an entry for each tensor, sorted by name.
        metadata: the JSON object of TinyML; empty for a file of another program.
        foreign_metadata: texts of other programs, by name.
        places: each tensor by its name, in the order of the file, with what its reader needs to find the values. In a
            safetensors file this is the position in bytes at which they begin.
        stamp: size in bytes and time of the last change in nanoseconds, of each file in turn.
        format: name of the format: "safetensors", "shards", "npz", "npy" or "onnx".
        notes: sentences about the whole file, such as what was left out.
        parts: names of the other files that hold values, relative to the folder of the file.
        graph: the graph of operations; None if the file holds none.
    """

    tensors: tuple[TensorHeader, ...]
    metadata: dict[str, Any]
    foreign_metadata: dict[str, str]
    places: Mapping[str, tuple[TensorHeader, Any]] = field(repr=False)
    stamp: tuple[int, ...]
    format: str = "safetensors"
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    graph: GraphSummary | None = None


class TensorReader(ABC):
    """An open file of tensors. `tinyml.storage.open_tensors` makes it.

    Every method raises `StorageError` when the file has changed since it was opened.

    Arguments:
        path: the file's path, for error messages.
        header: what is known of the file.
        size: size in bytes, of all files together.

    Attributes:
        path: the path.
        header: what is known of the file without reading the values.
        size: size in bytes, of all files together.
    """

    def __init__(self, path: str | Path, header: TensorFileHeader, size: int) -> None:
        self.path = path
        self.header = header
        self.size = size

    def read(self, name: str) -> np.ndarray:
        """Read the tensor `name`.

        Raises `StorageError` when there is no tensor of that name, its elements are no numbers, or there is not enough
        memory.
        """
        tensor, _ = self._find(name)
        return self.read_range(name, 0, tensor.count).reshape(tensor.shape)

    def read_range(self, name: str, start: int, stop: int) -> np.ndarray:
        """Read a range of elements of a tensor, flattened in C order.

        Arguments:
            name: name of the tensor.
            start: number of the first element.
            stop: number of the element after the last.

        Returns numbers `(stop - start,)`, as float32 if NumPy does not have the element type. Raises `StorageError` as
        `read` does, and `ValueError` when the tensor has no such elements.
        """
        tensor, place = self._find(name)
        if not 0 <= start <= stop <= tensor.count:
            raise ValueError(f"'{name}' has {tensor.count} elements, but you asked for {start} to {stop}.")
        if not tensor.readable:
            raise TensorError(
                f"'{show_path(self.path)}' holds '{show_path(name)}' as {tensor.dtype}, which cannot be read. "
                + (tensor.note or "Convert the file to float32 in the program that wrote it.")
            )
        try:
            stored = self._read_stored(tensor, place, start, stop)
            return decode(stored, tensor.dtype)
        except MemoryError:
            raise TensorError(
                f"'{show_path(self.path)}' holds '{show_path(name)}' with {stop - start:,} elements, and there is not "
                "enough memory for them."
            ) from None

    @abstractmethod
    def _read_stored(self, tensor: TensorHeader, place: Any, start: int, stop: int) -> np.ndarray:
        """Return elements of a tensor in C order, `(stop - start,)`, in the type `stored_type(tensor.dtype)`.

        Arguments:
            tensor: the tensor.
            place: what `header.places` says of it.
            start, stop: the range.
        """

    def _find(self, name: str) -> tuple[TensorHeader, Any]:
        if name not in self.header.places:
            raise StorageError(f"'{show_path(self.path)}' has no tensor '{show_path(name)}'.")
        return self.header.places[name]
