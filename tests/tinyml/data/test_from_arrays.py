"""Datasets from arrays: classes, numbers and autoencoders."""

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import DataChoice, DataLoader, Dataset, Noise, Shift, load, split
from tinyml.data.augmented_batch import augmented_batch

POINTS = np.arange(12, dtype=np.float32).reshape(6, 2)


@pytest.mark.parametrize(
    ("targets", "names", "labels"),
    [
        ([0, 2, 1, 0, 2, 1], ("0", "1", "2"), [0, 2, 1, 0, 2, 1]),
        (np.array([0, 3, 0, 0, 0, 3], np.uint8), ("0", "1", "2", "3"), [0, 3, 0, 0, 0, 3]),
        ([True, False] * 3, ("False", "True"), [1, 0] * 3),
        (["pear", "fig", "fig", "pear", "kiwi", "fig"], ("fig", "kiwi", "pear"), [2, 0, 0, 2, 1, 0]),
    ],
)
def test_whole_numbers_and_texts_are_classes(targets: object, names: tuple[str, ...], labels: list[int]) -> None:
    data = Dataset.from_arrays(POINTS, targets, name="fruit")
    assert (data.description.class_names, data.description.target_shape) == (names, None)
    assert data.labels.dtype == np.int64
    assert data.labels.tolist() == data.targets.tolist() == labels
    assert data.class_targets.shape == (len(names), len(names))
    assert (data.description.name, data.description.count, data.description.example_shape) == ("fruit", 6, (2,))


def test_names_decide_the_labels_of_texts() -> None:
    data = Dataset.from_arrays(POINTS[:2], ["fig", "pear"], class_names=("pear", "kiwi", "fig"))
    assert data.labels.tolist() == [2, 0]
    assert Dataset.from_arrays(POINTS[:2], [0, 1], class_names=("a", "b", "c")).description.class_names == (
        "a",
        "b",
        "c",
    )


@pytest.mark.parametrize(
    ("targets", "shape"),
    [
        (np.linspace(0, 1, 6), (6, 1)),
        (np.zeros((6, 3), np.float64), (6, 3)),
        (np.zeros((6, 1), np.int32), (6, 1)),
        (np.zeros((6, 2, 4, 4), np.float32), (6, 2, 4, 4)),
    ],
)
def test_other_targets_are_numbers_to_predict(targets: np.ndarray, shape: tuple[int, ...]) -> None:
    data = Dataset.from_arrays(POINTS, targets)
    assert (data.targets.shape, data.targets.dtype) == (shape, np.float32)
    assert (data.description.target_shape, data.description.class_names) == (shape[1:], ())
    assert len(data.labels) == 0
    part = data.take(np.array([4, 1]))
    np.testing.assert_array_equal(part.targets, data.targets[[4, 1]])
    np.testing.assert_array_equal(part.take(np.array([1])).inputs, POINTS[[1]])


def test_the_inputs_as_targets_make_an_autoencoder() -> None:
    data = Dataset.from_arrays(POINTS, POINTS)
    assert (data.description.target, data.description.target_shape) == ("input", (2,))
    np.testing.assert_array_equal(data.targets, POINTS)
    assert Dataset.from_arrays(POINTS, POINTS.copy()).description.target == "label"


@pytest.mark.parametrize(
    ("inputs", "targets", "options", "words"),
    [
        (POINTS, [0, 1], {}, "6 examples but 2 targets"),
        (POINTS, [-1, 1] * 3, {}, r"one of them is -1.*astype\(str\).*astype\('float32'\)"),
        (POINTS, [0, 10**9] * 3, {}, "one of them is 1000000000"),
        (POINTS, [0.5, np.nan] * 3, {}, "targets of example 1 hold a number that is NaN"),
        (POINTS + np.inf, [0, 1] * 3, {}, "inputs of example 0"),
        (POINTS.astype(float) + 1e300, [0, 1] * 3, {}, "too large for float32"),
        (POINTS.astype(complex), [0, 1] * 3, {}, "should be numbers, but they are complex"),
        ([[1.0], [2.0, 3.0]], [0, 1], {}, "rows have different lengths"),
        (3.0, [0, 1], {}, "a single value"),
        (POINTS, [0, 1, 2] * 2, {"class_names": ("a", "b")}, "2 class names, but the labels go up to 2"),
        (POINTS, ["a", "c"] * 3, {"class_names": ("a", "b")}, "'c' is not among the class names: a, b"),
        (POINTS, [0, 1] * 3, {"class_names": ("a", "a")}, "same name"),
        (POINTS, [0.5] * 6, {"class_names": ("a", "b")}, "the targets are not classes"),
        (POINTS, [0, 1] * 3, {"test_count": 6}, "test_count is 6 but should be from 0 to 5"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(inputs: object, targets: object, options: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Dataset.from_arrays(inputs, targets, **options)


def test_bytes_stay_bytes_and_are_the_numbers_0_to_255() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(64, 1, 2, 2)
    data = Dataset.from_arrays(pixels, np.arange(64) % 2)
    assert data.stored_inputs is pixels
    np.testing.assert_array_equal(data.examples(np.array([63])), pixels[[63]].astype(np.float32))
    assert data.inputs.dtype == np.float32


def test_a_split_of_numbers_keeps_the_published_test_part_and_the_pairs() -> None:
    x = np.random.default_rng(0).random((100, 3)).astype(np.float32)
    data = Dataset.from_arrays(x, x.sum(axis=1), test_count=20)
    parts = split(data, DataChoice(validation=0.25))
    assert [len(part) for part in parts] == [60, 20, 20]
    np.testing.assert_array_equal(parts.test.inputs, x[80:])
    for part in parts:
        assert part.stored_inputs is x
        np.testing.assert_array_equal(part.targets[:, 0], part.inputs.sum(axis=1))


def test_the_target_does_not_change_the_split() -> None:
    digits = load("digits")
    classes, images = (split(digits, DataChoice(target=target)) for target in ("label", "input"))
    for a, b in zip(classes, images, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
        np.testing.assert_array_equal(b.targets, a.inputs)
        assert (b.description.class_names, b.description.target_shape) == ((), (1, 8, 8))


def test_the_target_of_an_autoencoder_changes_with_its_input_except_for_noise() -> None:
    data = load("digits").with_target("input")
    rows = np.arange(20)
    moved, targets = augmented_batch(data, rows, [Shift(2)], 0, 1, 1)
    assert (moved != data.examples(rows)).any()
    np.testing.assert_array_equal(moved, targets)
    noisy, targets = augmented_batch(data, rows, [Noise(0.5), Shift(2)], 0, 1, 1)
    np.testing.assert_array_equal(targets, moved)
    assert 0.4 < (noisy - targets).std() < 0.6


def test_noise_does_not_change_the_targets_of_a_regression() -> None:
    data = load("sine")
    inputs, targets = augmented_batch(data, np.arange(50), [Noise(0.1)], 0, 1, 1)
    assert (inputs != data.examples(np.arange(50))).all()
    np.testing.assert_array_equal(targets, data.targets[:50])
    batch = next(iter(DataLoader(data, 10, shuffle=False)))
    np.testing.assert_array_equal(batch.targets, data.targets[:10])
    assert len(batch.labels) == 0
