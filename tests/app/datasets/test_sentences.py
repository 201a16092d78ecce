"""A dataset in words."""

import numpy as np
import pytest

from app.datasets.sentences import describe_balance, describe_examples, describe_values
from tinyml.data import DataDescription


@pytest.mark.parametrize(
    ("shape", "words"),
    [((3, 4, 5), "colour images of 4×5"), ((2, 4, 5), "images with 2 channels of 4×5"), ((1,), "examples of 1 number")],
)
def test_examples_are_described_by_their_shape(shape, words) -> None:
    described = describe_examples(DataDescription("d", "D", shape, ("a", "b"), 7))
    assert described == f"7 {words} · 2 classes"


def test_empty_classes_are_counted() -> None:
    assert describe_balance(np.array([0, 3, 0])) == "2 classes have no examples."
    assert describe_balance(np.array([3])) == ""


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((5.0, 5.0, 5.0), "from 5 to 5, mean 5.00"),
        ((-1e-9, 255.0, 33.3), "from 0 to 255, mean 33.3"),
        ((float("nan"),) * 3, "from NaN to NaN, mean NaN"),
    ],
)
def test_the_range_of_the_numbers(numbers, words) -> None:
    assert describe_values(*numbers) == f"Numbers {words}."
