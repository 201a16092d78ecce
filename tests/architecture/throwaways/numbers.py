"""Lists of numbers: one row for each example, numbers, and the class in the last column."""

from pathlib import Path

import numpy as np

from tinyml.core import DataError
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.readers.base import Reader, ReadRequest


def is_list(path: Path) -> bool:
    return path.suffix.lower() == ".numbers"


def load_list(request: ReadRequest) -> Dataset:
    path = request.path
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"'{path.name}' is no list of numbers: {error}.") from error
    request.progress(1.0)
    return Dataset.from_arrays(table[:, :-1], table[:, -1].astype(int), name=path.name)


def describe_list(request: ReadRequest) -> DataDescription:
    return load_list(request).description


NUMBERS = Reader(
    name="numbers",
    title="Number lists",
    source="a list of numbers",
    help="Rows of numbers with the class in the last column.",
    recognises=is_list,
    describe=describe_list,
    load=load_list,
    suffixes=(".numbers",),
)
