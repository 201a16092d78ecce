from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.tables.table_files import IRIS, write_text
from tinyml.core import DataError
from tinyml.data.tables import column as column_module
from tinyml.data.tables import parsing, text_file
from tinyml.data.tables.layout import LayoutSettings
from tinyml.data.tables.parsing import ParsedTable, forget_tables, line_of, parse_table


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    forget_tables()


def test_columns_of_numbers_and_texts(tmp_path: Path) -> None:
    table = parse_table(write_text(tmp_path, IRIS))
    sepal, petal, species = table.columns
    assert table.count == 30
    assert sepal.numbers is not None
    np.testing.assert_allclose(sepal.numbers, 4 + np.arange(30) / 20)
    assert (petal.distinct, petal.is_whole, sepal.is_whole) == (7, True, False)
    assert species.texts == ("setosa", "versicolor", "virginica")
    assert species.codes is not None
    assert species.codes.tolist() == [0, 1, 2] * 10


def test_missing_values_are_recognised(tmp_path: Path) -> None:
    text = "a;b\n1,5;red\n;NA\n n/a ;blue\n?;\n-;red\n2;-\nnan;red\n"
    table = parse_table(write_text(tmp_path, text))
    a, b = table.columns
    np.testing.assert_array_equal(a.numbers, [1.5, np.nan, np.nan, np.nan, np.nan, 2, np.nan])
    assert (a.missing, b.missing) == (5, 3)
    assert b.texts == ("red", "blue")
    assert b.codes is not None
    assert b.codes.tolist() == [0, -1, 1, -1, 0, -1, 0]
    assert set(table.markers) == {"", "NA", "n/a", "?", "-", "nan"}


def test_a_marker_can_be_added_and_the_usual_ones_be_values(tmp_path: Path) -> None:
    path = write_text(tmp_path, "a,continent\n-999,NA\n1,EU\n2,NA\n")
    a, continent = parse_table(path, None, ("-999",), False).columns
    assert a.numbers is not None
    assert (a.missing, continent.texts) == (1, ("NA", "EU"))
    assert parse_table(path, None, ("-999",), False).markers == ("-999",)


def test_small_parts_give_the_same_columns_as_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "n,late,mixed,words\n" + "".join(
        f"{index},{'x' if index == 40 else index},{index if index % 3 else 'odd'},w{index % 4}\n\n"
        for index in range(50)
    )
    path = write_text(tmp_path, text)
    whole = parse_table(path)
    forget_tables()
    monkeypatch.setattr(parsing, "_LEAST_ROWS_AT_ONCE", 1)
    monkeypatch.setattr(parsing, "_FIELDS_AT_ONCE", 12)
    monkeypatch.setattr(text_file, "_BLOCK", 64)
    parts = parse_table(path)
    assert parts.count == whole.count == 50
    for left, right in zip(whole.columns, parts.columns, strict=True):
        assert (left.texts, left.missing, left.fault) == (right.texts, right.missing, right.fault)
        np.testing.assert_array_equal(left.numbers, right.numbers)
        np.testing.assert_array_equal(left.codes, right.codes)
    n, late, mixed, words = parts.columns
    assert n.numbers is not None
    assert late.fault == (40, "x")
    assert mixed.fault is None
    assert "odd" in mixed.texts
    assert words.texts == ("w0", "w1", "w2", "w3")


@pytest.mark.parametrize("value", ["1e999", "inf", "1e39", "1_000", "1,5", "٣x"])
def test_what_is_no_number_is_a_fault(tmp_path: Path, value: str) -> None:
    rows = [str(index) for index in range(30)]
    rows[17] = value
    (column,) = parse_table(
        write_text(tmp_path, "a\n" + "\n".join(rows)), LayoutSettings(delimiter="tab", decimal="point")
    ).columns
    assert column.numbers is None
    assert column.fault == (17, value)


def test_the_line_of_a_row_is_found(tmp_path: Path) -> None:
    path = write_text(tmp_path, 'sep=,\na,b\n1,"x\ny"\n\n2,z\n')
    table = parse_table(path)
    assert [line_of(path, table.layout, row) for row in (0, 1)] == [4, 6]


def test_too_many_different_texts_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_module, "MOST_TEXTS", 20)
    monkeypatch.setattr(parsing, "_LEAST_ROWS_AT_ONCE", 1)
    monkeypatch.setattr(parsing, "_FIELDS_AT_ONCE", 20)
    path = write_text(tmp_path, "".join(f"{index},name {index}\n" for index in range(60)) + "60,\n" * 10)
    number, name = parse_table(path).columns
    assert name.codes is None
    assert 20 < len(name.texts) <= 40
    assert (name.distinct > 20, name.missing, name.fault) == (True, 10, None)
    assert number.numbers is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n3\n", "Line 3 of 'table.csv' has 1 field, but the table has 2 columns"),
        ("a,b\n" + "1,2\n" * 700 + "\n\n1,2,3\n", "Line 704 of 'table.csv' has 3 fields"),
        ("a,b\n1,2\n" + "1,2\n" * 50 + '"x,2\n', "quotes in 'table.csv' are wrong near line 53"),
        ("a,b\n", "holds the names of columns, but no rows"),
        ("a,b\n1,2\n1,\0\n", "holds NUL bytes"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_table(write_text(tmp_path, text))


def test_a_table_is_kept_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_text(tmp_path, IRIS)
    table = parse_table(path)
    assert parse_table(path) is table
    assert parse_table(path, LayoutSettings(names=True)) is not table
    path.write_text(IRIS + "1,2,setosa\n", encoding="utf-8")
    assert parse_table(path).count == 31
    monkeypatch.setattr(parsing, "_LARGEST_KEPT", 10)
    forget_tables()
    assert parse_table(path) is not parse_table(path)


def test_only_the_last_tables_are_kept(tmp_path: Path) -> None:
    paths = [write_text(tmp_path, IRIS, f"{number}.csv") for number in range(3)]
    tables: list[ParsedTable] = [parse_table(path) for path in paths]
    assert parse_table(paths[2]) is tables[2]
    assert parse_table(paths[0]) is not tables[0]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path, IRIS)

    def change(_share: float) -> None:
        path.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"'table\.csv' was changed while it was being read\. Try again\."):
        parse_table(path, progress=change)


def test_progress_grows_and_can_cancel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "_BLOCK", 100)
    monkeypatch.setattr(parsing, "_LEAST_ROWS_AT_ONCE", 1)
    monkeypatch.setattr(parsing, "_FIELDS_AT_ONCE", 12)
    path = write_text(tmp_path, "".join(f"{index},{index}\n" for index in range(300)) + "x,1\n")
    shares: list[float] = []
    parse_table(path, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == 1

    def cancel(_share: float) -> None:
        raise InterruptedError

    forget_tables()
    with pytest.raises(InterruptedError):
        parse_table(path, progress=cancel)
