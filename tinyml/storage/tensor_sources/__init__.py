"""Every file format whose tensors can be shown: one file each, found by walking this folder.

A file of this folder holds a `TensorSource`. See `tinyml.storage.tensor_sources.base` for what it must know. Nothing in
a file is ever executed.
"""

from fnmatch import fnmatchcase
from functools import cache, partial

from tinyml.core.discovery import package_instances
from tinyml.storage.tensor_sources.base import TensorSource

__all__ = ["OWN_SOURCE", "TensorSource", "find_source", "source_by_name", "tensor_patterns", "tensor_sources"]

OWN_SOURCE = "safetensors"
"""The first in every list: TinyML's own files have this format."""


@cache
def tensor_sources() -> dict[str, TensorSource]:
    """Walk the folder and return every source by its name: first safetensors, then the others, sorted.

    Call `tensor_sources.cache_clear()` after adding a folder to `tinyml.storage.tensor_sources.__path__`.

    >>> list(tensor_sources())[0]
    'safetensors'
    """
    found = package_instances(__name__, TensorSource)
    found.sort(key=lambda source: (source.name != OWN_SOURCE, source.name))
    return {source.name: source for source in found}


def find_source(name: str, prefix: bytes) -> TensorSource | None:
    """Return the source that recognises a file by its first bytes; None if there is none.

    Arguments:
        name: the name of the file.
        prefix: its first 4096 bytes.

    >>> find_source("any name", bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"{}").name
    'safetensors'
    """
    name = name.lower()
    return next((source for source in tensor_sources().values() if source.recognises(name, prefix)), None)


def source_by_name(name: str) -> TensorSource | None:
    """Return the source whose files have such names; None if there is none.

    Arguments:
        name: the name of the file.

    >>> source_by_name("W.SAFETENSORS").name, source_by_name("w.txt")
    ('safetensors', None)
    """
    name = name.lower()
    found = (source for source in tensor_sources().values() if any(map(partial(fnmatchcase, name), source.patterns)))
    return next(found, None)


def tensor_patterns() -> tuple[str, ...]:
    """Return the names of files with tensors, for file dialogs.

    >>> tensor_patterns()[0]
    '*.safetensors'
    """
    return tuple(pattern for source in tensor_sources().values() for pattern in source.patterns)
