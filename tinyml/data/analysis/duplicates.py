"""Equal examples: inside the training part, across the parts (a leak), and with different classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tinyml.core import describe_count
from tinyml.data.analysis.finding import Finding
from tinyml.data.analysis.fingerprints import comparable
from tinyml.data.analysis.parts import PART_NAMES, stored_rows
from tinyml.data.dataset import Dataset

MOST_EXAMPLES = 10
"""Number of pairs that are named."""
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True)
class Leak:
    """Examples of one part that are also in another part.

    Attributes:
        part, other: names of the parts, such as "test" and "training".
        count: number of examples of `part` that are also in `other`.
        examples: pairs of an example of `part` and an equal one of `other`: their positions in the whole data, from 0.
            At most ten pairs.
    """

    part: str
    other: str
    count: int
    examples: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Duplicates:
    """All equal inputs of a dataset. Positions count in the whole data, from 0; at most ten pairs are named.

    Attributes:
        repeated: number of training examples that are equal to an earlier training example.
        repeated_examples: pairs of an example and the earlier one.
        leaks: equal examples in different parts; empty if there are none.
        contradictions: number of examples that are equal to an example of another class.
        contradictory_examples: pairs of equal examples of different classes.
    """

    repeated: int = 0
    repeated_examples: tuple[tuple[int, int], ...] = ()
    leaks: tuple[Leak, ...] = ()
    contradictions: int = 0
    contradictory_examples: tuple[tuple[int, int], ...] = field(default=())


def find_duplicates(parts: Sequence[Dataset], fingerprints: np.ndarray) -> Duplicates:
    """Find all equal examples.

    Arguments:
        parts: training, validation and test examples.
        fingerprints: `(N,)` of the examples of all parts, one part after the other.

    >>> from tinyml.data.analysis.fingerprints import fingerprints
    >>> data = Dataset.from_arrays([[1.0], [2.0], [1.0], [2.0]], [0, 0, 1, 0])
    >>> parts = [data.take(np.array(rows, int)) for rows in ([0, 1], [], [2, 3])]
    >>> found = find_duplicates(parts, fingerprints(comparable(data.stored_inputs)))
    >>> found.leaks[0].count, found.contradictions
    (2, 2)
    """
    members, groups = _equal_examples(parts, fingerprints)
    if not len(members):
        return Duplicates()
    part = np.repeat(np.arange(len(parts)), [len(each) for each in parts])[members]
    position = np.concatenate([stored_rows(each) for each in parts])[members]
    in_training = part == 0
    first = _first_of_group(in_training, groups)
    later = in_training & (first != np.arange(len(members)))
    leaks = [_find_leak(groups, part, position, one, other) for one, other in ((1, 0), (2, 0), (2, 1))]
    contradictory, pairs = _find_contradictions(parts, members, groups, position)
    return Duplicates(
        repeated=int(later.sum()),
        repeated_examples=_pairs(position, np.flatnonzero(later), first),
        leaks=tuple(leak for leak in leaks if leak.count),
        contradictions=contradictory,
        contradictory_examples=pairs,
    )


def duplicate_findings(duplicates: Duplicates, noun: str, few_values: bool) -> list[Finding]:
    """Return sentences about equal examples.

    Arguments:
        duplicates: what was found.
        noun: "image", "row" or "example".
        few_values: True if equal examples are to be expected, because the inputs have only a few different values.
    """
    found = []
    for leak in duplicates.leaks:
        one, other = leak.examples[0]
        use = "the test result is better than it will be on new data" if leak.part == "test" else "its loss is too low"
        effect = f", so {use}. Remove the copies from the data."
        if few_values:
            effect = f". Only few different {noun}s are possible, so this is no surprise."
        verb = "is" if leak.count == 1 else "are"
        found.append(
            Finding(
                "leak",
                f"{describe_count(leak.count, noun)} of the {leak.part} part {verb} also in the {leak.other} part "
                f"(such as number {one}, equal to number {other}){effect}",
                "information" if few_values else "warning",
            )
        )
    if duplicates.contradictions:
        one, other = duplicates.contradictory_examples[0]
        found.append(
            Finding(
                "contradiction",
                f"{describe_count(duplicates.contradictions, noun)} have an equal {noun} of another class (such as "
                f"numbers {one} and {other}), so no network can get all of them right"
                f"{'.' if few_values else '. Correct their classes.'}",
                "information" if few_values else "warning",
            )
        )
    if duplicates.repeated:
        one, other = duplicates.repeated_examples[0]
        verb = "repeats" if duplicates.repeated == 1 else "repeat"
        found.append(
            Finding(
                "repeated",
                f"{describe_count(duplicates.repeated, noun)} of the training part {verb} an earlier one (such as "
                f"number {one}, equal to number {other}).",
            )
        )
    return found or [Finding("no_duplicates", f"No {noun} twice.")]


def _equal_examples(parts: Sequence[Dataset], fingerprints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the examples that have an equal one, in order of the parts inside each group, and their groups."""
    order = np.argsort(fingerprints, kind="stable")
    sorted_prints = fingerprints[order]
    same_as_before = np.zeros(len(order), bool)
    same_as_before[1:] = sorted_prints[1:] == sorted_prints[:-1]
    chosen = same_as_before.copy()
    chosen[:-1] |= same_as_before[1:]
    members, groups = order[chosen], np.cumsum(~same_as_before)[chosen]
    if not len(members):
        return members, groups
    _, starts, groups = np.unique(groups, return_index=True, return_inverse=True)
    # Fingerprints can agree by chance, so the examples themselves decide.
    equal = np.ones(len(members), bool)
    for start in range(0, len(members), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        ours, firsts = _words(parts, members[rows]), _words(parts, members[starts[groups[rows]]])
        equal[rows] = (ours == firsts).all(axis=1)
    return members[equal], groups[equal]


def _words(parts: Sequence[Dataset], indices: np.ndarray) -> np.ndarray:
    """Return the examples at `indices`, which count through all parts, in comparable form."""
    ends = np.cumsum([len(part) for part in parts])
    which = np.searchsorted(ends, indices, side="right")
    result: np.ndarray | None = None
    for number, part in enumerate(parts):
        chosen = which == number
        if chosen.any():
            local = indices[chosen] - (ends[number] - len(part))
            words = comparable(part.stored_inputs[stored_rows(part)[local]])
            result = np.empty((len(indices), words.shape[1]), np.uint64) if result is None else result
            result[chosen] = words
    assert result is not None
    return result


def _first_of_group(chosen: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return for each member the first chosen member of its group; -1 if there is none."""
    first = np.full(int(groups.max()) + 1, -1)
    places = np.flatnonzero(chosen)[::-1]
    first[groups[places]] = places  # the last assignment remains, which is the first place
    result: np.ndarray = first[groups]
    return result


def _find_leak(groups: np.ndarray, part: np.ndarray, position: np.ndarray, one: int, other: int) -> Leak:
    first = _first_of_group(part == other, groups)
    leaked = np.flatnonzero((part == one) & (first >= 0))
    return Leak(PART_NAMES[one], PART_NAMES[other], len(leaked), _pairs(position, leaked, first))


def _find_contradictions(
    parts: Sequence[Dataset], members: np.ndarray, groups: np.ndarray, position: np.ndarray
) -> tuple[int, tuple[tuple[int, int], ...]]:
    if not parts[0].description.has_classes:
        return 0, ()
    labels = np.concatenate([part.labels for part in parts])[members]
    first = _first_of_group(np.ones(len(members), bool), groups)
    differs = labels != labels[first]
    contradictory = np.zeros(int(groups.max()) + 1, bool)
    contradictory[groups[differs]] = True
    return int(contradictory[groups].sum()), _pairs(position, np.flatnonzero(differs), first)


def _pairs(position: np.ndarray, members: np.ndarray, first: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Return the positions of the first members in order, each with that of its equal."""
    chosen = members[np.argsort(position[members], kind="stable")[:MOST_EXAMPLES]]
    return tuple(zip(position[chosen].tolist(), position[first[chosen]].tolist(), strict=True))
