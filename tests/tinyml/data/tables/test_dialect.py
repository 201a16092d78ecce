import csv

import pytest

from tinyml.data.tables.dialect import Dialect, is_separator_line, read_rows, recognise_delimiter, recognise_quotes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa", "comma"),
        ("5,1;3,5;setosa\n4,9;3,0;setosa", "semicolon"),
        ("length\twidth\n5,1\t3,5", "tab"),
        ("a|b|c\n1|2|3", "bar"),
        ("1.5 2.5  3\n4   5 6\n", "spaces"),
        ("1,5 2,5 3,5\n4,5 5,5 6,5", "spaces"),
        ("18.0   8   307.0\t\"chevrolet chevelle\"\n15.0   8   350.0\t'buick skylark'", "spaces"),
        ("New York, 5\nLos Angeles, 6", "comma"),
        ("New York\t5\nLos Angeles\t6", "tab"),
        ("first name;last name\nAda;King, Countess\nAlan;Turing", "semicolon"),
        ("file,label\na b.png,cat\nc d.png,dog", "comma"),
        ("date;value\n2020-01-01 10:00;1,5\n2020-01-01 11:00;2,5", "semicolon"),
        ("length,width\n5.1,3.5\n4.9\n4.7,3.2", "comma"),
        ("0.5,red,name 1\n0.7,blue,name 2", "comma"),
        ("word\nanother", "comma"),
        ("size;colour;kind\n4,32;red;small\n;blue;large\n9,1;red;large", "semicolon"),
        ("sep=|\na;b|c", "bar"),
        ('"a;b;c",1\n"d;e;f",2', "comma"),
    ],
)
def test_the_delimiter_is_recognised(text: str, expected: str) -> None:
    lines = text.splitlines(keepends=True)
    assert recognise_delimiter(lines, recognise_quotes(lines)) == expected


def test_the_quotes_are_recognised() -> None:
    assert recognise_quotes(['1,"a, b"']) == "double"
    assert recognise_quotes(["1,'a, b'", "2,'c'"]) == "single"
    assert recognise_quotes(["1,'a, b'", '2,"c"']) == "double"
    assert recognise_quotes(["don't,won't"]) == "double"


def test_rows_are_read_with_their_quotes() -> None:
    assert list(read_rows(['a, "b ""c"""\n', "\n", '"d\n', 'e",f'], Dialect("comma"))) == [
        ["a", 'b "c"'],
        [],
        ["d\ne", "f"],
    ]
    assert list(read_rows(['"a\tb\n'], Dialect("tab", "none"))) == [['"a', "b"]]
    assert list(read_rows(["  1   'it''s'  3 \n"], Dialect("spaces", "single"))) == [["1", "it's", "3"]]
    assert list(read_rows(["1 2\t3\n", "\n"], Dialect("spaces", "none"))) == [["1", "2", "3"], []]


@pytest.mark.parametrize("text", ['"a"b,c\n', '"a,b\n'])
def test_wrong_quotes_raise(text: str) -> None:
    with pytest.raises(csv.Error):
        list(read_rows([text], Dialect("comma")))


@pytest.mark.parametrize("delimiter", ["comma", "spaces"])
def test_lines_are_counted(delimiter: str) -> None:
    reader = read_rows(["1,2\n", "\n", "3,4\n"], Dialect(delimiter))
    assert [reader.line for _row in reader] == [1, 2, 3]


def test_the_line_of_excel_is_recognised() -> None:
    assert is_separator_line("SEP=\t\r\n")
    assert not is_separator_line("sep=x")
