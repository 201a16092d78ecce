import os
import time
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.tables.table_files import IRIS, write_text
from tinyml.core import DataError
from tinyml.data import DataChoice, DataDescription, Dataset, describe, load
from tinyml.data.prepared import prepare_splits
from tinyml.data.preprocessing import Preprocessing, TableEncoding, encode_rows
from tinyml.data.readers import find_reader
from tinyml.data.tables.parsing import forget_tables

HOUSES = "area;rooms;heating;rent\n" + "".join(
    f"{40 + index},5;{index % 5};{('gas', 'oil', '')[index % 3]};{400 + 3 * index},25\n" for index in range(40)
)


def facts(description: DataDescription, option: str) -> str:
    return dict(description.recognised)[option]


def test_a_table_of_classes_is_described_and_loaded(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, IRIS))
    description = describe(path)
    dataset = load(path)
    assert dataset.description == description
    assert (description.count, description.example_shape, description.has_labels) == (30, (2,), True)
    assert description.class_names == ("setosa", "versicolor", "virginica")
    assert description.input_names == ("sepal", "petal")
    assert (description.default_scale, description.default_scale_targets) == ("standardise", "none")
    assert description.about == f"30 rows from {path}: 2 columns of inputs, and the classes of 'species'."
    assert [(column.name, column.kind, column.role) for column in description.columns] == [
        ("sepal", "number", "input"),
        ("petal", "number", "input"),
        ("species", "category", "target"),
    ]
    np.testing.assert_allclose(dataset.unscaled_examples(slice(0, 2)), [[4, 0], [4.05, 1]], rtol=1e-6)
    assert dataset.labels.tolist() == [0, 1, 2] * 10


def test_a_table_of_numbers_to_predict(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, HOUSES, "houses.csv", "utf-16"))
    description = describe(path)
    dataset = load(path)
    assert description.target_shape == (1,)
    assert (description.target_names, description.default_scale_targets) == (("rent",), "standardise")
    assert description.input_names == ("area", "rooms", "heating = gas", "heating = oil")
    np.testing.assert_array_equal(dataset.unscaled_target_numbers(slice(0, 2)), [[400.25], [403.25]])
    assert description.recognised == (
        ("inputs", "'area', 'rooms', 'heating'"),
        ("targets", "'rent'"),
        ("target_kind", "numbers"),
        ("missing", "an empty field"),
        ("header", "names of the columns"),
        ("delimiter", "a semicolon"),
        ("decimal", "a comma"),
        ("quotes", "double quotes"),
        ("encoding", "UTF-16"),
    )
    assert dict(description.option_choices)["targets"] == ("area", "rooms", "heating", "rent")
    assert description.findings == ("13 missing categories are 0 for each text.",)


def test_options_change_what_is_recognised(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, HOUSES))
    description = describe(path, {"targets": ("area", "rent"), "inputs": ["rooms"], "missing_rule": "leave out rows"})
    assert (description.input_names, description.target_names) == (("rooms",), ("area", "rent"))
    assert load(path, options={"targets": ("area", "rent"), "inputs": ("rooms",)}).targets.shape == (40, 2)
    left_out = describe(path, {"missing_rule": "leave out rows"})
    assert left_out.count == 27
    classes = describe(path, {"targets": ("rooms",), "target_kind": "numbers"})
    assert classes.target_names == ("rooms",)
    with pytest.raises(DataError, match=r"Line 1 of 'table\.csv' has 'area' in the column of numbers 'column 1'"):
        describe(path, {"header": "none", "delimiter": "semicolon"})
    with pytest.raises(DataError, match="has no option 'delimeter'"):
        describe(path, {"delimeter": "comma"})


def test_a_new_row_is_encoded_as_the_rows_of_the_table(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, HOUSES))
    dataset = load(path)
    encoding = dataset.description.encoding
    assert isinstance(encoding, TableEncoding)
    rows = [["40,5", "0", "gas"], ["41,5", " 1 ", "oil"], ["42,5", "2", ""]]
    np.testing.assert_array_equal(encode_rows(rows, encoding), dataset.unscaled_examples(slice(0, 3)))
    assert np.isnan(encode_rows([["na", "0", "oil"]], encoding)[0, 0])
    for row, words in (
        (["1_000", "0", "gas"], "Row 1 has '1_000' in the column 'area', which is no number"),
        (["inf", "0", "gas"], "which is no number"),
        (["1e300", "0", "gas"], "which is no number"),
        (
            ["1", "0", "wood"],
            "'wood' in the column 'heating', which the network does not know. Write one of 'gas', 'oil'",
        ),
        (["1", "0"], "Row 1 has 2 values but should have 3"),
    ):
        with pytest.raises(DataError, match=words):
            encode_rows([row], encoding)


def test_missing_numbers_are_filled_from_the_training_part(tmp_path: Path) -> None:
    text = "a,class\n" + "".join(f"{'' if index % 5 == 0 else index},{'xy'[index % 2]}\n" for index in range(50))
    path = str(write_text(tmp_path, text))
    assert np.isnan(load(path).unscaled_examples(slice(0, 1))).all()
    train, validation, test = prepare_splits(DataChoice(source=path, validation=0.2))
    for part in (train, validation, test):
        assert np.isfinite(part.examples(slice(None))).all()
    known = train.unscaled_examples(slice(None))
    assert train.preprocessing.scaling is not None
    assert train.preprocessing.scaling.fill[0] == pytest.approx(np.nanmean(known), rel=1e-6)


@pytest.mark.parametrize("scale", ["automatic", "unit", "none"])
def test_a_number_that_no_training_example_misses_can_be_missing_later(tmp_path: Path, scale: str) -> None:
    path = str(write_text(tmp_path, IRIS))
    train = prepare_splits(DataChoice(source=path, preprocessing=Preprocessing(scale=scale))).train
    known = train.unscaled_examples(slice(None))
    row = train.preprocessing.prepare_rows([["", "3"]])
    filled = train.preprocessing.prepare_rows([[repr(float(known[:, 0].mean())), "3"]])
    np.testing.assert_allclose(row, filled, atol=1e-6)


def test_inputs_without_targets_are_for_autoencoders(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, "a,b\n" + "1,2.5\n3,4\n" * 10))
    options = {"inputs": ("a", "b")}
    description = describe(path, options)
    assert (description.has_labels, description.example_shape) == (False, (2,))
    dataset: Dataset = load(path, options=options).with_target("input")
    np.testing.assert_array_equal(dataset.targets, dataset.inputs)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "anything", True),
        ("a.TSV", "anything", True),
        ("a.tab", "", True),
        ("a.txt", "1 2 3\n4 5 6\n", True),
        ("a.data", "5.1,3.5,x\n4.9,3.0,y\n", True),
        ("a.txt", "A note of some words.\nAnd one more line that is longer, as it were.\n", False),
        ("a.txt", "Well, here is some text.\nIt has commas, as texts do.\nLines, too.\n", False),
        ("a.data", "e,x,y\np,x,z\n" * 5, True),
        ("a.txt", "one\ntwo\n", False),
        ("a.txt", "", False),
        ("a.txt", "\0\1\2", False),
        ("a.json", "1,2\n3,4\n", False),
    ],
)
def test_tables_are_recognised(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    reader = find_reader(write_text(tmp_path, text, name))
    assert (reader is not None and reader.name == "table") is expected


def test_a_folder_named_like_a_table_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert find_reader(tmp_path / "folder.csv") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "'table.csv' is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "is not text: it holds NUL bytes"),
        (b"a,b,class\n", "holds the names of columns, but no rows"),
        (b"a,b\n1,2\n3\n", "Line 3 of 'table.csv' has 1 field, but the table has 2 columns"),
        (b"name\nAda\nAlan\n", "no column that can be an input: it has one column only"),
        (
            (",".join(map(str, range(10_000))) + "\n").encode() * 3,
            "has 10\xa0000 columns, but a table may have at most 5\xa0000",
        ),
        (b"a,b\n" + b"x" * 3_000_000, "Line 2 of 'table.csv' has more than 2\xa0000\xa0000 characters"),
    ],
)
def test_a_faulty_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    for function in (describe, load):
        with pytest.raises(DataError, match=words):
            function(str(path))


def test_a_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.truncate(2 * 10**9)
    started = time.process_time()
    with pytest.raises(
        DataError, match=r"has 2\.0 GB, but a table may have at most 200 MB\. Keep a part of its rows or"
    ):
        describe(str(path))
    assert time.process_time() - started < 0.5


def test_all_line_ends_and_columns_in_chinese_and_arabic(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, "长度,اللون,类别\r\n1.5,أحمر,猫\r2.5,أزرق,狗\n3.5,أحمر,猫\n\n4.5,أزرق,狗"))
    description = describe(path)
    assert description.input_names == ("长度", "اللون = أحمر", "اللون = أزرق")
    assert (description.class_names, description.count) == (("狗", "猫"), 4)


def test_a_chosen_encoding_is_used(tmp_path: Path) -> None:
    text = "长度,类别\n" + "1.5,猫\n2.5,狗\n" * 3
    chinese = str(write_text(tmp_path, text, encoding="gb18030"))
    assert describe(chinese, {"encoding": "gb18030"}).class_names == ("狗", "猫")
    assert facts(describe(chinese), "encoding") == "Windows-1252 (Western European)"
    marked = str(write_text(tmp_path, text, encoding="utf-8-sig"))
    assert describe(marked, {"encoding": "utf-8"}).input_names == ("长度",)


def test_progress_is_reported_and_can_cancel(tmp_path: Path) -> None:
    path = str(write_text(tmp_path, IRIS))
    shares: list[float] = []
    load(path, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def cancel(_share: float) -> None:
        raise InterruptedError

    forget_tables()
    for function in (lambda: describe(path, progress=cancel), lambda: load(path, cancel)):
        with pytest.raises(InterruptedError):
            function()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only a user without all rights is refused")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path, IRIS)
    path.chmod(0)
    with pytest.raises(DataError, match="Could not read"):
        describe(str(path))
