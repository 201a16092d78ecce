"""Named arrays in a safetensors file, with one JSON object of metadata beside them."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from tinyml.core.errors import StorageError
from tinyml.core.files import write_atomically
from tinyml.core.json_text import read_json_object, write_json
from tinyml.core.shapes import Shape

METADATA_KEY = "tinyml"
"""The one entry of the file's header that is ours. A single entry keeps the bytes the same from run to run."""

_NUMPY_TYPES = {
    "BOOL": "bool",
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
}
"""NumPy's names for the element types that it knows; bfloat16 and the 8-bit floats are not among them."""


@dataclass(frozen=True)
class TensorHeader:
    """What a file says of one of its tensors; known without reading the values.

    Attributes:
        name: of the tensor, e.g. "conv_1.weight".
        shape: of the tensor.
        dtype: NumPy's name of the element type ("float32"), or the file's own name where NumPy has none ("BF16").
    """

    name: str
    shape: Shape
    dtype: str

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def readable(self) -> bool:
        """Whether NumPy has this element type."""
        return self.dtype in _NUMPY_TYPES.values()


@dataclass(frozen=True)
class TensorFileHeader:
    """What a safetensors file holds, apart from the values.

    Attributes:
        tensors: one entry for each tensor, sorted by name.
        metadata: the JSON object that tinyml stored with them; empty for a file of another program.
        foreign_metadata: what another program stored in the header, text by name.
    """

    tensors: tuple[TensorHeader, ...]
    metadata: dict[str, Any]
    foreign_metadata: dict[str, str]


@dataclass(frozen=True)
class TensorFile:
    """What a safetensors file holds.

    Attributes:
        tensors: the arrays by name.
        metadata: the JSON object that tinyml stored with them; empty for a file of another program.
    """

    tensors: dict[str, np.ndarray]
    metadata: dict[str, Any]


def write_tensors(
    path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any] | None = None
) -> None:
    """Save arrays as safetensors: atomically, and read back before the old file is replaced.

    Arguments:
        path: the file, usually `*.safetensors`.
        tensors: arrays by name; any memory order.
        metadata: JSON data to keep in the header.

    The same input gives the same bytes. Raises `StorageError` when the file cannot be written, or the metadata hold
    NaN or infinity, which JSON does not know.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.weight": np.ones((2, 3), np.float32)}, {"epochs": 1})
    >>> read_tensors(path).metadata
    {'epochs': 1}
    """
    # safetensors writes Fortran-ordered arrays as garbage, without a word.
    contiguous = {name: np.asarray(tensors[name], order="C") for name in sorted(tensors)}
    header = {METADATA_KEY: write_json(dict(metadata), str(path))} if metadata else None
    content = safetensors.numpy.save(contiguous, metadata=header)
    written = safetensors.numpy.load(content)
    for name, array in contiguous.items():
        if written[name].shape != array.shape or written[name].tobytes() != array.tobytes():
            raise StorageError(f"Could not save '{path}': tensor '{name}' was not written correctly.")
    write_atomically(path, content)


def read_tensors(path: str | Path) -> TensorFile:
    """Read a safetensors file of any program. Nothing in it is executed.

    Raises `StorageError` when the file is missing, damaged, not a safetensors file, or has elements of a type that
    NumPy does not know.
    """
    header = read_header(path)
    return TensorFile(dict(iterate_tensors(path, [tensor.name for tensor in header.tensors])), header.metadata)


def read_header(path: str | Path) -> TensorFileHeader:
    """Read names, shapes, types and metadata, but no values: quick for a file of any size.

    Raises `StorageError` when the file is missing, damaged, or not a safetensors file.
    """
    with _opened(path) as file:
        texts: dict[str, str] = dict(file.metadata() or {})
        tensors = []
        for name in sorted(file.keys()):
            part = file.get_slice(name)
            dtype = part.get_dtype()
            tensors.append(TensorHeader(name, tuple(part.get_shape()), _NUMPY_TYPES.get(dtype, dtype)))
    ours = texts.pop(METADATA_KEY, None)
    metadata = {} if ours is None else read_json_object(ours, f"the header of {path}")
    return TensorFileHeader(tuple(tensors), metadata, texts)


def iterate_tensors(path: str | Path, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Read tensors one after the other, so that only one of them is in memory.

    Arguments:
        path: the file.
        names: which tensors, in which order.

    Raises `StorageError` when the file cannot be read, a name is unknown, or NumPy does not know the element type.
    """
    with _opened(path) as file:
        known = set(file.keys())
        for name in names:
            if name not in known:
                raise StorageError(f"'{path}' has no tensor '{name}'.")
            dtype = file.get_slice(name).get_dtype()
            if dtype not in _NUMPY_TYPES:
                raise StorageError(
                    f"'{path}' holds '{name}' as {dtype}, which NumPy cannot compute with. "
                    "Convert the file to float32 in the program that wrote it."
                )
            yield name, file.get_tensor(name)


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    """Open a safetensors file, and put whatever goes wrong into one sentence."""
    if Path(path).is_dir():
        raise StorageError(f"'{path}' is a folder. Choose a file in it.")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            yield file
    except FileNotFoundError as error:
        raise StorageError(f"There is no file '{path}'. Check its name and folder.") from error
    except (OSError, safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(f"'{path}' is not a whole safetensors file ({error}). Nothing was loaded.") from error
