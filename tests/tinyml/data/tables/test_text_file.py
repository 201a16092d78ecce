import codecs
from pathlib import Path

import pytest

from tinyml.core import DataError
from tinyml.data.tables import text_file
from tinyml.data.tables.layout import opened_lines
from tinyml.data.tables.text_file import describe_encoding, opened, recognise_encoding, split_lines, text_blocks

TEXT = "größe,ville\n1,Besançon\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("10 €,x\n".encode("cp1252"), "cp1252"),
        (b"caf\xe9,\x81\n", "latin-1"),
        ("长度,颜色\nالطول,ب\n".encode(), "utf-8"),
    ],
)
def test_the_encoding_is_recognised_and_read(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert recognise_encoding(path) == expected
    with opened_lines(path, expected) as lines:
        assert "".join(lines) == content.decode(expected)


def test_a_letter_of_another_encoding_far_below_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "_BLOCK", 100)
    path = tmp_path / "table.csv"
    path.write_bytes(b"name,1\n" * 2000 + "é\n".encode("cp1252"))
    assert recognise_encoding(path) == "cp1252"
    # A letter of two bytes on the edge of two blocks is no fault.
    path.write_bytes("é".encode() * 5001)
    assert recognise_encoding(path) == "utf-8"
    path.write_bytes(b"x" + "é".encode() * 5001)
    assert recognise_encoding(path) == "utf-8"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "'table.csv' is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not text: it holds NUL bytes"),
        (b"a,b\n" * 2000 + b"\0", "is not text: it holds NUL bytes"),
        (b"\xff\xd8\xff\xe0\x10JFIF\x01", "is not text: it holds bytes that are no letters"),
        (codecs.BOM_UTF32_LE + "a,b".encode("utf-32-le"), "is not text"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        recognise_encoding(path)


def test_a_file_that_is_not_in_the_chosen_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("1,é".encode("cp1252"))
    with pytest.raises(DataError, match=r"is not UTF-8: the text near byte 3 cannot be read\. Choose another"):
        read(path, "utf-8")
    path.write_bytes(b"a\0b")
    with pytest.raises(DataError, match="it holds NUL characters"):
        read(path, "utf-8")


def read(path: Path, encoding: str) -> list[str]:
    with opened(path) as file:
        return [text for text, _done in text_blocks(file, path, encoding)]


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 10**9)  # it takes no room on the disk
    with pytest.raises(DataError, match=r"has 2\.0 GB, but a table may have at most 200 MB\. Keep a part"):
        recognise_encoding(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        recognise_encoding(tmp_path / "missing.csv")
    with pytest.raises(DataError, match="is a folder"):
        recognise_encoding(tmp_path)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_all_line_ends_are_found_wherever_the_blocks_end(size: int) -> None:
    text = "a\r\nb\rc\n\nd\r\r\ne"
    blocks = iter([text[start : start + size] for start in range(0, len(text), size)])
    assert list(split_lines(blocks, Path("t"))) == ["a\r\n", "b\r", "c\n", "\n", "d\r", "\r\n", "e"]


def test_letters_that_only_look_like_line_ends_stay_in_their_line() -> None:
    assert list(split_lines(iter(["a\x0b\x0c\x85\u2028b\n", "c"]), Path("t"))) == ["a\x0b\x0c\x85\u2028b\n", "c"]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LONGEST_LINE", 10)
    for blocks in (["ok\n", "x" * 6, "x" * 6], ["ok\n" + "x" * 11 + "\nok\n"]):
        with pytest.raises(DataError, match=r"Line 2 of 'a\.csv' has more than 10 characters"):
            list(split_lines(iter(blocks), Path("a.csv")))


def test_encodings_have_names_for_the_screen() -> None:
    assert describe_encoding("cp1252") == "Windows-1252 (Western European)"
    assert describe_encoding("gb18030") == "gb18030"
