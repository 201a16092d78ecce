"""How a table becomes examples: the rows that are kept, the numbers of each example, and their names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core import Array, DataError, describe_count
from tinyml.core.files import show_path
from tinyml.data.tables.column import Column
from tinyml.data.tables.numbers import DecimalMark, has_groups
from tinyml.data.tables.order import name_number, sort_texts
from tinyml.data.tables.parsing import ParsedTable, line_of
from tinyml.data.tables.roles import MOST_INPUTS, Roles

MissingRule = Literal["fill", "leave out rows"]
"""A missing number becomes the mean of the training examples, or a row with a missing value is left out."""

_LONGEST_SHOWN = 60


class InputColumn(NamedTuple):
    """A column that is an input.

    Attributes:
        place: its place in the table.
        name: its name.
        categories: its texts, sorted, each of which is a number of the example; empty for a column of numbers.
    """

    place: int
    name: str
    categories: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each number of the example."""
        return tuple(f"{self.name} = {text}" for text in self.categories) or (self.name,)


@dataclass(frozen=True, eq=False)
class TablePlan:
    """How a table becomes examples.

    Attributes:
        rows: `(N,)` indices of the rows that are kept.
        inputs: the columns that are inputs.
        targets: the columns that are targets.
        class_names: a name for each class; empty if the targets are numbers, or there are none.
        labels: `(N,)` int64: the class of each row that is kept; empty if there are no classes.
        findings: sentences about missing values.
    """

    rows: np.ndarray
    inputs: tuple[InputColumn, ...]
    targets: tuple[Column, ...]
    class_names: tuple[str, ...]
    labels: np.ndarray
    findings: tuple[str, ...]

    @property
    def input_names(self) -> tuple[str, ...]:
        """A name for each number of an example."""
        return tuple(name for column in self.inputs for name in column.names)


def plan_table(table: ParsedTable, path: Path, roles: Roles, rule: MissingRule = "fill") -> TablePlan:
    """Decide which rows and numbers the examples have.

    A row without a target is always left out. A missing category is 0 in all its numbers.

    Arguments:
        table: the table.
        path: its file, for sentences.
        roles: inputs and targets.
        rule: what happens to missing inputs.

    Raises `DataError` when a column of numbers holds a text, no row is left, or an example has too many numbers.
    """
    inputs = [table.columns[place] for place in roles.inputs]
    targets = tuple(table.columns[place] for place in roles.targets)
    for column in (*inputs, *(() if roles.classes else targets)):
        _refuse_fault(column, table, path)
    kept, findings = _kept_rows(table, path, inputs, targets, rule)
    rows = np.flatnonzero(kept)
    names, labels = _classes(targets[0], rows, table.layout.decimal) if roles.classes else ((), np.zeros(0, np.int64))
    columns = tuple(
        InputColumn(place, column.name, sort_texts(column.texts, table.layout.decimal) if _is_text(column) else ())
        for place, column in zip(roles.inputs, inputs, strict=True)
    )
    width = sum(len(column.names) for column in columns)
    if width > MOST_INPUTS:
        raise DataError(
            f"The inputs have {describe_count(width)} numbers for each example, but {describe_count(MOST_INPUTS)} is "
            "the most. Choose fewer inputs."
        )
    return TablePlan(rows, columns, targets, names, labels, findings)


def fill_inputs(table: ParsedTable, plan: TablePlan, progress: Callable[[float], None] | None = None) -> Array:
    """Return the inputs of all examples. Missing numbers are NaN; `Scaling` fills them.

    Arguments:
        table: the table.
        plan: its plan.
        progress: called with the share that is done.

    Shapes: `(N, D)` float32.
    """
    result = np.zeros((len(plan.rows), len(plan.input_names)), np.float32)
    place = 0
    for number, chosen in enumerate(plan.inputs, start=1):
        column = table.columns[chosen.place]
        if column.numbers is not None:
            result[:, place] = column.numbers[plan.rows]
        elif column.codes is not None:
            codes = _new_codes(column, chosen.categories)[column.codes[plan.rows]]
            known = np.flatnonzero(codes >= 0)
            result[known, place + codes[known]] = 1
        place += len(chosen.names)
        if progress is not None:
            progress(number / len(plan.inputs))
    return result


def target_numbers(plan: TablePlan) -> Array:
    """Return the target numbers of all examples.

    Arguments:
        plan: the plan of a table whose targets are numbers.

    Shapes: `(N, targets)` float32.
    """
    columns = [column.numbers[plan.rows] for column in plan.targets if column.numbers is not None]
    return np.stack(columns, axis=1).astype(np.float32)


def _is_text(column: Column) -> bool:
    return column.numbers is None


def _refuse_fault(column: Column, table: ParsedTable, path: Path) -> None:
    if column.fault is None:
        return
    line, text = line_of(path, table.layout, column.fault.row), column.fault.text.strip()
    shown = show_path(text) if len(text) <= _LONGEST_SHOWN else f"{show_path(text[:_LONGEST_SHOWN])}…"
    place = f"Line {describe_count(line)} of '{show_path(path.name)}'"
    where = f"{place} has '{shown}' in the column of numbers '{column.name}'"
    if has_groups(text):
        raise DataError(f"{where}. Write it without groups of thousands, or choose another decimal mark.")
    raise DataError(
        f"{where}. Correct it, add '{shown}' to the texts for missing values, or leave the column out of the inputs."
    )


def _missing(column: Column) -> np.ndarray:
    missing: np.ndarray
    if column.numbers is not None:
        missing = np.isnan(column.numbers)
    else:
        missing = column.codes < 0 if column.codes is not None else np.zeros(0, bool)
    return missing


def _kept_rows(
    table: ParsedTable, path: Path, inputs: Sequence[Column], targets: Sequence[Column], rule: MissingRule
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return True for each row that is kept, and sentences about the missing values."""
    kept = np.ones(table.count, bool)
    findings = []
    for column in targets:
        if column.missing:
            kept &= ~_missing(column)
    without = table.count - int(kept.sum())
    if without:
        findings.append(f"{_rows(without)} without a target {'is' if without == 1 else 'are'} left out.")
    incomplete = [column for column in inputs if column.missing]
    if incomplete and rule == "leave out rows":
        before = int(kept.sum())
        for column in incomplete:
            kept &= ~_missing(column)
        left_out = before - int(kept.sum())
        if left_out:
            findings.append(f"{_rows(left_out)} with missing values {'is' if left_out == 1 else 'are'} left out.")
    elif incomplete:
        findings.extend(_describe_filling(incomplete))
    if not kept.any():
        raise DataError(
            f"No row of '{show_path(path.name)}' has a value in every column that is needed. Choose other inputs "
            "or targets" + (", or let missing values be filled." if rule == "leave out rows" else ".")
        )
    return kept, tuple(findings)


def _describe_filling(incomplete: Sequence[Column]) -> list[str]:
    sentences = []
    numbers = sum(column.missing for column in incomplete if not _is_text(column))
    categories = sum(column.missing for column in incomplete if _is_text(column))
    if numbers:
        subject = "1 missing number is" if numbers == 1 else f"{describe_count(numbers)} missing numbers are"
        sentences.append(f"{subject} filled with the mean of the training examples.")
    if categories:
        subject = "1 missing category is" if categories == 1 else f"{describe_count(categories)} missing categories are"
        sentences.append(f"{subject} 0 for each of its texts." if categories == 1 else f"{subject} 0 for each text.")
    return sentences


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{describe_count(count)} rows"


def _classes(column: Column, rows: np.ndarray, mark: DecimalMark) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of the classes that occur in some rows, and the class of each of these rows."""
    if column.numbers is not None:
        numbers, labels = np.unique(column.numbers[rows], return_inverse=True)
        return tuple(name_number(float(number)) for number in numbers), labels.astype(np.int64)
    codes = column.codes if column.codes is not None else np.zeros(0, np.int32)
    used = np.unique(codes[rows])
    names = sort_texts((column.texts[code] for code in used), mark)
    return names, _new_codes(column, names)[codes[rows]].astype(np.int64)


def _new_codes(column: Column, names: Sequence[str]) -> np.ndarray:
    """Return the place in `names` of each text of a column, -1 for a text that is not there and for a missing value."""
    place_of = {name: place for place, name in enumerate(names)}
    return np.array([*(place_of.get(text, -1) for text in column.texts), -1], np.int64)
