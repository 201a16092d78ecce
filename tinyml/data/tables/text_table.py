"""A small table of texts, such as a list of file names with their labels."""

import csv
from dataclasses import dataclass
from pathlib import Path

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path
from tinyml.data.tables.dialect import read_rows
from tinyml.data.tables.layout import Layout, LayoutSettings, opened_lines, recognise_layout

_LARGEST = 50_000_000
_MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class TextTable:
    """The rows of a table as texts.

    Attributes:
        layout: how the file is written; `layout.has_names` says if its first row holds names.
        header: a name for each column: "column 1", … if the file has no names.
        rows: the fields of each row, without spaces around them; each row has a field for each column.
        lines: for each row, the number of its last line in the file, counted from 1.
    """

    layout: Layout
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_text_table(
    path: Path, settings: LayoutSettings | None = None, largest: int = _LARGEST, most_rows: int = _MOST_ROWS
) -> TextTable:
    """Read a whole table as texts. Encoding, delimiter, quotes and names are recognised.

    Arguments:
        path: a file of text, such as CSV or TSV.
        settings: what is known about the layout; None if nothing is.
        largest: the most bytes of the file.
        most_rows: the most rows.

    Raises `DataError` when the file is no table: it is empty, too large, not text, its quotes are wrong, or a row has
    another number of fields than the first one.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "labels.csv")
    >>> _ = path.write_text("file,label\\na.png,cat\\nb.png,dog\\n")
    >>> table = read_text_table(path)
    >>> table.header, table.rows
    (('file', 'label'), (('a.png', 'cat'), ('b.png', 'dog')))
    """
    layout = recognise_layout(path, settings, largest)
    width = len(layout.names)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    with opened_lines(path, layout.encoding, largest) as content:
        reader = read_rows(content, layout.dialect)
        unread = layout.skipped + layout.has_names
        try:
            for row in reader:
                if not row:
                    continue
                if unread:
                    unread -= 1
                    continue
                if len(row) != width:
                    raise wrong_width(path, reader.line, len(row), width)
                if len(rows) >= most_rows:
                    raise DataError(
                        f"'{show_path(path.name)}' has more than {describe_count(most_rows)} rows. Keep a part of them."
                    )
                rows.append(tuple(field.strip() for field in row))
                lines.append(reader.line)
        except csv.Error as error:
            raise wrong_quotes(path, reader.line, error) from error
    if not rows:
        raise no_rows(path)
    return TextTable(layout, layout.names, tuple(rows), tuple(lines))


def wrong_width(path: Path, line: int, fields: int, width: int) -> DataError:
    """Return the error for a row with a wrong number of fields.

    Arguments:
        path: the file.
        line: number of the line in which the row ends.
        fields: number of fields of the row.
        width: number of columns.
    """
    return DataError(
        f"Line {describe_count(line)} of '{show_path(path.name)}' has {describe_count(fields)} "
        f"{'field' if fields == 1 else 'fields'}, but the "
        f"table has {describe_count(width)} {'column' if width == 1 else 'columns'}. Correct this line, or choose "
        "another delimiter."
    )


def wrong_quotes(path: Path, line: int, error: csv.Error) -> DataError:
    """Return the error for a row that the csv module cannot read.

    Arguments:
        path: the file.
        line: number of the line.
        error: the exception of the csv module.
    """
    if "larger than field limit" in str(error):
        return DataError(
            f"A field of '{show_path(path.name)}' that ends near line {describe_count(line)} has more than "
            f"{describe_count(csv.field_size_limit())} characters. Close its quotes, or leave the column out of the "
            "file."
        )
    return DataError(
        f"The quotes in '{show_path(path.name)}' are wrong near line {describe_count(line)}: a field does not end "
        "after its last "
        "quote. Correct the line, or choose that the table has no quotes."
    )


def no_rows(path: Path) -> DataError:
    """Return the error for a table without examples in the file `path`."""
    return DataError(
        f"'{show_path(path.name)}' holds the names of columns, but no rows. Choose a file with a row for each example."
    )
