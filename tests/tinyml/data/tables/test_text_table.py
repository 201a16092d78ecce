import os
from pathlib import Path

import pytest

from tinyml.core import DataError
from tinyml.data.tables.layout import LayoutSettings
from tinyml.data.tables.text_table import read_text_table


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_list_of_labels_is_read(tmp_path: Path) -> None:
    table = read_text_table(
        write(tmp_path, "file;label\r\n\r\n 图/一.png ;قطة\r\n'b;c'.png;dog\r\n".replace("'", '"')[:-17])
    )
    assert table.header == ("file", "label")
    assert table.rows == (("图/一.png", "قطة"),)
    assert table.lines == (3,)
    assert table.layout.dialect.delimiter == "semicolon"


def test_a_table_without_names_gets_names(tmp_path: Path) -> None:
    table = read_text_table(write(tmp_path, "a.png,cat\nb.png,dog\nc.png,cat\n"))
    assert table.header == ("column 1", "column 2")
    assert len(table.rows) == 3
    named = read_text_table(write(tmp_path, "a.png,cat\nb.png,dog\nc.png,cat\n"), LayoutSettings(names=True))
    assert named.header == ("a.png", "cat")


def test_the_line_of_excel_is_left_out(tmp_path: Path) -> None:
    table = read_text_table(write(tmp_path, "sep=;\nfile;label\na.png;cat\n", "utf-16"))
    assert (table.header, table.rows, table.lines) == (("file", "label"), (("a.png", "cat"),), (3,))
    assert table.layout.skipped == 1


def test_the_settings_win(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c\nd;'e,f\n")
    table = read_text_table(path, LayoutSettings("utf-8", "semicolon", "none", "comma", False))
    assert table.rows == (("a", "b,c"), ("d", "'e,f"))
    assert table.layout.decimal == "comma"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n \n", "holds only empty lines"),
        ("file,label\n", "holds the names of columns, but no rows"),
        ("file,label\na.png,cat\nb.png\n", "Line 3 of 'labels.csv' has 1 field, but the table has 2 columns"),
        ("file,label\na.png,cat,x\nb.png,dog\nc.png,dog\n", "Line 2 of 'labels.csv' has 3 fields, but the table has 2"),
        ('file,label\n"a.png",cat\n"b.png,dog\n', "quotes in 'labels.csv' are wrong near line 3"),
        ('file,label\n"a"b.png,cat\n', "quotes in 'labels.csv' are wrong near line 2"),
        ("file,label\na.png," + "x" * 200_000 + "\n", "has more than 131\xa0072 characters"),
        (",".join(map(str, range(10_000))) + "\n", "has 10\xa0000 columns, but a table may have at most 5\xa0000"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_text_table(write(tmp_path, text))


def test_the_limits_are_those_that_the_caller_gives(tmp_path: Path) -> None:
    path = write(tmp_path, "file,label\n" + "a.png,cat\n" * 20)
    with pytest.raises(DataError, match="more than 10 rows"):
        read_text_table(path, most_rows=10)
    with pytest.raises(DataError, match="has 211 bytes, but a table may have at most 100 bytes"):
        read_text_table(path, largest=100)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only a user without all rights is refused")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n")
    path.chmod(0)
    with pytest.raises(DataError, match="Could not read"):
        read_text_table(path)
