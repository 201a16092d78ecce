"""Read a whole table file into columns, and keep the last tables for the next question about them."""

import csv
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinyml.core import DataError
from tinyml.core.files import show_path
from tinyml.data.tables.column import Column, ColumnCollector
from tinyml.data.tables.dialect import read_rows
from tinyml.data.tables.layout import Layout, LayoutSettings, opened_lines, recognise_layout
from tinyml.data.tables.missing import MissingMarkers
from tinyml.data.tables.text_file import Stamp, read_stamp
from tinyml.data.tables.text_table import no_rows, wrong_quotes, wrong_width

Progress = Callable[[float], None]

_FIELDS_AT_ONCE = 20_000
"""So many fields are converted together: enough to be fast, few enough that other threads wait only milliseconds."""
_LEAST_ROWS_AT_ONCE = 60
"""Fewer rows would make each conversion too short, in a table of many columns."""
_FIRST_PASS = 0.9
"""Share of the progress that the first pass through the file takes."""
_MOST_KEPT = 2
_LARGEST_KEPT = 400_000_000


@dataclass(frozen=True, eq=False)
class ParsedTable:
    """A table in memory.

    Attributes:
        layout: how the file is written.
        columns: all columns, in the order of the file.
        count: number of rows.
        markers: the texts that stood for a missing value.
    """

    layout: Layout
    columns: tuple[Column, ...]
    count: int
    markers: tuple[str, ...]


def parse_table(
    path: Path,
    settings: LayoutSettings | None = None,
    more_markers: Sequence[str] = (),
    usual_markers: bool = True,
    progress: Progress | None = None,
) -> ParsedTable:
    """Read a table. A table that was read before and has not changed is returned at once.

    Arguments:
        path: the file.
        settings: what is known about the layout; None if nothing is.
        more_markers, usual_markers: see `MissingMarkers`.
        progress: called with the share that is read, from 0 to 1. An exception that it raises cancels the reading.

    Raises `DataError` when the file is no table, as `read_text_table` does, or changes while it is read.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "table.csv")
    >>> _ = path.write_text("size,colour\\n1.5,red\\n,blue\\n")
    >>> size, colour = parse_table(path).columns
    >>> size.numbers, colour.texts
    (array([1.5, nan]), ('red', 'blue'))
    """
    settings = settings or LayoutSettings()
    key = str(path), read_stamp(path), settings, tuple(more_markers), usual_markers
    kept = _KEPT.find(key)
    if kept is not None:
        return kept
    layout = recognise_layout(path, settings)
    table = _parse(path, layout, MissingMarkers(more_markers, usual_markers), key[1].size, progress or _ignore)
    if read_stamp(path) != key[1]:
        raise DataError(f"'{show_path(path.name)}' was changed while it was being read. Try again.")
    _KEPT.add(key, table)
    if progress is not None:
        progress(1.0)
    return table


def line_of(path: Path, layout: Layout, row: int) -> int:
    """Return the line of the file in which a row ends, counted from 1. The file is read again up to it.

    Arguments:
        path: the file.
        layout: its layout.
        row: index of the example.
    """
    with opened_lines(path, layout.encoding) as lines:
        reader = read_rows(lines, layout.dialect, strict=False)
        rows = (fields for fields in reader if fields)
        next(itertools.islice(rows, layout.skipped + layout.has_names + row, None), None)
        return reader.line


def forget_tables() -> None:
    """Drop all tables that are kept in memory."""
    _KEPT.clear()


def _ignore(_share: float) -> None:
    pass


def _parse(path: Path, layout: Layout, markers: MissingMarkers, size: int, progress: Progress) -> ParsedTable:
    collectors = [ColumnCollector(name, layout.decimal, markers) for name in layout.names]
    count = _read_through(path, layout, collectors, lambda done: progress(_FIRST_PASS * min(done / size, 1)))
    again = [place for place, collector in enumerate(collectors) if collector.must_be_read_again]
    if again:
        for place in again:
            collectors[place] = ColumnCollector(layout.names[place], layout.decimal, markers, collectors[place].fault)
        rest = 1 - _FIRST_PASS
        _read_through(path, layout, collectors, lambda done: progress(_FIRST_PASS + rest * min(done / size, 1)), again)
    if not count:
        raise no_rows(path)
    return ParsedTable(layout, tuple(collector.finish() for collector in collectors), count, markers.found)


def _read_through(
    path: Path,
    layout: Layout,
    collectors: Sequence[ColumnCollector],
    progress: Callable[[int], None],
    only: Sequence[int] | None = None,
) -> int:
    """Read the rows and add them to the collectors, or only to some of them; return the number of rows."""
    width, count, plain = len(collectors), 0, True

    def watch(text: str, done: int) -> None:
        nonlocal plain
        plain = plain and "_" not in text
        progress(done)

    with opened_lines(path, layout.encoding, watch=watch) as lines:
        reader = read_rows(lines, layout.dialect)
        unread = layout.skipped + layout.has_names
        at_once = max(_LEAST_ROWS_AT_ONCE, _FIELDS_AT_ONCE // width)
        try:
            while rows := list(itertools.islice(reader, at_once)):
                if set(map(len, rows)) != {width} or unread:
                    rows, unread = _check_rows(path, layout, rows, width, unread, count)
                if not rows:
                    continue
                columns = list(zip(*rows, strict=True))
                for place in range(width) if only is None else only:
                    collectors[place].add(columns[place], plain)
                count += len(rows)
        except csv.Error as error:
            raise wrong_quotes(path, reader.line, error) from error
    return count


def _check_rows(
    path: Path, layout: Layout, rows: list[list[str]], width: int, unread: int, count: int
) -> tuple[list[list[str]], int]:
    """Leave out empty rows and those before the first example; raise an error for a row of another width."""
    filled = [row for row in rows if row]
    left_out = min(unread, len(filled))
    filled = filled[left_out:]
    for place, row in enumerate(filled):
        if len(row) != width:
            line = line_of(path, layout, count + place)
            raise wrong_width(path, line, len(row), width)
    return filled, unread - left_out


_Key = tuple[str, Stamp, LayoutSettings, tuple[str, ...], bool]


class _KeptTables:
    """The last tables that were read, by file and options. Several threads may use it."""

    def __init__(self) -> None:
        self._tables: OrderedDict[_Key, ParsedTable] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: _Key) -> ParsedTable | None:
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
            return self._tables.get(key)

    def add(self, key: _Key, table: ParsedTable) -> None:
        if _memory(table) > _LARGEST_KEPT:
            return
        with self._lock:
            self._tables[key] = table
            while len(self._tables) > _MOST_KEPT or sum(map(_memory, self._tables.values())) > _LARGEST_KEPT:
                self._tables.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._tables.clear()


def _memory(table: ParsedTable) -> int:
    return sum(column.memory for column in table.columns)


_KEPT = _KeptTables()
