"""The columns of a table: which are inputs, which are targets, and which are not used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path
from tinyml.core.suggestions import did_you_mean
from tinyml.data.tables.column import LONGEST_CATEGORY, Column
from tinyml.data.tables.numbers import has_groups
from tinyml.data.tables.parsing import ParsedTable

TargetKind = Literal["automatic", "classes", "numbers"]
Kind = Literal["number", "category", "text"]

MOST_CATEGORIES = 50
"""A column with more different texts is not a category by itself. A user can still choose it as an input."""
MOST_CLASSES = 1000
"""The most classes, and the most categories of a column that a user chooses."""
MOST_NUMBERED_CLASSES = 20
"""Whole numbers are classes if there are at most this many different ones."""
MOST_INPUTS = 100_000
"""The most numbers of one example, after each category became a number of its own."""
_TARGET_NAMES = (
    *("class", "classes", "label", "labels", "target", "targets", "species", "category", "diagnosis", "outcome"),
    *("survived", "variety", "output", "result", "response", "quality", "price", "klasse", "ziel", "clase", "classe"),
    *("etiqueta", "cible", "类别", "标签", "目标"),
)
_SEVERAL_TARGETS = re.compile(r"(target|output|y)[ _]?\d+", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"(.*[ _.-])?(id|idx|index|no|nr|key|uuid|rownames|row ?number|编号)|unnamed: ?\d+", re.IGNORECASE
)
_CAMEL_IDENTIFIER = re.compile(r".*[a-z](Id|ID|No|Nr|Index)")


@dataclass(frozen=True)
class Roles:
    """How the columns of a table are used.

    Attributes:
        inputs: places of the columns that are inputs.
        targets: places of the columns that are targets; empty if there are no labels.
        classes: True if the targets are classes, False if they are numbers.
        findings: a sentence for each column, or group of columns, that was left out.
    """

    inputs: tuple[int, ...]
    targets: tuple[int, ...]
    classes: bool
    findings: tuple[str, ...] = field(default=())


def kind_of(column: Column, count: int) -> Kind:
    """Return the kind of a column.

    Numbers are a number, also if there are few others among them. Texts are a category if there are at most
    `MOST_CATEGORIES` different ones, each is in two rows on average, and none is long. Other texts are only texts.

    Arguments:
        column: the column.
        count: number of rows.
    """
    if column.numbers is not None or column.fault is not None:
        return "number"
    few = column.distinct <= MOST_CATEGORIES and _repeats(column, count)
    return "category" if few and not column.has_long_texts else "text"


def choose_roles(
    table: ParsedTable,
    name: str,
    inputs: Sequence[str] = (),
    targets: Sequence[str] = (),
    target_kind: TargetKind = "automatic",
) -> Roles:
    """Choose inputs and targets; what the user chose stays.

    The automatic target is the first column whose name is a usual name of targets ("class", "label", "target",
    "species", …), else all number columns named like "target_1" or "y2", else a column "y" at the first or last place,
    else the last column that is a number or has classes. Targets are classes if they are texts, or at most
    `MOST_NUMBERED_CLASSES` different whole numbers; else they are numbers.

    The automatic inputs are the other columns of numbers and categories, without those that only count the rows.

    Arguments:
        table: the table.
        name: name of the file, for sentences.
        inputs, targets: names of columns; empty for automatic.
        target_kind: what the targets are.

    Raises `DataError` when a chosen column is missing or cannot be used, or nothing is left to learn.
    """
    chosen_inputs, chosen_targets = _find(table, "inputs", inputs), _find(table, "targets", targets)
    both = set(chosen_inputs) & set(chosen_targets)
    if both:
        shown = table.columns[min(both)].name
        raise DataError(f"The column '{shown}' is both an input and a target. Remove it from one of them.")
    left = [place for place in range(len(table.columns)) if place not in chosen_inputs]
    found = chosen_targets or _find_targets(table, left, explicit_inputs=bool(inputs))
    for place in chosen_inputs:
        _check_input(table.columns[place])
    found_inputs, findings = (chosen_inputs, ()) if inputs else _find_inputs(table, found)
    if not found_inputs or not (found or inputs):
        raise DataError(
            f"'{show_path(name)}' has no column that can be an input: {_why_no_input(table)}. Choose another "
            "delimiter, or a table with columns of numbers or of few different texts."
        )
    return Roles(found_inputs, found, _are_classes(table, found, target_kind), findings)


def _find(table: ParsedTable, option: str, names: Sequence[str]) -> tuple[int, ...]:
    known = {column.name: place for place, column in enumerate(table.columns)}
    for name in names:
        if name not in known:
            raise DataError(
                f"The table has no column '{name}', which is chosen for the {option}.{did_you_mean(name, list(known))} "
                f"Its columns are: {_list(list(known))}."
            )
    return tuple(dict.fromkeys(known[name] for name in names))


def _find_targets(table: ParsedTable, left: Sequence[int], explicit_inputs: bool) -> tuple[int, ...]:
    """Return the places of the automatic targets. There are none if the user chose all columns as inputs."""
    columns = table.columns
    usable = [place for place in left if _can_be_target(columns[place], table.count)]
    names = {place: columns[place].name.strip().casefold() for place in usable}
    for usual in _TARGET_NAMES:
        for place in usable:
            if names[place] == usual:
                return (place,)
    several = [place for place in usable if _SEVERAL_TARGETS.fullmatch(names[place])]
    if len(several) < len(usable) and several and all(columns[place].numbers is not None for place in several):
        return tuple(several)
    ends = [place for place in usable if names[place] == "y" and place in (0, len(columns) - 1)]
    if ends:
        return (ends[0],)
    if not usable or (len(columns) == 1 and not explicit_inputs):
        return ()
    return (usable[-1],)


def _can_be_target(column: Column, count: int) -> bool:
    if column.missing == count:
        return False
    return kind_of(column, count) != "text" or (
        column.codes is not None
        and column.distinct <= MOST_CLASSES
        and _repeats(column, count)
        and not column.has_long_texts
    )


def _repeats(column: Column, count: int) -> bool:
    return 2 * column.distinct <= count - column.missing


def _are_classes(table: ParsedTable, targets: Sequence[int], target_kind: TargetKind) -> bool:
    columns = [table.columns[place] for place in targets]
    texts = [column for column in columns if column.numbers is None and column.fault is None]
    if target_kind == "automatic":
        only = columns[0] if len(columns) == 1 else None
        classes = only is not None and (bool(texts) or _has_numbered_classes(only, table.count))
    else:
        classes = target_kind == "classes"
    if classes and len(columns) > 1:
        raise DataError("Classes are in one column, but several targets are chosen. Choose one, or numbers as targets.")
    if not classes and texts:
        raise DataError(
            f"The target '{texts[0].name}' holds texts such as '{texts[0].texts[0]}', so it cannot be numbers. Choose "
            "classes as the kind of the target, or another target."
        )
    if classes:
        _refuse_long_texts(columns[0], "classes")
    if classes and (columns[0].distinct > MOST_CLASSES or (columns[0].numbers is None and columns[0].codes is None)):
        raise DataError(
            f"The target '{columns[0].name}' has more than {describe_count(MOST_CLASSES)} different values, too many "
            "for classes. "
            "Choose another target, or numbers as the kind of the target."
        )
    return classes


def _has_numbered_classes(column: Column, count: int) -> bool:
    return column.is_whole and column.distinct <= MOST_NUMBERED_CLASSES and _repeats(column, count)


def _check_input(column: Column) -> None:
    if column.numbers is None and column.fault is None and (column.codes is None or column.distinct > MOST_CLASSES):
        raise DataError(
            f"The column '{column.name}' has more than {describe_count(MOST_CLASSES)} different texts, so it cannot "
            "be an input. "
            "Choose other inputs."
        )
    _refuse_long_texts(column, "categories")


def _refuse_long_texts(column: Column, use: str) -> None:
    if column.has_long_texts:
        raise DataError(
            f"The column '{column.name}' holds texts of more than {LONGEST_CATEGORY} letters, too long for names "
            f"of {use}. Choose another column."
        )


def _find_inputs(table: ParsedTable, targets: Sequence[int]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the places of the automatic inputs, and sentences about the other columns."""
    found, counters, texts, empty, grouped = [], [], [], [], []
    example = ""
    for place, column in enumerate(table.columns):
        if place in targets:
            continue
        if column.missing == table.count:
            empty.append(column.name)
        elif _is_identifier(column, place, table):
            counters.append(column.name)
        elif kind_of(column, table.count) != "text":
            found.append(place)
        elif column.looks_grouped:
            example = example or next(filter(has_groups, column.texts))
            grouped.append(column.name)
        else:
            texts.append(column.name)
    findings = (
        (counters, "{count|counts} the rows, so {they are|it is} no {inputs|input}."),
        (texts, "{hold|holds} many different texts, so {they are|it is} no {inputs|input}."),
        (
            grouped,
            f"{{hold|holds}} numbers with groups of thousands, such as {example}, "
            "so {they are|it is} no {inputs|input}. Write the numbers without groups.",
        ),
        (empty, "{hold|holds} no values, so {they are|it is} no {inputs|input}."),
    )
    return tuple(found), tuple(_sentence(names, pattern) for names, pattern in findings if names)


def _is_identifier(column: Column, place: int, table: ParsedTable) -> bool:
    """Return True if a column holds different whole numbers, and its name or its counting says that it is a number of
    the row."""
    if not column.is_whole or column.missing or column.distinct < table.count or table.count < 3:
        return False
    name = column.name.strip()
    if _IDENTIFIER.fullmatch(name) or _CAMEL_IDENTIFIER.fullmatch(name):
        return True
    counts_up = column.numbers is not None and bool((np.diff(column.numbers) == 1).all())
    return place == 0 and name == "column 1" and counts_up


def _why_no_input(table: ParsedTable) -> str:
    if len(table.columns) == 1:
        return "it has one column only"
    return "apart from the target, its columns are empty, count the rows, or hold many different texts"


def _sentence(names: Sequence[str], pattern: str) -> str:
    """Write a sentence about columns; "{a|b}" is a for several of them and b for one."""
    single = len(names) == 1
    text = re.sub(r"\{([^|}]*)\|([^}]*)\}", lambda match: match[2] if single else match[1], pattern)
    return f"The {'column' if single else 'columns'} {_list(names)} {text}"


def _list(names: Sequence[str], most: int = 8) -> str:
    quoted = [f"'{name}'" for name in names[:most]]
    rest = len(names) - most
    if rest > 0:
        return f"{', '.join(quoted)} and {describe_count(rest)} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
