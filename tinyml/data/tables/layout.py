"""The layout of a table file: encoding, delimiter, quotes, decimal mark and names, recognised from its first lines."""

import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path
from tinyml.data.tables.dialect import (
    Delimiter,
    Dialect,
    Quotes,
    is_separator_line,
    recognise_delimiter,
    recognise_quotes,
    sample_rows,
)
from tinyml.data.tables.header import column_names, has_names
from tinyml.data.tables.numbers import DecimalMark, is_number, recognise_decimal_mark
from tinyml.data.tables.text_file import (
    LARGEST_FILE,
    opened,
    recognise_encoding,
    split_lines,
    start_encoding,
    text_blocks,
)

MOST_COLUMNS = 5000
"""The most columns of a table."""
_START = 16_384
_ENOUGH_ROWS = 10
_SAMPLE_LINES = 300
_SAMPLE_LETTERS = 300_000


class LayoutSettings(NamedTuple):
    """What a user says about the layout of a table; None for what is recognised.

    Attributes:
        encoding: a name that `bytes.decode` knows.
        delimiter, quotes: see `Dialect`.
        decimal: the decimal mark.
        names: True if the first row holds the names of the columns.
    """

    encoding: str | None = None
    delimiter: Delimiter | None = None
    quotes: Quotes | None = None
    decimal: DecimalMark | None = None
    names: bool | None = None


@dataclass(frozen=True)
class Layout:
    """The layout of a table.

    Attributes:
        encoding: the encoding, as `bytes.decode` names it.
        dialect: delimiter and quotes.
        decimal: the decimal mark.
        skipped: number of lines before the table, such as Excel's line "sep=;".
        has_names: True if the first row holds the names of the columns.
        names: a different name for each column.
        findings: sentences about names that had to be changed.
    """

    encoding: str
    dialect: Dialect
    decimal: DecimalMark
    skipped: int
    has_names: bool
    names: tuple[str, ...]
    findings: tuple[str, ...] = ()


def recognise_layout(path: Path, settings: LayoutSettings | None = None, largest: int = LARGEST_FILE) -> Layout:
    """Recognise the layout of a table file. It reads the file once for the encoding, and then its first 300 lines.

    Arguments:
        path: the file.
        settings: what is known; None if nothing is.
        largest: the most bytes of the file.

    Raises `DataError` when the file is no text, too large, empty, or has more than `MOST_COLUMNS` columns.
    """
    settings = settings or LayoutSettings()
    encoding = settings.encoding or recognise_encoding(path, largest)
    lines = _first_lines(path, encoding, largest)
    skipped = int(is_separator_line(lines[0]))
    quotes = settings.quotes or recognise_quotes(lines)
    delimiter = settings.delimiter or recognise_delimiter(lines, quotes)
    dialect = Dialect(delimiter, quotes)
    rows = sample_rows(lines[skipped:], dialect)
    if not rows:
        raise DataError(
            f"'{show_path(path.name)}' has no row that can be read: its first field is too long. Choose a table."
        )
    width = _width(rows)
    if width > MOST_COLUMNS:
        raise DataError(
            f"'{show_path(path.name)}' has {describe_count(width)} columns, but a table may have at most "
            f"{describe_count(MOST_COLUMNS)}. Leave out "
            "columns, or save the numbers as an NPZ file."
        )
    decimal = settings.decimal or recognise_decimal_mark(itertools.chain(*rows))
    named = has_names(rows, decimal) if settings.names is None else settings.names
    names, findings = column_names(rows[0] if named else None, width)
    return Layout(encoding, dialect, decimal, skipped, named, names, findings)


def is_table_text(path: Path) -> bool:
    """Return True if a text file looks like a table.

    Its first rows have the same number of fields, at least two, and there is a number below the first row, or there are
    ten rows: some sentences can have the same number of commas.

    Arguments:
        path: the file.
    """
    try:
        with opened(path) as file:
            start = file.read(_START) or b""
        encoding = start_encoding(start, path)
        text = start.decode(encoding, "ignore")
    except (DataError, OSError):
        return False
    lines = [line for line in io.StringIO(text, newline="") if line.strip()]
    # The last line may be cut off.
    lines = lines[:-1] if len(start) == _START else lines
    quotes = recognise_quotes(lines)
    rows = sample_rows(lines, Dialect(recognise_delimiter(lines, quotes), quotes))
    widths = {len(row) for row in rows[1:]}
    width = max(widths, default=0)
    # A first row with one field less holds the names of a table of R.
    alike = width > 1 and len(widths) == 1 and (len(rows[0]) == width or len(rows[0]) == width - 1 > 1)
    return alike and (len(rows) >= _ENOUGH_ROWS or any(map(_is_any_number, itertools.chain(*rows[1:]))))


@contextmanager
def opened_lines(
    path: Path, encoding: str, largest: int = LARGEST_FILE, watch: Callable[[str, int], None] | None = None
) -> Iterator[Iterator[str]]:
    """Open a text file and give its lines.

    Arguments:
        path: the file.
        encoding: as `recognise_encoding` returns it.
        largest: the most bytes of the file.
        watch: called with each piece of the text before its lines are given, and the number of bytes until its end.

    Raises `DataError` as `text_blocks` and `split_lines` do.
    """

    def texts(file: io.RawIOBase) -> Iterator[str]:
        for text, done in text_blocks(file, path, encoding):
            if watch is not None:
                watch(text, done)
            yield text

    with opened(path, largest) as file:
        yield split_lines(texts(file), path)


def _is_any_number(text: str) -> bool:
    return is_number(text) or is_number(text, "comma")


def _width(rows: list[list[str]]) -> int:
    """Return the number of columns: that of the first row, or one more if it leaves out one name, as in tables of R."""
    width = len(rows[0])
    below = Counter(len(row) for row in rows[1:]).most_common(1)
    return width + 1 if below and below[0][0] == width + 1 else width


def _first_lines(path: Path, encoding: str, largest: int) -> list[str]:
    """Return the first lines with text; the first one ends before a huge number of letters."""
    found: list[str] = []
    letters = 0
    with opened_lines(path, encoding, largest) as lines:
        for line in lines:
            if not line.strip():
                continue
            found.append(line)
            letters += len(line)
            if len(found) >= _SAMPLE_LINES or letters >= _SAMPLE_LETTERS:
                break
    if not found:
        raise DataError(f"'{show_path(path.name)}' holds only empty lines. Choose a file with a row for each example.")
    return found
