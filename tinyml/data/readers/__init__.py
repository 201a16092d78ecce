"""Every format of data on the disk: one file each, found by walking this folder, just like layers.

A reader file holds a `Reader`. See `tinyml.data.readers.base` for what it must know.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tinyml.core import DataError
from tinyml.core.discovery import package_instances
from tinyml.data.readers.base import Reader, ReadRequest

__all__ = ["ReadRequest", "Reader", "describe_sources", "find_reader", "readers"]


@cache
def readers() -> dict[str, Reader]:
    """Walk the folder and return every reader by its name, sorted by title.

    Call `readers.cache_clear()` after adding a folder to `tinyml.data.readers.__path__`.

    >>> readers()["idx"].source
    'a folder of IDX files'
    """
    found = sorted(package_instances(__name__, Reader), key=lambda reader: reader.title)
    return {reader.name: reader for reader in found}


def find_reader(path: Path) -> Reader | None:
    """Return the reader of the data at `path`, or None if no reader recognises it.

    Raises `DataError` when a reader cannot look the path up and no other reader recognises it.

    >>> find_reader(Path("no such folder")) is None
    True
    """
    problem: DataError | None = None
    for reader in readers().values():
        try:
            if reader.recognises(path):
                return reader
        except DataError as error:
            problem = problem or error
    if problem is not None:
        raise problem
    return None


def describe_sources(of: Iterable[Reader] | None = None) -> str:
    """Return what a user can choose as data, as the end of a sentence.

    Arguments:
        of: at least one reader; None for all of them.

    >>> describe_sources([readers()["idx"]])
    'a folder of IDX files'
    """
    *others, last = (reader.source for reader in (readers().values() if of is None else of))
    return f"{', '.join(others)} or {last}" if others else last
