from pathlib import Path

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import DataChoice, Preprocessing, describe, load
from tinyml.data.prepared import prepare_splits
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.readers import find_reader

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (60, 6, 5), dtype=np.uint8)
LABELS = np.arange(60) % 3


def save(path: Path, **arrays: np.ndarray) -> str:
    np.savez_compressed(path, **arrays)
    return str(path)


def test_the_arrays_of_keras_keep_their_test_part(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x_train=IMAGES[:40], y_train=LABELS[:40], x_test=IMAGES[40:], y_test=LABELS[40:])
    description = describe(path)
    dataset = load(path)
    assert dataset.description == description
    assert (description.count, description.test_count, description.validation_count) == (60, 20, 0)
    assert (description.example_shape, description.class_names) == ((1, 6, 5), ("0", "1", "2"))
    assert dataset.stored_inputs.dtype == np.uint8
    np.testing.assert_allclose(dataset.inputs[:, 0], IMAGES / 255, rtol=1e-6)
    assert dataset.labels.tolist() == LABELS.tolist()
    parts = prepare_splits(DataChoice(source=path, validation=0.1))
    assert [len(part) for part in parts] == [36, 4, 20]
    np.testing.assert_allclose(parts.test.inputs[:, 0], IMAGES[40:] / 255, rtol=1e-6)


def test_an_own_validation_part_comes_before_the_test_part(tmp_path: Path) -> None:
    parts = {"train": slice(0, 30), "val": slice(30, 40), "test": slice(40, 60)}
    arrays = {
        f"{role}_{part}": values[rows]
        for part, rows in parts.items()
        for role, values in (("x", IMAGES), ("y", LABELS))
    }
    path = save(tmp_path / "a.npz", **arrays)
    assert (describe(path).validation_count, describe(path).test_count) == (10, 20)
    validation = prepare_splits(DataChoice(source=path)).validation
    np.testing.assert_allclose(validation.inputs[:, 0], IMAGES[30:40] / 255, rtol=1e-6)


def test_what_was_recognised_is_said_and_can_be_changed(tmp_path: Path) -> None:
    colour = RNG.random((60, 3, 8, 3))
    path = save(tmp_path / "a.npz", pictures=colour, kinds=LABELS, weights=RNG.random(60))
    assert describe(path).has_labels is False
    options = {"targets": "weights", "images": "channels first"}
    description = describe(path, options)
    assert (description.example_shape, description.target_shape) == ((3, 8, 3), (1,))
    assert (description.default_scale, description.default_scale_targets) == ("unit", "standardise")
    assert description.recognised == (
        ("inputs", "'pictures', 60 × 3 × 8 × 3 floats"),
        ("targets", "'weights', 60 floats"),
        ("images", "images (channels, height, width)"),
        ("target_kind", "numbers to predict"),
    )
    assert dict(description.option_choices)["test_inputs"] == ("pictures", "kinds", "weights")
    np.testing.assert_allclose(load(path, options=options).inputs, colour, rtol=1e-6)


def test_vectors_are_standardised_by_the_training_part(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", X=RNG.normal(5, 2, (60, 4)), y=RNG.normal(size=(60, 2)))
    description = describe(path)
    assert (description.default_scale, description.target_shape) == ("standardise", (2,))
    train = prepare_splits(DataChoice(source=path)).train
    np.testing.assert_allclose(train.inputs.mean(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_images_of_0_to_255_become_0_to_1(tmp_path: Path, dtype: type) -> None:
    path = save(tmp_path / "a.npz", x=IMAGES.astype(dtype), y=LABELS)
    assert dict(describe(path).recognised)["images"] == "grey images (height, width), divided by 255"
    np.testing.assert_allclose(load(path).inputs[:, 0], IMAGES / 255, rtol=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "known"), [(0, 255, True), (0, 1, True), (-1, 1, False), (0, 65535, False), (0, 1.5, False)]
)
def test_an_image_file_fits_only_arrays_of_pixels(tmp_path: Path, low: float, high: float, known: bool) -> None:
    numbers = low + (high - low) * (IMAGES.astype(np.float64) - IMAGES.min()) / np.ptp(IMAGES)
    path = save(tmp_path / "a.npz", x=numbers, y=LABELS)
    for preprocessing in (None, Preprocessing(size=(12, 12))):
        encoding = describe(path, preprocessing=preprocessing).encoding
        assert isinstance(encoding, ImageEncoding) is known, "of other numbers, black and white are unknown"
        assert load(path, preprocessing=preprocessing).description.encoding == encoding


def test_an_npy_file_takes_its_targets_from_beside(tmp_path: Path) -> None:
    np.save(tmp_path / "x_train.npy", IMAGES)
    path = str(tmp_path / "x_train.npy")
    assert describe(path).has_labels is False
    assert "only an autoencoder" in describe(path).findings[0]
    np.testing.assert_array_equal(load(path).with_target("input").targets[:, 0], load(path).inputs[:, 0])
    np.save(tmp_path / "labels.npy", LABELS[:9])
    assert describe(path).has_labels is False
    np.save(tmp_path / "y_train.npy", LABELS)
    assert describe(path).class_names == ("0", "1", "2")
    assert load(path).labels.tolist() == LABELS.tolist()


def test_names_of_classes_in_the_file_are_used(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x=IMAGES, y=LABELS, class_names=np.array(["猫", "كلب", "fox"]))
    assert describe(path).class_names == ("猫", "كلب", "fox")


@pytest.mark.parametrize(
    ("arrays", "options", "words"),
    [
        ({"x": IMAGES, "y": LABELS[:50]}, {}, "'x' holds 60 examples, but 'y' 50 targets"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, {}, "'x' have the shape .0, 3., so they are empty"),
        ({"x": np.array(["a", "b"])}, {}, "The inputs 'x' are texts"),
        ({"x": np.array([[1.0], [np.nan]])}, {}, "Example 1 of 'x' holds a number that is NaN"),
        ({"x": np.array([[1.0], [1e300]])}, {}, "Example 1 of 'x' holds a number that is NaN, infinite or too large"),
        ({"x": IMAGES, "y": np.where(LABELS == 1, np.inf, 0.5)}, {}, "target of example 1 in 'y' is NaN or infinite"),
        ({"x": np.array([{}, []], object)}, {}, "holds Python objects"),
        ({"x": np.zeros((3, 2, 2, 2, 2))}, {}, "have 4 axes"),
        ({"x": IMAGES, "y": LABELS}, {"targets": "z"}, "There is no array 'z', which is chosen for targets"),
        ({"x_train": IMAGES, "x_test": IMAGES[:, :5]}, {}, "examples of different shapes: .6, 5. and .5, 5."),
        (
            {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS.astype(str)},
            {},
            "have different forms",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], options: dict[str, str], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        load(save(tmp_path / "a.npz", **arrays), options=options)


def test_progress_is_reported_and_can_cancel(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x_train=IMAGES[:40], y_train=LABELS[:40], x_test=IMAGES[40:], y_test=LABELS[40:])
    shares: list[float] = []
    load(path, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def cancel(_share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        load(path, cancel)


def test_a_changed_file_is_described_again(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x=IMAGES, y=LABELS)
    assert describe(path).count == 60
    save(tmp_path / "a.npz", x=IMAGES[:50], y=LABELS[:50])
    assert describe(path).count == 50


def test_files_are_recognised_by_their_names(tmp_path: Path) -> None:
    for name, expected in (("a.npz", True), ("a.NPY", True), ("a.zip", False)):
        (tmp_path / name).touch()
        reader = find_reader(tmp_path / name)
        assert (reader is not None and reader.name == "arrays") is expected
    (tmp_path / "folder.npz").mkdir()
    assert find_reader(tmp_path / "folder.npz") is None
