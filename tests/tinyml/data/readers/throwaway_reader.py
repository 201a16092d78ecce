"""A reader of CSV tables that only tests add to the package: one file in a temporary folder."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tinyml.data.readers as package
from tinyml.data.readers import readers

SOURCE = '''
"""CSV tables: a row for each example, numbers, and the class in the last column."""

import numpy as np

from tinyml.core import DataError
from tinyml.data.dataset import Dataset
from tinyml.data.readers.base import Reader


def recognises(path):
    return path.suffix.lower() == ".csv"


def load(path, progress):
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"'{path.name}' is no table of numbers: {error}.") from error
    if progress is not None:
        progress(1.0)
    return Dataset.from_arrays(table[:, :-1], table[:, -1].astype(int), name=path.name)


def describe(path):
    return load(path, None).description


CSV = Reader("csv", "CSV tables", "a CSV table", "Rows of numbers.", recognises, describe, load, (".csv",))
'''


@contextmanager
def csv_reader(folder: Path) -> Iterator[None]:
    """Add a folder with one more reader file to the package, and take it away again."""
    (folder / "csv.py").write_text(SOURCE, encoding="utf-8")
    package.__path__.append(str(folder))
    readers.cache_clear()
    try:
        yield
    finally:
        package.__path__.remove(str(folder))
        sys.modules.pop("tinyml.data.readers.csv", None)
        vars(package).pop("csv", None)
        readers.cache_clear()


def write_table(path: Path, count: int = 60) -> Path:
    """Write a table with two inputs and the classes 0 and 1."""
    rows = [f"{index / count},{index % 7},{index % 2}" for index in range(count)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path
