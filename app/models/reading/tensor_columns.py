"""The columns of the tensor table: their titles, and how each writes, copies and sorts a tensor."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.formatting import format_count, format_number
from app.widgets.plain_text import short
from tinyml.core import describe_shape
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

_LONGEST_NAME = 200
_DIGITS = 4
"""Significant digits of a statistic."""
_LARGEST_EXACT = 10**7
"""Larger integers are written with significant digits, as they would not fit into the column."""


@dataclass(frozen=True)
class TensorRow:
    """One tensor of the table.

    Attributes:
        header: name, shape and type of the numbers.
        summary: its statistics; None while they are not known.
    """

    header: TensorHeader
    summary: TensorSummary | None = None


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        title: the text of its header.
        tip: the tool tip of its header.
        write: returns the text of a cell.
        copy: returns the same for a spreadsheet, with full precision.
        number: True for a column of numbers, which is aligned to the right.
        statistic: the attribute of the summary that the column shows; empty for a column that shows the header.
        widest: a text as wide as the column should be; empty if the title decides.
    """

    title: str
    tip: str
    write: Callable[[TensorRow], str]
    copy: Callable[[TensorRow], str]
    number: bool = True
    statistic: str = ""
    widest: str = ""


def _statistic(title: str, tip: str, name: str) -> Column:
    """Return the column of one statistic, which is unknown until the tensor is summarised."""

    def value(row: TensorRow) -> float | None:
        found: float | None = getattr(row.summary, name, None)
        return found

    def write(row: TensorRow) -> str:
        found = value(row)
        if found is None:
            return ""
        # A whole number of an integer type is exact, such as a number of batches.
        exact = "int" in row.header.dtype and found.is_integer() and abs(found) < _LARGEST_EXACT
        return format_count(int(found)) if exact else format_number(found, _DIGITS)

    def copy(row: TensorRow) -> str:
        found = value(row)
        return "" if found is None else repr(found)

    return Column(title, tip, write, copy, statistic=name, widest="−0.000e−00")


def _write_non_finite(row: TensorRow) -> str:
    return "" if row.summary is None else format_count(row.summary.non_finite)


def _copy_non_finite(row: TensorRow) -> str:
    return "" if row.summary is None else repr(row.summary.non_finite)


COLUMNS = (
    Column(
        "Name",
        "Layer and parameter",
        lambda row: short(row.header.name, _LONGEST_NAME),
        # A name from a file may hold anything. A tab or a line break would break the table.
        lambda row: " ".join(row.header.name.split()),
        number=False,
    ),
    Column(
        "Shape",
        "Size of each axis",
        lambda row: describe_shape(row.header.shape),
        lambda row: describe_shape(row.header.shape),
    ),
    Column("Type", "Type of the numbers", lambda row: row.header.dtype, lambda row: row.header.dtype, number=False),
    Column("Count", "How many numbers", lambda row: format_count(row.header.count), lambda row: repr(row.header.count)),
    _statistic("Min", "Smallest finite number", "minimum"),
    _statistic("Max", "Largest finite number", "maximum"),
    _statistic("Mean", "Mean of the finite numbers", "mean"),
    _statistic("Std", "Standard deviation of the finite numbers", "standard_deviation"),
    Column(
        "Non-finite",
        "How many numbers are NaN or infinite",
        _write_non_finite,
        _copy_non_finite,
        statistic="non_finite",
    ),
)
"""All columns: first those of the header, then those of the summary."""

TYPE = next(number for number, column in enumerate(COLUMNS) if column.title == "Type")
"""The column of the types of the numbers."""

HEADER_COLUMNS = sum(not column.statistic for column in COLUMNS)
"""How many columns show the header. The others are empty until the tensor is summarised."""


def write_tsv(rows: Iterable[TensorRow]) -> str:
    """Return `rows` as tab-separated text with a header line and full precision, for spreadsheets."""
    lines = ["\t".join(column.title for column in COLUMNS)]
    lines.extend("\t".join(column.copy(row) for column in COLUMNS) for row in rows)
    return "\n".join(lines) + "\n"
