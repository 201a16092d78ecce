"""The form of a table as text: what divides the fields, and the quotes around them."""

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from tinyml.data.tables.numbers import is_number

Delimiter = Literal["tab", "semicolon", "bar", "comma", "spaces"]
Quotes = Literal["double", "single", "none"]

_MARKS: dict[Delimiter, str] = {"tab": "\t", "semicolon": ";", "bar": "|", "comma": ",", "spaces": " "}
_QUOTES: dict[Quotes, str | None] = {"double": '"', "single": "'", "none": None}
_LEAST_AGREEMENT = 0.5
"""A mark that gives less than this share of the rows the same number of fields divides nothing."""
_LEAST_GAIN = 0.02
"""A mark must be better than the marks before it by this much."""
_UNDIVIDED_NAMES = 0.5
"""What a mark loses if it does not divide the first row."""
_SEPARATOR_LINE = re.compile(r"sep=([\t;|,])\s*", re.IGNORECASE)
_QUOTED_OR_NOT = {
    "double": re.compile(r'"((?:[^"]|"")*)"|(\S+)'),
    "single": re.compile(r"'((?:[^']|'')*)'|(\S+)"),
}
_SINGLE_QUOTED = re.compile(r"(?:^|[\t;|, ])'[^']*'(?=$|[\t;|, \r\n])")


class Dialect(NamedTuple):
    """How the fields of a table are written.

    Attributes:
        delimiter: what divides the fields of a row.
        quotes: the quotes around fields that hold a delimiter or a line end; doubled inside of the field.
    """

    delimiter: Delimiter
    quotes: Quotes = "double"


def recognise_quotes(lines: Iterable[str]) -> Quotes:
    """Return the quotes of a table with these `lines`: single ones if only they are around whole fields, else double.

    >>> recognise_quotes(["'a b',1"]), recognise_quotes(["it's,1"])
    ('single', 'double')
    """
    found_single = False
    for line in lines:
        if '"' in line:
            return "double"
        found_single = found_single or _SINGLE_QUOTED.search(line) is not None
    return "single" if found_single else "double"


def recognise_delimiter(lines: Sequence[str], quotes: Quotes) -> Delimiter:
    """Return the delimiter of a table.

    For each mark, two shares are added: the share of the rows with the most frequent number of fields (at least two),
    and the share of the fields that are numbers. A mark that does not divide the first row loses ½. The highest sum
    wins. If two are equal, the order is tab, semicolon,
    bar, comma, spaces. If no mark divides the rows, the table has one column, and the answer is the comma.

    Arguments:
        lines: the first lines of the table.
        quotes: the quotes around fields.

    >>> recognise_delimiter(["1,5;2,5", "3,5;4"], "double")
    'semicolon'
    """
    named = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if named:
        return next(name for name, mark in _MARKS.items() if mark == named[1])
    best: Delimiter = "comma"
    best_score = 0.0
    for delimiter in _MARKS:
        score = _score(lines, Dialect(delimiter, quotes))
        if score > best_score + _LEAST_GAIN:
            best, best_score = delimiter, score
    return best


def is_separator_line(line: str) -> bool:
    """Return True if a first line only names the delimiter, as Excel writes it.

    >>> is_separator_line("sep=;\\n")
    True
    """
    return _SEPARATOR_LINE.fullmatch(line) is not None


def read_rows(lines: Iterable[str], dialect: Dialect, strict: bool = True) -> "RowReader":
    """Return an iterator of the rows: lists of fields. It gives an empty list for an empty line.

    Arguments:
        lines: the lines of the table.
        dialect: how the fields are written.
        strict: True to raise `csv.Error` for wrong quotes.

    >>> list(read_rows(["a,'b,c'\\n"], Dialect("comma", "single")))
    [['a', 'b,c']]
    """
    return RowReader(lines, dialect, strict)


class RowReader:
    """Iterates over the rows of a table, and counts their lines.

    Arguments:
        lines, dialect, strict: as in `read_rows`.
    """

    def __init__(self, lines: Iterable[str], dialect: Dialect, strict: bool) -> None:
        quote = _QUOTES[dialect.quotes]
        self._line = 0
        self._reader = None
        if dialect.delimiter == "spaces":
            self.rows: Iterator[list[str]] = self._rows_between_spaces(lines, dialect.quotes)
        else:
            self._reader = csv.reader(
                lines,
                delimiter=_MARKS[dialect.delimiter],
                quotechar=quote,
                quoting=csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL,
                skipinitialspace=True,
                strict=strict,
            )
            self.rows = self._reader

    def __iter__(self) -> Iterator[list[str]]:
        return self.rows

    @property
    def line(self) -> int:
        """Number of lines that are read. It is the number of the line in which the last row ends."""
        return self._line if self._reader is None else self._reader.line_num

    def _rows_between_spaces(self, lines: Iterable[str], quotes: Quotes) -> Iterator[list[str]]:
        quote = _QUOTES[quotes]
        for line in lines:
            self._line += 1
            if quote is None or quote not in line:
                yield line.split()
            else:
                found = _QUOTED_OR_NOT[quotes].finditer(line)
                yield [match[2] or (match[1] or "").replace(quote * 2, quote) for match in found]


def sample_rows(lines: Iterable[str], dialect: Dialect) -> list[list[str]]:
    """Return the rows of some lines that are not empty, up to the first one that cannot be read.

    >>> sample_rows(["a,b", ""], Dialect("comma"))
    [['a', 'b']]
    """
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(row for row in read_rows(lines, dialect, strict=False) if row)
    return rows


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    rows = sample_rows(lines, dialect)
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return 0.0
    width, agreeing = counts.most_common(1)[0]
    if agreeing < _LEAST_AGREEMENT * len(rows):
        return 0.0
    fields = [field for row in rows if len(row) == width for field in row if field.strip()]
    texts = [field for field in fields if not (is_number(field) or is_number(field, "comma"))]
    if dialect.delimiter == "spaces" and sum(any(mark in text for mark in "\t;|,") for text in texts) > len(rows) / 2:
        return 0.0  # the spaces are inside of fields with another delimiter
    numbers = len(fields) - len(texts)
    # In "size;colour" above "4,5;red", the comma is no delimiter although it divides most rows.
    undivided_names = _UNDIVIDED_NAMES if len(rows[0]) == 1 else 0.0
    return agreeing / len(rows) + numbers / max(len(fields), 1) - undivided_names
