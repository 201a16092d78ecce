"""How many examples each class has, in each part."""

from collections.abc import Sequence

import numpy as np

from tinyml.core import describe_count
from tinyml.data.analysis.finding import Finding, listed
from tinyml.data.analysis.parts import PART_NAMES
from tinyml.data.dataset import Dataset

_BALANCED, _UNBALANCED = 1.5, 10.0
"""Largest class divided by the smallest: balanced up to the first ratio; from the second on it is a warning."""


def count_classes(parts: Sequence[Dataset]) -> np.ndarray:
    """Return the number of examples of each class in each part, `(parts, classes)`.

    >>> data = Dataset.from_arrays([[0.0], [1.0], [2.0]], [0, 1, 1])
    >>> count_classes([data.take(np.array([0, 1])), data.take(np.array([2]))]).tolist()
    [[1, 1], [0, 1]]
    """
    classes = len(parts[0].description.class_names)
    if not classes:
        return np.zeros((len(parts), 0), np.int64)
    return np.array([np.bincount(part.labels, minlength=classes) for part in parts], np.int64)


def class_findings(counts: np.ndarray, names: Sequence[str], noun: str) -> list[Finding]:
    """Return sentences about the balance of the classes, missing classes and classes with one example.

    Arguments:
        counts: `(3, classes)` from `count_classes`.
        names: a name for each class.
        noun: "image", "row" or "example".
    """
    totals = counts.sum(axis=0)
    present = np.flatnonzero(totals)
    if not len(present):
        return []
    if len(present) == 1:
        return [
            Finding(
                "one_class",
                f"All examples belong to the class '{names[present[0]]}', so there is nothing to tell apart. Add "
                f"{noun}s of another class, or choose the input itself as the target.",
                "warning",
            )
        ]
    return [_balance(totals, names, present), *_gaps(counts, totals, names, noun)]


def _balance(totals: np.ndarray, names: Sequence[str], present: np.ndarray) -> Finding:
    largest = int(totals.argmax())
    smallest = int(present[totals[present].argmin()])
    ratio = totals[largest] / totals[smallest]
    if totals[largest] == totals[smallest]:
        return Finding("balance", "Balanced: all classes have the same number of examples.")
    if ratio <= _BALANCED:
        return Finding("balance", f"Balanced: the largest class is {ratio:.2f} times the smallest.")
    share = totals[largest] / totals.sum()
    sentence = (
        f"Not balanced: '{names[largest]}' has {describe_count(int(totals[largest]), 'example')}, '{names[smallest]}' "
        f"has {totals[smallest]}. A network that always answers '{names[largest]}' is right for {share:.0%}, so "
        "compare the accuracy with this."
    )
    return Finding("balance", sentence, "warning" if ratio >= _UNBALANCED else "information")


def _gaps(counts: np.ndarray, totals: np.ndarray, names: Sequence[str], noun: str) -> list[Finding]:
    """Return sentences about classes that have no example, one example, or none in a part."""
    found = []
    empty = [names[label] for label in np.flatnonzero(totals == 0).tolist()]
    if empty:
        has = "The class {} has" if len(empty) == 1 else "The classes {} have"
        sentence = f"{has.format(listed(empty))} no {noun} at all, so the network cannot learn to answer this."
        found.append(Finding("empty_class", sentence + " Add some, or remove the name.", "warning"))
    single = [names[label] for label in np.flatnonzero(totals == 1).tolist()]
    if single:
        has = "The class {} has" if len(single) == 1 else "The classes {} have"
        sentence = f"{has.format(listed(single))} only one {noun}, which is in one part only. Add more."
        found.append(Finding("single_example", sentence, "warning"))
    for part, name in enumerate(PART_NAMES):
        absent = [names[label] for label in np.flatnonzero((counts[part] == 0) & (totals > 1)).tolist()]
        if absent and counts[part].any():
            found.append(_absent(name, absent, noun))
    return found


def _absent(part: str, absent: list[str], noun: str) -> Finding:
    has = "The class {} has" if len(absent) == 1 else "The classes {} have"
    them = "it" if len(absent) == 1 else "them"
    effect, remedy = (
        (f"the network cannot learn {them}", "Keep the classes even in the split, or add more.")
        if part == "training"
        else (f"its result says nothing about {them}", "Give this part a larger share, or add more.")
    )
    sentence = f"{has.format(listed(absent))} no {noun} in the {part} part, so {effect}. {remedy}"
    return Finding("absent_class", sentence, "warning")
