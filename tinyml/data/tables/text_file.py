"""Text files of unknown encoding: check their size, recognise the encoding, and read them line by line."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import open_for_reading, show_path
from tinyml.core.memory import describe_bytes

LARGEST_FILE = 200_000_000
"""The most bytes of a table that is read."""
LONGEST_LINE = 2_000_000
"""The most characters in one line. Longer lines have more columns than a table may have, or are no lines."""
_BLOCK = 2**20
_SAMPLE = 4096
_MOST_ZEROS_ELSEWHERE = 0.05
_LEAST_ZEROS = 0.3
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1b-\x1f]")
"""Bytes that no text in an 8-bit encoding has. Tab, line ends, form feed and the old end-of-file mark are allowed."""
_FALLBACK = "cp1252"
_TITLES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "Latin-1 (Western European)",
}


class Stamp(NamedTuple):
    """The facts about a file that change when the file changes.

    Attributes:
        modified: time of the last change in nanoseconds.
        size: size in bytes.
        place: numbers of its device and of the file on this device.
    """

    modified: int
    size: int
    place: tuple[int, int]


def read_stamp(path: Path) -> Stamp:
    """Return the stamp of the file at `path`. Raises `DataError` when it cannot be looked up."""
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"Could not read '{show_path(path)}': {error.strerror or error}.") from error
    return Stamp(status.st_mtime_ns, status.st_size, (status.st_dev, status.st_ino))


def check_size(path: Path, size: int, largest: int = LARGEST_FILE) -> None:
    """Raise `DataError` if a file of text is empty or too large to be read.

    Arguments:
        path: the file, for the sentence.
        size: its size in bytes.
        largest: the most bytes.

    >>> check_size(Path("big.csv"), 2 * 10**9)
    Traceback (most recent call last):
    tinyml.core.errors.DataError: 'big.csv' has 2.0 GB, but a table may have at most 200 MB. ...
    """
    name = show_path(path.name)
    if size == 0:
        raise DataError(f"'{name}' is empty. Choose a file with a row for each example.")
    if size > largest:
        raise DataError(
            f"'{name}' has {describe_bytes(size)}, but a table may have at most {describe_bytes(largest)}. "
            "Keep a part of its rows or columns, or save the numbers as an NPZ file."
        )


def describe_encoding(encoding: str) -> str:
    """Return the name of an encoding for the screen.

    >>> describe_encoding("utf-8")
    'UTF-8'
    """
    return _TITLES.get(encoding, encoding)


def recognise_encoding(path: Path, largest: int = LARGEST_FILE) -> str:
    """Return the encoding of a text file, as `bytes.decode` names it.

    A byte order mark decides first. Then: UTF-16 if nearly all zero bytes are at even or at odd places; UTF-8 if the
    whole file is valid UTF-8; else Windows-1252, or Latin-1 if a byte has no meaning in Windows-1252.

    Arguments:
        path: the file.
        largest: the most bytes that it may have.

    Raises `DataError` when the file is empty, too large, cannot be read, or is not text.
    """
    with opened(path, largest) as file:
        start = _read(file, _SAMPLE, path)
        return _unicode_encoding(start, path) or _eight_bit_encoding(start, file, path)


def start_encoding(start: bytes, path: Path) -> str:
    """Return the encoding of a text of which only the first bytes are known.

    Arguments:
        start: the first bytes.
        path: the file, for sentences.

    Raises `DataError` when the bytes are no text.

    >>> start_encoding(b"a,b", Path("table.txt"))
    'utf-8'
    """
    found = _unicode_encoding(start, path)
    if found is None and (b"\0" in start or _CONTROL.search(start)):
        raise _no_text(path, "it holds bytes that are no letters")
    if found is not None:
        return found
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return _FALLBACK
    return "utf-8"


@contextmanager
def opened(path: Path, largest: int = LARGEST_FILE) -> Iterator[io.RawIOBase]:
    """Open the text file at `path`. Raises `DataError` if it is empty or has more bytes than `largest`."""
    try:
        file = open_for_reading(path)
    except StorageError as error:
        raise DataError(str(error)) from error
    with file:
        check_size(path, read_stamp(path).size, largest)
        yield file  # type: ignore[misc]


def text_blocks(file: io.RawIOBase, path: Path, encoding: str) -> Iterator[tuple[str, int]]:
    """Yield the text of a file in pieces of about a megabyte, each with the number of bytes that are read by then.

    Arguments:
        file: the open file, at its beginning.
        path: the file, for sentences.
        encoding: as `recognise_encoding` returns it.

    Raises `DataError` when a byte has no meaning in the encoding, or the text holds a NUL character.
    """
    # A user who chooses UTF-8 does not know if there is a byte order mark.
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    done, last = 0, False
    while not last:
        content = _read(file, _BLOCK, path)
        last = not content
        try:
            text = decoder.decode(content, final=last)
        except UnicodeError as error:
            raise DataError(
                f"'{show_path(path.name)}' is not {describe_encoding(encoding)}: the text near byte "
                f"{describe_count(done)} cannot be "
                "read. Choose another encoding."
            ) from error
        if "\0" in text:
            raise _no_text(path, "it holds NUL characters")
        done += len(content)
        yield text, done


def split_lines(blocks: Iterator[str], path: Path) -> Iterator[str]:
    """Yield the lines of a text with their ends. A line ends with LF, CR LF, or CR; a file may mix them.

    Arguments:
        blocks: the text in pieces.
        path: the file, for sentences.

    Raises `DataError` when a line has more than `LONGEST_LINE` characters.

    >>> list(split_lines(iter(["a\\r", "\\nb\\rc", "d"]), Path("a.csv")))
    ['a\\r\\n', 'b\\r', 'cd']
    """
    rest, number = "", 0
    for block in blocks:
        lines = list(io.StringIO(rest + block, newline=""))
        # The last line may continue in the next block, and a CR at its end may be the first half of CR LF.
        rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        if len(rest) > LONGEST_LINE or (lines and len(max(lines, key=len)) > LONGEST_LINE):
            faulty = next((place for place, line in enumerate(lines) if len(line) > LONGEST_LINE), len(lines))
            raise DataError(
                f"Line {describe_count(number + faulty + 1)} of '{show_path(path.name)}' has more than "
                f"{describe_count(LONGEST_LINE)} characters. "
                "Choose a table with a line for each example."
            )
        number += len(lines)
        yield from lines
    if rest:
        yield rest


def _read(file: io.RawIOBase, count: int, path: Path) -> bytes:
    try:
        return file.read(count) or b""
    except OSError as error:
        raise DataError(f"Could not read '{show_path(path)}': {error.strerror or error}.") from error


def _unicode_encoding(start: bytes, path: Path) -> str | None:
    """Return the encoding if a byte order mark or zero bytes show it, else None."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not start.startswith(codecs.BOM_UTF32_LE):
        return "utf-16"
    return _utf_16_without_mark(start, path) if b"\0" in start else None


def _utf_16_without_mark(start: bytes, path: Path) -> str:
    """Decide from the places of the zero bytes: Western letters in UTF-16 have a zero in each second byte."""
    half = max(1, len(start) // 2)
    even, odd = start[::2].count(0) / half, start[1::2].count(0) / half
    if odd >= _LEAST_ZEROS and even <= _MOST_ZEROS_ELSEWHERE:
        return "utf-16-le"
    if even >= _LEAST_ZEROS and odd <= _MOST_ZEROS_ELSEWHERE:
        return "utf-16-be"
    raise _no_text(path, "it holds NUL bytes")


def _eight_bit_encoding(start: bytes, file: io.RawIOBase, path: Path) -> str:
    """Read the rest of the file, and decide between UTF-8 and the Western encodings of one byte for a letter."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, fallback, content = True, _FALLBACK, start
    while True:
        if b"\0" in content:
            raise _no_text(path, "it holds NUL bytes")
        try:
            if valid:
                decoder.decode(content, final=not content)
        except UnicodeDecodeError:
            valid = False
        if not content:
            break
        if not valid:
            if _CONTROL.search(content):
                raise _no_text(path, "it holds bytes that are no letters")
            fallback = "latin-1" if _has_no_meaning(content) else fallback
        content = _read(file, _BLOCK, path)
    return "utf-8" if valid else fallback


def _has_no_meaning(content: bytes) -> bool:
    """Return True if a byte is none of the letters of Windows-1252."""
    try:
        content.decode(_FALLBACK)
    except UnicodeDecodeError:
        return True
    return False


def _no_text(path: Path, reason: str) -> DataError:
    return DataError(
        f"'{show_path(path.name)}' is not text: {reason}. Choose a table that is saved as text, such as CSV."
    )
