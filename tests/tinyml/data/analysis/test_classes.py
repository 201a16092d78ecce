"""Sentences about classes: balance, classes without examples, with one, or missing from a part."""

import numpy as np
import pytest

from tinyml.data import DataChoice, Dataset, load, split
from tinyml.data.analysis.classes import class_findings, count_classes

NAMES = ("cat", "dog", "猫", "قط")


def sentences(*rows: list[int], noun: str = "image") -> dict[str, tuple[str, str]]:
    counts = np.array(rows)
    found = class_findings(counts, NAMES[: counts.shape[1]], noun)
    assert len({finding.kind for finding in found}) == len(found)
    return {finding.kind: (finding.severity, finding.sentence) for finding in found}


def test_counts_of_a_split_add_up() -> None:
    digits = load("digits")
    counts = count_classes(split(digits, DataChoice()))
    assert counts.shape == (3, 10)
    np.testing.assert_array_equal(counts.sum(axis=0), np.bincount(digits.labels))
    assert counts.sum(axis=1).tolist() == [1258, 180, 359]


@pytest.mark.parametrize(
    ("largest", "severity", "words"),
    [
        (30, "information", "Balanced: all classes have the same number of examples."),
        (38, "information", "Balanced: the largest class is 1.27 times the smallest."),
        (120, "information", "Not balanced: 'dog' has 120 examples, 'cat' has 30. A network that always answers 'dog'"),
        (900, "warning", "is right for 97%, so compare the accuracy with this."),
    ],
)
def test_the_balance_is_said_in_a_sentence(largest: int, severity: str, words: str) -> None:
    found = sentences([20, largest - 10], [5, 5], [5, 5])
    assert found["balance"][0] == severity
    assert words in found["balance"][1]
    assert len(found) == 1


def test_one_class_leaves_nothing_to_learn() -> None:
    found = sentences([0, 7, 0], [0, 1, 0], [0, 2, 0])
    assert list(found) == ["one_class"]
    assert found["one_class"][1].startswith("All examples belong to the class 'dog', so there is nothing to tell apart")


def test_classes_without_examples_or_with_one_are_named() -> None:
    found = sentences([5, 1, 0, 3], [1, 0, 0, 1], [1, 0, 0, 1])
    assert found["empty_class"] == (
        "warning",
        "The class '猫' has no image at all, so the network cannot learn to answer this. Add some, or remove the name.",
    )
    assert found["single_example"][1].startswith("The class 'dog' has only one image")
    assert "absent_class" not in found


def test_a_class_that_is_missing_from_a_part_is_named_with_the_effect() -> None:
    counts = np.array([[5, 5, 0], [3, 3, 3], [2, 0, 2]])
    found = class_findings(counts, NAMES[:3], "row")
    absent = [finding.sentence for finding in found if finding.kind == "absent_class"]
    assert absent[0].startswith("The class '猫' has no row in the training part, so the network cannot learn it.")
    assert absent[1].startswith("The class 'dog' has no row in the test part, so its result says nothing about it.")
    assert len(absent) == 2


def test_a_part_that_is_empty_misses_no_class() -> None:
    assert "absent_class" not in sentences([5, 5], [0, 0], [2, 2])


def test_no_examples_and_no_sentences() -> None:
    assert sentences([0, 0], [0, 0], [0, 0]) == {}
    assert count_classes([Dataset.from_arrays([[1.0]], [2.5])]).shape == (1, 0)
