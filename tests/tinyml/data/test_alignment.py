"""A trained network meets other data: columns, categories and classes keep their places, or the data is refused."""

from pathlib import Path

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import DataChoice, Dataset, prepare_splits
from tinyml.data.alignment import align_classes

ROWS = [(1.5, "red", 7, "a"), (2.5, "blue", 8, "b"), (3.5, "green", 9, "c")] * 10


def write(path: Path, order: str, rows: list[tuple[float, str, int, str]] = ROWS) -> DataChoice:
    names = {"s": "size", "c": "colour", "w": "weight", "k": "kind"}
    places = ["scwk".index(letter) for letter in order]
    lines = [",".join(names[letter] for letter in order), *(",".join(str(row[at]) for at in places) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return DataChoice(source=str(path))


def test_columns_in_another_order_reach_their_inputs(tmp_path: Path) -> None:
    trained = prepare_splits(write(tmp_path / "trained.csv", "scwk"))
    other = write(tmp_path / "other.csv", "wcsk", [row for row in ROWS if row[1] != "green"])
    aligned = prepare_splits(other, fitted=trained.train.preprocessing)
    assert aligned.test.description.input_names == trained.test.description.input_names
    assert (aligned.train.inputs[:, 2] == 0).all(), "no row is green"
    expected = {row.tobytes() for part in trained for row in part.inputs}
    assert {row.tobytes() for part in aligned for row in part.inputs} < expected


@pytest.mark.parametrize(
    ("order", "rows", "sentence"),
    [
        ("swk", ROWS, "has no column 'colour' as input"),
        ("scwk", [(1.0, "pink", 1, "a"), *ROWS], "has the category 'pink', which the network does not know"),
        ("csk", [(row[2], *row[1:]) for row in ROWS], "has no column 'weight' as input"),
    ],
)
def test_a_table_with_other_columns_is_refused(
    tmp_path: Path, order: str, rows: list[tuple[float, str, int, str]], sentence: str
) -> None:
    trained = prepare_splits(write(tmp_path / "trained.csv", "scwk"))
    with pytest.raises(DataError, match=sentence):
        prepare_splits(write(tmp_path / "other.csv", order, rows), fitted=trained.train.preprocessing)


def test_a_column_of_another_kind_is_refused(tmp_path: Path) -> None:
    trained = prepare_splits(write(tmp_path / "trained.csv", "scwk"))
    numbers = write(tmp_path / "other.csv", "scwk", [(row[0], "5", row[2], row[3]) for row in ROWS])
    with pytest.raises(DataError, match="holds numbers, but the network learned categories"):
        prepare_splits(numbers, fitted=trained.train.preprocessing)


def test_classes_are_found_by_their_names() -> None:
    data = Dataset.from_arrays(np.zeros((3, 1)), ["dog", "cat", "dog"])
    aligned = align_classes(data, ["ant", "dog", "cat"])
    assert aligned.labels.tolist() == [1, 2, 1]
    assert aligned.description.class_names == ("ant", "dog", "cat")
    with pytest.raises(DataError, match="which the network does not know"):
        align_classes(data, ["ant", "dog"])
