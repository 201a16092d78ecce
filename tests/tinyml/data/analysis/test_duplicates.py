"""Equal examples are found, in the training part and across the parts, and each pair is named."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.data import Dataset
from tinyml.data.analysis.duplicates import Duplicates, duplicate_findings, find_duplicates
from tinyml.data.analysis.fingerprints import comparable, fingerprints


def parts_of(data: Dataset, rows: list[list[int]]) -> list[Dataset]:
    return [data.take(np.array(each, int)) for each in rows]


def find(parts: list[Dataset]) -> Duplicates:
    prints = [fingerprints(comparable(part.stored_inputs[part.rows])) for part in parts]
    return find_duplicates(parts, np.concatenate(prints))


@settings(max_examples=40)
@given(
    values=st.lists(st.integers(0, 4), min_size=3, max_size=30),
    places=st.lists(st.integers(0, 2), min_size=30, max_size=30),
    labels=st.lists(st.integers(0, 1), min_size=30, max_size=30),
)
def test_counts_agree_with_plain_loops(values: list[int], places: list[int], labels: list[int]) -> None:
    inputs = np.array(values, np.float32)[:, np.newaxis] / 3
    data = Dataset.from_arrays(inputs, np.array(labels[: len(values)]))
    rows = [[row for row in range(len(values)) if places[row] == part] for part in range(3)]
    found = find(parts_of(data, rows))
    seen = [{values[row] for row in part} for part in rows]
    assert found.repeated == len(rows[0]) - len(seen[0])
    for name, other, one, two in (
        ("validation", "training", 1, 0),
        ("test", "training", 2, 0),
        ("test", "validation", 2, 1),
    ):
        count = sum(values[row] in seen[two] for row in rows[one])
        leaks = [leak for leak in found.leaks if (leak.part, leak.other) == (name, other)]
        assert [leak.count for leak in leaks] == [count] * bool(count)
        for leak in leaks:
            for example, equal in leak.examples:
                assert example in rows[one]
                assert equal in rows[two]
                assert values[example] == values[equal]
    classes = defaultdict(set)
    for value, label in zip(values, labels, strict=False):
        classes[value].add(label)
    assert found.contradictions == sum(len(classes[value]) > 1 for value in values)
    for one, two in found.contradictory_examples:
        assert values[one] == values[two]
        assert labels[one] != labels[two]


def test_examples_are_named_in_order_and_at_most_ten() -> None:
    images = np.zeros((40, 1, 3, 5), np.uint8)
    images[:20, 0, 0, 0] = images[20:, 0, 0, 0] = np.arange(20)
    found = find(parts_of(Dataset.from_arrays(images, np.zeros(40, int)), [list(range(20)), [], list(range(20, 40))]))
    (leak,) = found.leaks
    assert (leak.part, leak.other, leak.count) == ("test", "training", 20)
    assert leak.examples == tuple((20 + number, number) for number in range(10))
    assert (found.repeated, found.contradictions) == (0, 0)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("width", [1, 7, 8, 9, 784])
def test_a_change_of_one_number_changes_the_fingerprint(dtype: Any, width: int) -> None:
    row = np.random.default_rng(0).integers(0, 200, width).astype(dtype)
    rows = np.tile(row, (width + 1, 1))
    rows[np.arange(width), np.arange(width)] += 1
    prints = fingerprints(comparable(rows))
    assert len(set(prints.tolist())) == width + 1


def test_many_different_examples_have_different_fingerprints() -> None:
    # Rows that differ in a few bits only: a weak sum of products would give many of them the same number.
    numbers = np.arange(200_000, dtype=np.uint64)
    words = np.stack([numbers << np.uint64(56), (numbers >> np.uint64(8)) << np.uint64(56)], axis=1)
    words = np.concatenate([words, words[:, ::-1] + np.uint64(1)])
    different = len(np.unique(words, axis=0))
    assert len(np.unique(fingerprints(words))) == different


def test_equal_numbers_are_equal_whatever_their_bits() -> None:
    quiet, other = np.array([0x7FC00000, 0x7FC00001], np.uint32).view(np.float32)
    rows = np.array([[0.0, quiet], [-0.0, other], [0.0, 1.0]], np.float32)
    one, two, three = comparable(rows).tolist()
    assert one == two != three


def test_examples_with_the_same_fingerprint_by_chance_are_no_duplicates() -> None:
    data = Dataset.from_arrays(np.arange(6, dtype=np.float32), np.zeros(6, int))
    parts = parts_of(data, [[0, 1], [2, 3], [4, 5]])
    assert find_duplicates(parts, np.zeros(6, np.uint64)) == Duplicates()


def test_no_examples_at_all() -> None:
    data = Dataset.from_arrays(np.zeros((3, 2), np.float32), np.zeros(3, int))
    parts = parts_of(data, [[], [], []])
    assert find_duplicates(parts, np.zeros(0, np.uint64)) == Duplicates()


def test_sentences_name_the_culprits_and_the_remedy() -> None:
    images = np.array([1, 2, 2, 3, 1, 1], np.uint8).reshape(6, 1, 1, 1)
    data = Dataset.from_arrays(images, np.array([0, 1, 1, 0, 0, 1]))
    findings = duplicate_findings(find(parts_of(data, [[0, 1, 2], [3], [4, 5]])), "image", few_values=False)
    assert [(finding.kind, finding.severity) for finding in findings] == [
        ("leak", "warning"),
        ("contradiction", "warning"),
        ("repeated", "information"),
    ]
    leak, contradiction, repeated = (finding.sentence for finding in findings)
    assert leak.startswith("2 images of the test part are also in the training part (such as number 4, equal to number")
    assert leak.endswith("Remove the copies from the data.")
    assert "3 images have an equal image of another class (such as numbers 5 and 0)" in contradiction
    assert repeated == "1 image of the training part repeats an earlier one (such as number 2, equal to number 1)."
    assert all(one != two for one, two in pairwise([leak, contradiction, repeated]))


def test_equal_rows_are_no_warning_if_they_are_to_be_expected() -> None:
    found = find(parts_of(Dataset.from_arrays([[0.0], [0.0]], [0, 1]), [[0], [], [1]]))
    assert {finding.severity for finding in duplicate_findings(found, "row", few_values=True)} == {"information"}
    (nothing,) = duplicate_findings(Duplicates(), "image", few_values=False)
    assert nothing.sentence == "No image twice."
