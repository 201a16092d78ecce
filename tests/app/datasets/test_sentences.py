"""A dataset in words."""

import pytest

from app.datasets.sentences import describe_examples
from tinyml.data import DataDescription


@pytest.mark.parametrize(
    ("shape", "words"),
    [((3, 4, 5), "colour images of 4×5"), ((2, 4, 5), "images with 2 channels of 4×5"), ((1,), "examples of 1 number")],
)
def test_examples_are_described_by_their_shape(shape, words) -> None:
    described = describe_examples(DataDescription("d", "D", shape, ("a", "b"), 7))
    assert described == f"7 {words} · 2 classes"
