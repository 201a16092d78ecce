"""Own points: text of a project file, and what is wrong with it."""

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import DataChoice, describe, load, split
from tinyml.data.built_in.own_points import MOST_POINTS, read_points, write_points


def test_points_survive_being_written() -> None:
    rng = np.random.default_rng(1)
    points, labels = rng.normal(0, 3, (50, 2)).astype(np.float32), rng.integers(0, 3, 50)
    found, classes = read_points(write_points(points, labels))
    assert np.allclose(found, points, rtol=1e-3)
    assert np.array_equal(classes, labels)
    # Written a second time, they stay the same to the bit.
    assert write_points(found, classes) == write_points(points, labels)


def test_the_options_are_the_data() -> None:
    text = "; ".join(f"{x} {-x} {x % 3}" for x in range(12))
    options = {"points": text, "names": ["cat", "dog", "bird"]}
    description = describe("points", options)
    assert (description.count, description.class_names) == (12, ("cat", "dog", "bird"))
    data = load("points", options=options)
    assert data.description == description
    assert data.inputs[5].tolist() == [5, -5]
    assert data.labels.tolist() == [0, 1, 2] * 4


def test_a_choice_with_points_is_split() -> None:
    splits = split(load("points"), DataChoice(source="points"))
    assert [len(part) for part in splits] == [280, 40, 80]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0 0; 1 1", "Point 2 is '1 1'"),
        ("0 0 0; nan 1 0", "Point 2"),
        ("0 0 0; 1 1e9 0", "Point 2"),
        ("0 0 0; 1 1 1 1", "Point 2"),
        ("0 0 0; 1 1 12", "class from 0 to 9"),
        ("0 0 0; a b 1", "Point 2"),
        ("0 0 0; 1 1 1", "at least 10"),
        ("", "at least 10"),
        ("0 0 5;" * 10, "class 5, but there are 2 names"),
        ("0 0 1;" * (MOST_POINTS + 1), f"more than {MOST_POINTS}"),
    ],
)
def test_bad_points_are_refused_with_the_culprit(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        describe("points", {"points": text})


def test_a_class_needs_a_name() -> None:
    with pytest.raises(DataError, match="points"):
        describe("points", {"names": ["only one"]})
