"""Sentences about the numbers of the inputs and about target numbers."""

from collections.abc import Sequence

import numpy as np

from tinyml.core import Array, describe_count
from tinyml.data.analysis.columns import ColumnSummary
from tinyml.data.analysis.finding import Finding, Severity, listed, number

_TOO_SIMILAR = 0.9999
"""From this correlation on, an input is probably a copy of the target."""
_LONG = 60
"""Vectors of more numbers than this are rather images or signals than rows of a table."""
_LARGE, _LARGE_RATIO = 100.0, 1000.0
"""Numbers should be scaled if they are larger than this, or if their sizes differ by this factor."""


def column_findings(columns: Sequence[ColumnSummary], are_scaled: bool, fills_missing: bool) -> list[Finding]:
    """Return sentences about the numbers of the inputs.

    Arguments:
        columns: the numbers.
        are_scaled: True if the preprocessing scales them.
        fills_missing: True if the preprocessing fills missing numbers.
    """
    if not columns:
        return []
    return [
        *_constant(columns),
        *_missing(columns, fills_missing),
        *_far(columns),
        *([] if are_scaled else _sizes(columns)),
    ]


def target_findings(targets: Sequence[ColumnSummary]) -> list[Finding]:
    """Return sentences about target numbers.

    Arguments:
        targets: the target numbers.
    """
    found = []
    for target in targets[:3]:
        if target.is_constant:
            sentence = f"The target '{target.name}' is always {number(target.mean)}, so there is nothing to learn."
            found.append(Finding("constant_target", f"{sentence} Choose another column.", "warning"))
        elif target.count:
            found.append(
                Finding(
                    "target",
                    f"The target '{target.name}' goes from {number(target.minimum)} to {number(target.maximum)}, mean "
                    f"{number(target.mean)}, deviation {number(target.deviation)}.",
                )
            )
    return found + [
        Finding(finding.kind, finding.sentence.replace("The input", "The target", 1), finding.severity)
        for finding in _far(targets)
    ]


def correlation_findings(names: Sequence[str], targets: Sequence[str], correlations: Array | None) -> list[Finding]:
    """Return sentences about inputs that are copies of a target number.

    Arguments:
        names: of the inputs.
        targets: names of the target numbers.
        correlations: `(inputs, targets)`; None if they were not computed.
    """
    if correlations is None:
        return []
    found = []
    for target, name in enumerate(targets):
        similar = np.flatnonzero(np.abs(correlations[:, target]) >= _TOO_SIMILAR)
        copies = [names[place] for place in similar.tolist()]
        if copies:
            says = "The input {} says" if len(copies) == 1 else "The inputs {} say"
            sentence = (
                f"{says.format(listed(copies))} nearly the same as the target '{name}' (correlation 1.00). If this is "
                "not known before the target is, leave it out of the inputs."
            )
            found.append(Finding("copy_of_target", sentence, "warning"))
    return found


def _constant(columns: Sequence[ColumnSummary]) -> list[Finding]:
    names = [column.name for column in columns if column.is_constant]
    if not names:
        return []
    words = f"The input {listed(names)} is" if len(names) == 1 else f"The inputs {listed(names)} are"
    # In long vectors such as images, some numbers are always the same. In a table this is a column to leave out.
    severity: Severity = "warning" if len(columns) <= _LONG else "information"
    return [Finding("constant_inputs", f"{words} always the same, so the network learns nothing from this.", severity)]


def _missing(columns: Sequence[ColumnSummary], fills_missing: bool) -> list[Finding]:
    found = []
    empty = [column.name for column in columns if not column.count and column.missing]
    if empty:
        words = f"The input {listed(empty)} has" if len(empty) == 1 else f"The inputs {listed(empty)} have"
        found.append(Finding("empty_inputs", f"{words} no number at all. Leave this out of the inputs.", "warning"))
    gaps = [column for column in columns if column.count and column.missing]
    if gaps:
        gaps.sort(key=lambda column: -column.missing)
        total = sum(column.missing for column in gaps)
        words = f"{describe_count(total, 'number')} of the inputs {listed([column.name for column in gaps])}"
        verb = "is" if total == 1 else "are"
        remedy = (
            "The mean of the training examples stands for each." if fills_missing else "Choose another data option."
        )
        found.append(Finding("missing", f"{words} {verb} missing. {remedy}"))
    return found


def _far(columns: Sequence[ColumnSummary]) -> list[Finding]:
    """Return a sentence about numbers far away from the others. Such numbers are often codes for a missing one."""
    found = []
    for column in [column for column in columns if column.far][:3]:
        above = column.maximum - column.mean >= column.mean - column.minimum
        extreme = f"the largest is {number(column.maximum)}" if above else f"the smallest is {number(column.minimum)}"
        has = "is" if column.far == 1 else "are"
        sentence = (
            f"{describe_count(column.far, 'number')} of the input '{column.name}' {has} far away from the others "
            f"({extreme}, the mean {number(column.mean)}). Check if they stand for a missing value or are errors."
        )
        found.append(Finding("far_numbers", sentence))
    return found


def _sizes(columns: Sequence[ColumnSummary]) -> list[Finding]:
    """Return a sentence about inputs that should be scaled."""
    sizes = {
        column.name: max(abs(column.minimum), abs(column.maximum))
        for column in columns
        if column.count and not column.is_constant
    }
    if not sizes:
        return []
    large, small = max(sizes, key=lambda name: sizes[name]), min(sizes, key=lambda name: sizes[name])
    remedy = "Training works better if the inputs are scaled: choose Standardise as scale."
    if sizes[large] > _LARGE_RATIO * sizes[small]:
        sentence = (
            f"The input '{large}' goes up to {number(sizes[large])}, '{small}' only up to {number(sizes[small])}."
        )
    elif sizes[large] > _LARGE:
        sentence = f"The input '{large}' goes up to {number(sizes[large])}."
    else:
        return []
    return [Finding("not_scaled", f"{sentence} {remedy}", "warning")]
