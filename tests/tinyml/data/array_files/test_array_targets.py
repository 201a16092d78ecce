import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data.array_files.array_targets import read_targets


@pytest.mark.parametrize(
    ("values", "names", "labels"),
    [
        (np.array([0, 2, 1, 0]), ("0", "1", "2"), [0, 2, 1, 0]),
        (np.array([[1], [10], [9]]), ("1", "9", "10"), [0, 2, 1]),
        (np.array([-1, 1], np.int8), ("-1", "1"), [0, 1]),
        (np.array([True, False]), ("False", "True"), [1, 0]),
        (np.array(["狗", "cat", "狗"]), ("cat", "狗"), [1, 0, 1]),
        (np.array([b"b", b"a"]), ("a", "b"), [1, 0]),
        (np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), ("0", "1", "2"), [1, 0]),
        (np.eye(3, dtype=bool), ("0", "1", "2"), [0, 1, 2]),
    ],
)
def test_classes(values: np.ndarray, names: tuple[str, ...], labels: list[int]) -> None:
    found = read_targets(values, "y")
    assert (found.class_names, found.labels.tolist(), found.numbers) == (names, labels, None)
    assert found.labels.dtype == np.int64


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (np.array([0.5, 1.5]), (2, 1)),
        (np.array([1.0, 2.0]), (2, 1)),
        (np.array([[0.5, 1.5], [1, 2]]), (2, 2)),
        (np.array([[3, 4], [1, 2]]), (2, 2)),
        (np.arange(1001), (1001, 1)),
    ],
)
def test_numbers(values: np.ndarray, shape: tuple[int, int]) -> None:
    found = read_targets(values, "y")
    assert found.numbers is not None
    assert (found.numbers.shape, found.numbers.dtype, found.class_names) == (shape, np.float32, ())


def test_the_choice_of_the_user_wins() -> None:
    assert read_targets(np.array([0, 1]), "y", "numbers").numbers is not None
    assert read_targets(np.array([0.5, 1.0]), "y", "classes").class_names == ("0.5", "1")
    assert read_targets(np.eye(2), "y", "numbers").numbers is not None


def test_names_of_the_file_are_used_if_they_fit() -> None:
    assert read_targets(np.array([0, 2]), "y", names=("a", "b", "c")).class_names == ("a", "b", "c")
    assert read_targets(np.array([0, 3]), "y", names=("a", "b", "c")).class_names == ("0", "3")
    assert read_targets(np.eye(2), "y", names=("a", "b")).class_names == ("a", "b")


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        (np.zeros((2, 2, 2)), "automatic", "'y' have 3 axes"),
        (np.array(3.0), "automatic", "'y' have 0 axes"),
        (np.array([1.0, np.nan]), "automatic", "target of example 1 in 'y' is NaN or infinite"),
        (np.array([1e300]), "automatic", "too large"),
        (np.array(["a", "b"]), "numbers", "are texts"),
        (np.array([["a", "b"]]), "automatic", "are texts"),
        (np.array([[1.0, 2.0]]), "classes", "have 2 numbers for each example"),
        (np.arange(2000), "classes", "2\xa0000 different values, but 1\xa0000 classes is the most"),
        (np.array(["a" * 300, "a" * 301]), "automatic", "differ only after 200 letters"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_what_cannot_be_targets_is_refused(values: np.ndarray, kind: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_targets(values, "y", kind)


def test_targets_that_float32_cannot_hold_are_refused_without_a_warning() -> None:
    with pytest.raises(DataError, match="A target in 'y' is too large"):
        read_targets(np.array([1e300, 1.5]), "y", "numbers")
