"""The columns of a dataset, one line for each: what it is, its range and its histogram."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.formatting import UNKNOWN, format_count, format_value
from tinyml.core import describe_count
from tinyml.data import ColumnInfo, DataDescription
from tinyml.data.analysis import ColumnSummary, DataAnalysis
from tinyml.data.preprocessing import TableEncoding

_MOST_BARS = 20
"""Largest number of bars for categories or classes; the others are added up in the last bar."""


@dataclass(frozen=True, eq=False)
class ColumnRow:
    """One column.

    Attributes:
        name: of the column.
        kind: "number", "category" or "text".
        role: "input", "target" or "unused".
        values: its range, or how many different values it has.
        missing: number of examples without a value.
        bars: `(groups, bins)` the histogram; empty if there is none.
        by_class: True if the groups are the classes; else there is one group.
        about: one line about the histogram, for a tool tip and for screen readers.
    """

    name: str
    kind: str
    role: str
    values: str
    missing: int
    bars: np.ndarray
    by_class: bool
    about: str


def column_rows(analysis: DataAnalysis, description: DataDescription) -> tuple[ColumnRow, ...]:
    """Return a line for each column: the inputs, the targets, and the columns of a table that are not used.

    Arguments:
        analysis: what was found in the examples.
        description: of the dataset.
    """
    if description.columns:
        inputs = dict(_encoded(analysis.columns, description))
        targets = {summary.name: summary for summary in analysis.targets}
        return tuple(_table_row(column, inputs, targets, analysis) for column in description.columns)
    by_class = _is_by_class(analysis)
    rows = [_number_row(summary, "input", by_class) for summary in analysis.columns]
    rows += [_number_row(summary, "target", False) for summary in analysis.targets]
    return (*rows, *([_class_row("class", analysis)] if analysis.class_names else ()))


def _encoded(
    summaries: Sequence[ColumnSummary], description: DataDescription
) -> Iterator[tuple[str, tuple[tuple[str, ...], Sequence[ColumnSummary]]]]:
    """Yield the name of each input column of a table, with its categories and the numbers that it became."""
    if not isinstance(description.encoding, TableEncoding):
        return
    place = 0
    for column in description.encoding.columns:
        yield column.name, (column.categories, summaries[place : place + column.width])
        place += column.width


def _table_row(
    column: ColumnInfo,
    inputs: dict[str, tuple[tuple[str, ...], Sequence[ColumnSummary]]],
    targets: dict[str, ColumnSummary],
    analysis: DataAnalysis,
) -> ColumnRow:
    if column.role == "input" and column.name in inputs:
        categories, numbers = inputs[column.name]
        if categories:
            counts = [round(number.mean * number.count) if number.count else 0 for number in numbers]
            return _category_row(column.name, "input", categories, counts, column.missing)
        if numbers:
            return _number_row(numbers[0], "input", _is_by_class(analysis), column.name)
    if column.role == "target":
        if column.name in targets:
            return _number_row(targets[column.name], "target", False)
        if analysis.class_names:
            return _class_row(column.name, analysis)
    values = describe_count(column.distinct, "different value") if column.distinct else UNKNOWN
    nothing = np.zeros((1, 0), np.int64)
    return ColumnRow(column.name, column.kind, column.role, values, column.missing, nothing, False, "")


def _number_row(summary: ColumnSummary, role: str, by_class: bool, name: str = "") -> ColumnRow:
    bars = summary.counts if by_class else summary.counts.sum(axis=0, keepdims=True)
    low, high = (format_value(value) for value in (summary.minimum, summary.maximum))
    values = f"{low} … {high}" if summary.count else UNKNOWN
    about = f"mean {format_value(summary.mean)}, deviation {format_value(summary.deviation)}"
    if summary.is_constant:
        values, about = f"always {low}", "the same number in all examples"
    return ColumnRow(name or summary.name, "number", role, values, summary.missing, bars, by_class, about)


def _class_row(name: str, analysis: DataAnalysis) -> ColumnRow:
    counts = analysis.class_counts.sum(axis=0).tolist()
    row = _category_row(name, "target", analysis.class_names, counts, 0)
    # A bar for each class in its colour, as in the histograms of the inputs.
    return replace(row, bars=np.diag(row.bars[0]), by_class=True) if _is_by_class(analysis) else row


def _category_row(name: str, role: str, names: Sequence[str], counts: Sequence[int], missing: int) -> ColumnRow:
    shown = list(counts[:_MOST_BARS])
    if len(counts) > _MOST_BARS:
        shown[-1] += sum(counts[_MOST_BARS:])
    most = int(np.argmax(counts)) if len(counts) else 0
    about = f"most often {names[most]}, {format_count(counts[most])} times" if len(counts) else ""
    values = "1 category" if len(names) == 1 else f"{format_count(len(names))} categories"
    return ColumnRow(name, "category", role, values, missing, np.array([shown], np.int64), False, about)


def _is_by_class(analysis: DataAnalysis) -> bool:
    return bool(analysis.class_names) and analysis.group_names == analysis.class_names
