from pathlib import Path

import pytest

from tests.tinyml.data.tables.table_files import write_text
from tinyml.core import DataError
from tinyml.data.tables.parsing import ParsedTable, parse_table
from tinyml.data.tables.roles import Roles, choose_roles, kind_of


def parse(folder: Path, header: str, *columns: str, count: int = 30) -> ParsedTable:
    """Parse a table: each column is a formula for the row "i"."""
    rows = [",".join(str(eval(column, {"i": index})) for column in columns) for index in range(count)]
    return parse_table(write_text(folder, "\n".join([header, *rows])))


def names(table: ParsedTable, roles: Roles) -> tuple[str, str, bool]:
    inputs, targets = (
        ",".join(table.columns[place].name for place in places) for places in (roles.inputs, roles.targets)
    )
    return inputs, targets, roles.classes


COLOUR, WHOLE, REAL = "'red' if i % 2 else 'blue'", "i % 4", "i * 0.37"


@pytest.mark.parametrize(
    ("header", "columns", "expected"),
    [
        ("a,b,c", (REAL, REAL, COLOUR), ("a,b", "c", True)),
        ("a,b,c", (REAL, COLOUR, REAL), ("a,b", "c", False)),
        ("a,b,c", (REAL, COLOUR, WHOLE), ("a,b", "c", True)),
        ("Class,b,c", (WHOLE, REAL, REAL), ("b,c", "Class", True)),
        ("price,b,colour", (REAL, REAL, COLOUR), ("b,colour", "price", False)),
        ("x,y,colour", (REAL, REAL, COLOUR), ("x,y", "colour", True)),
        ("y,x1,x2", (REAL, REAL, REAL), ("x1,x2", "y", False)),
        ("a,y1,y2", (REAL, REAL, WHOLE), ("a", "y1,y2", False)),
        ("a,标签", (REAL, COLOUR), ("a", "标签", True)),
        ("id,a,b", ("i + 100", REAL, COLOUR), ("a", "b", True)),
        (",a,b", ("i", REAL, COLOUR), ("a", "b", True)),
        ("Unnamed: 0,a,b", ("i", REAL, COLOUR), ("a", "b", True)),
        ("PassengerId,a,b", ("i * 3", REAL, COLOUR), ("a", "b", True)),
        ("hour,a,b", ("i", REAL, COLOUR), ("hour,a", "b", True)),
        ("a,name", (REAL, "f'name {i}'"), None),
        ("a,b,name", (REAL, COLOUR, "f'name {i}'"), ("a", "b", True)),
        ("a,empty,b", (REAL, "''", COLOUR), ("a", "b", True)),
    ],
)
def test_roles_are_found(
    tmp_path: Path, header: str, columns: tuple[str, ...], expected: tuple[str, str, bool]
) -> None:
    table = parse(tmp_path, header, *columns)
    if expected is None:
        with pytest.raises(DataError, match="has no column that can be an input"):
            choose_roles(table, "table.csv")
    else:
        assert names(table, choose_roles(table, "table.csv")) == expected


def test_unused_columns_are_explained(tmp_path: Path) -> None:
    columns = ("i", "f'name {i}'", "f'address {i}'", "''", "'\"' + f'{i + 1},234' + '\"'", REAL, COLOUR)
    table = parse(tmp_path, "id,name,address,empty,money,a,class", *columns)
    roles = choose_roles(table, "table.csv")
    assert names(table, roles) == ("a", "class", True)
    assert roles.findings == (
        "The column 'id' counts the rows, so it is no input.",
        "The columns 'name' and 'address' hold many different texts, so they are no inputs.",
        "The column 'money' holds numbers with groups of thousands, such as 1,234, so it is no input. Write the "
        "numbers without groups.",
        "The column 'empty' holds no values, so it is no input.",
    )
    assert [kind_of(column, table.count) for column in table.columns[:2]] == ["number", "text"]


def test_the_choice_of_the_user_wins(tmp_path: Path) -> None:
    table = parse(tmp_path, "id,a,b,class", "i", REAL, WHOLE, COLOUR)
    chosen = choose_roles(table, "table.csv", ("id", "class"), ("b",), "numbers")
    assert names(table, chosen) == ("id,class", "b", False)
    assert names(table, choose_roles(table, "table.csv", targets=("a", "b"))) == ("class", "a,b", False)
    assert names(table, choose_roles(table, "table.csv", inputs=("class", "a"))) == ("class,a", "b", True)
    assert names(table, choose_roles(table, "table.csv", target_kind="classes", targets=("a",)))[2] is True


def test_a_table_of_inputs_only_has_no_target(tmp_path: Path) -> None:
    table = parse(tmp_path, "a,b", REAL, WHOLE)
    assert names(table, choose_roles(table, "table.csv", inputs=("a", "b"))) == ("a,b", "", False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"inputs": ("lenght",)}, "no column 'lenght', which is chosen for the inputs. Did you mean 'length'"),
        ({"targets": ("x",)}, "Its columns are: 'length', 'colour', 'name' and 'class'"),
        ({"inputs": ("length",), "targets": ("length",)}, "'length' is both an input and a target"),
        ({"targets": ("length", "colour"), "target_kind": "classes"}, "Classes are in one column"),
        ({"targets": ("colour",), "target_kind": "numbers"}, "'colour' holds texts such as 'blue'"),
        ({"targets": ("length", "colour")}, "'colour' holds texts such as 'blue'"),
        ({"inputs": ("name",)}, "'name' has more than 20 different texts"),
        ({"targets": ("name",)}, "'name' has more than 20 different values"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, arguments: dict[str, tuple[str, ...]], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinyml.data.tables.roles.MOST_CLASSES", 20)
    table = parse(tmp_path, "length,colour,name,class", REAL, COLOUR, "f'name {i}'", WHOLE)
    with pytest.raises(DataError, match=words):
        choose_roles(table, "table.csv", **arguments)


def test_long_texts_are_no_names_of_classes(tmp_path: Path) -> None:
    table = parse(tmp_path, "a,essay,class", REAL, "'xy'[i % 2] * 300", WHOLE)
    roles = choose_roles(table, "table.csv")
    assert names(table, roles) == ("a", "class", True)
    for chosen in ({"inputs": ("essay",)}, {"targets": ("essay",)}):
        with pytest.raises(DataError, match="'essay' holds texts of more than 200 letters, too long for names of"):
            choose_roles(table, "table.csv", **chosen)


def test_one_column_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column that can be an input: it has one column only\. Choose another del"):
        choose_roles(parse(tmp_path, "a", REAL), "table.csv")
