"""CSV tables: one row for each example, numbers, and the class in the last column."""

from pathlib import Path

import numpy as np

from tinyml.core import DataError
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.readers.base import Reader, ReadRequest


def is_table(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def load_table(request: ReadRequest) -> Dataset:
    path = request.path
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"'{path.name}' is no table of numbers: {error}.") from error
    request.progress(1.0)
    return Dataset.from_arrays(table[:, :-1], table[:, -1].astype(int), name=path.name)


def describe_table(request: ReadRequest) -> DataDescription:
    return load_table(request).description


TABLE = Reader(
    name="csv",
    title="CSV tables",
    source="a CSV table",
    help="Rows of numbers with the class in the last column.",
    recognises=is_table,
    describe=describe_table,
    load=load_table,
    suffixes=(".csv",),
)
