"""A tensor source reads the files of one format: names, shapes, types, and any range of the values."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tinyml.core.tensor_reader import TensorFileHeader, TensorReader


@dataclass(frozen=True)
class TensorSource:
    """A file format that holds tensors.

    A file of this package that holds a `TensorSource` adds a format. `identify`, `open_tensors`, the page Models and
    its file dialog ask the sources, so no other file has to change.

    Attributes:
        name: the format, as in `TensorFileHeader.format`. Each source has a different name.
        title: what such a file is, in a sentence: "'a.npz' holds tensors (a NumPy archive)".
        patterns: the names of such files in lower case, for file dialogs, e.g. "*.npz". They decide if the first bytes
            tell nothing.
        recognises: returns True if a file has this format: `recognises(name, prefix)` gets the name of the file in
            lower case and its first 4096 bytes. Two sources never recognise the same file.
        open: opens a file for reading: `open(path, header)`. `header` is None, or what an earlier reader of the same
            file said; then the file is refused if it has changed since. Raises `StorageError` if the file is damaged.
    """

    name: str
    title: str
    patterns: tuple[str, ...]
    recognises: Callable[[str, bytes], bool]
    open: Callable[[str | Path, TensorFileHeader | None], AbstractContextManager[TensorReader]]
