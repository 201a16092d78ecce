"""Named arrays in a safetensors file, with one JSON object of metadata beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from tinyml.core.errors import StorageError
from tinyml.core.files import write_atomically

METADATA_KEY = "tinyml"
"""The one entry of the file's header that is ours. A single entry keeps the bytes the same from run to run."""


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

    The same input gives the same bytes. Raises `StorageError` when the file cannot be written.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write_tensors(path, {"fc.weight": np.ones((2, 3), np.float32)}, {"epochs": 1})
    >>> read_tensors(path).metadata
    {'epochs': 1}
    """
    # safetensors writes Fortran-ordered arrays as garbage, without a word.
    contiguous = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
    header = {METADATA_KEY: json.dumps(dict(metadata), sort_keys=True)} if metadata else None
    content = safetensors.numpy.save(contiguous, metadata=header)
    written = safetensors.numpy.load(content)
    for name, array in contiguous.items():
        if written[name].tobytes() != array.tobytes():
            raise StorageError(f"Could not save '{path}': tensor '{name}' was not written correctly.")
    write_atomically(path, content)


def read_tensors(path: str | Path) -> TensorFile:
    """Read a safetensors file of any program. Nothing in it is executed.

    Raises `StorageError` when the file is missing, damaged, or not a safetensors file.
    """
    path = Path(path)
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no iterator)
        metadata = json.loads(header.get(METADATA_KEY, "{}"))
    except FileNotFoundError as error:
        raise StorageError(f"There is no file '{path}'. Check its name and folder.") from error
    except (OSError, safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"'{path}' is not a whole safetensors file ({error}). Nothing was loaded.") from error
    if not isinstance(metadata, dict):
        raise StorageError(f"'{path}' has metadata that is not a JSON object. Nothing was loaded.")
    return TensorFile(tensors, metadata)
