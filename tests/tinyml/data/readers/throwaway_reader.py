"""A reader of number lists that only tests add to the package."""

from contextlib import AbstractContextManager
from pathlib import Path

import tinyml.data.readers as package
from tests.extended_package import THROWAWAYS, extended_package
from tinyml.data.readers import readers


def number_reader(folder: Path) -> AbstractContextManager[None]:
    """Add a folder with one more reader file to the package; remove it at the end."""
    source = (THROWAWAYS / "numbers.py").read_text(encoding="utf-8")
    return extended_package(package, folder, "numbers.py", source, readers.cache_clear)


def write_table(path: Path, count: int = 60) -> Path:
    """Write a table with two inputs and the classes 0 and 1."""
    rows = [f"{index / count},{index % 7},{index % 2}" for index in range(count)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path
