"""CSV tables: one row for each example, numbers, and the class in the last column."""

from pathlib import Path

import numpy as np

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.readers.base import Reader


def is_table(path: Path) -> bool:
    return path.suffix == ".csv"


def load_table(path: Path, progress: ProgressCallback | None = None) -> Dataset:
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    return Dataset.from_arrays(table[:, :-1], table[:, -1].astype(int), name=path.name)


def describe_table(path: Path) -> DataDescription:
    return load_table(path).description


TABLE = Reader(
    name="csv",
    title="CSV",
    source="a CSV table",
    help="Rows of numbers with the class in the last column.",
    recognises=is_table,
    describe=describe_table,
    load=load_table,
    suffixes=(".csv",),
)
