"""Where augmentation stands in the preparation of a batch: before the scaling of images, after that of other inputs."""

from dataclasses import replace

import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data import (
    Brightness,
    Dataset,
    Flip,
    Noise,
    Preprocessing,
    Rotate,
    Shift,
    Splits,
    Zoom,
    augment,
    augmented_examples,
    epoch_generator,
    load,
    scale_splits,
    split,
)
from tinyml.data.augmentation import Augmentation
from tinyml.data.augmented_batch import augmented_batch
from tinyml.data.choice import DataChoice

EVERY: list[Augmentation] = [Shift(1), Flip(), Rotate(20), Zoom(0.3), Brightness(0.4), Noise(0.1)]
ROWS = np.arange(30)


def scaled(data: Dataset, target: str = "label") -> Splits:
    choice = DataChoice.model_validate({"target": target})
    return scale_splits(split(data, choice), Preprocessing(scale="standardise"))


@pytest.fixture
def vectors() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset.from_arrays(rng.normal(100, 7, (200, 3)), rng.integers(0, 2, 200))


def test_images_are_augmented_before_they_are_scaled() -> None:
    train = scaled(load("digits")).train
    inputs, targets = augmented_batch(train, ROWS, EVERY, seed=1, epoch=2, batch=3)
    pictures = augment(train.unscaled_examples(ROWS), EVERY, epoch_generator(1, 2, 3))
    assert train.scaling is not None
    np.testing.assert_array_equal(inputs, train.scaling.apply(pictures))
    assert targets is None
    # The pixels that a shift frees are black, which is not 0 after scaling.
    moved, _ = augmented_batch(train, ROWS, [Shift(7)], 1, 1, 1)
    black = train.scale(np.zeros((1, 1, 1, 1), np.float32)).item()
    assert black < -0.5
    assert (moved == np.float32(black)).mean() > 0.5


def test_vectors_are_augmented_after_they_are_scaled(vectors: Dataset) -> None:
    train = scaled(vectors).train
    inputs, _ = augmented_batch(train, ROWS, [Noise(0.5)], seed=1, epoch=1, batch=1)
    difference = inputs - train.examples(ROWS)
    assert 0.4 < difference.std() < 0.6, "the deviation counts in scaled numbers"


def test_the_target_of_an_autoencoder_is_scaled_and_has_all_changes_but_the_noise() -> None:
    train = scaled(load("digits"), "input").train
    inputs, targets = augmented_batch(train, ROWS, [Noise(0.3), Shift(2), Zoom(0.2)], seed=4, epoch=1, batch=1)
    rng = epoch_generator(4, 1, 1)
    changed = augment(train.unscaled_examples(ROWS), [Shift(2), Zoom(0.2)], rng)
    np.testing.assert_array_equal(targets, train.scale(changed))
    np.testing.assert_array_equal(inputs, train.scale(augment(changed, [Noise(0.3)], rng)))


def test_the_target_numbers_of_a_regression_stay() -> None:
    rng = np.random.default_rng(0)
    data = Dataset.from_arrays(rng.random((100, 1, 4, 4)), rng.normal(50, 9, 100))
    train = scale_splits(split(data, DataChoice()), Preprocessing(scale_targets="standardise")).train
    _, targets = augmented_batch(train, ROWS, EVERY, 0, 1, 1)
    np.testing.assert_array_equal(targets, train.target_numbers(ROWS))


def test_without_augmentations_a_batch_is_what_the_network_gets() -> None:
    for target in ("label", "input"):
        train = scaled(load("digits"), target).train
        inputs, targets = augmented_batch(train, ROWS, [], 0, 1, 1)
        np.testing.assert_array_equal(inputs, train.examples(ROWS))
        assert (targets is None) == (target == "label")


def test_versions_of_one_image_are_pictures_and_differ() -> None:
    train = scaled(load("digits")).train
    versions = augmented_examples(train, 5, EVERY[:-1], count=12, seed=1)
    assert versions.shape == (12, 1, 8, 8)
    assert versions.dtype == np.float32
    assert versions.min() >= 0
    assert versions.max() <= 1
    assert len({version.tobytes() for version in versions}) == 12
    np.testing.assert_array_equal(versions, augmented_examples(train, 5, EVERY[:-1], count=12, seed=1))
    assert (versions != augmented_examples(train, 5, EVERY[:-1], count=12, seed=2)).any()
    np.testing.assert_array_equal(augmented_examples(train, 5, [], 2)[1], train.unscaled_examples(np.array([5]))[0])


def test_versions_of_a_vector_are_in_the_units_of_the_data(vectors: Dataset) -> None:
    train = scaled(vectors).train
    versions = augmented_examples(train, 7, [Noise(0.1)], count=500)
    original = train.unscaled_examples(np.array([7]))[0]
    np.testing.assert_allclose(versions.mean(axis=0), original, atol=0.2)
    np.testing.assert_allclose(versions.std(axis=0), 0.7, rtol=0.2)
    with pytest.raises(DataError, match="needs images"):
        augmented_examples(train, 7, [Flip()], 3)


def test_missing_numbers_are_filled_before_noise_is_added(vectors: Dataset) -> None:
    stored = vectors.stored_inputs.copy()
    stored[::5, 1] = np.nan
    train = scaled(replace(vectors, stored_inputs=stored)).train
    inputs, _ = augmented_batch(train, np.arange(len(train)), [Noise(0.1)], 0, 1, 1)
    assert np.isfinite(inputs).all()
    assert np.isfinite(augmented_examples(train, 0, [Noise(0.1)], 3)).all()


def test_a_preview_of_an_autoencoder_shows_its_input_with_the_noise_last() -> None:
    data = load("digits").with_target("input")
    versions = augmented_examples(data, 0, [Noise(0.2), Shift(1)], count=4, seed=3)
    rng = np.random.default_rng(3)
    pictures = data.unscaled_examples(np.zeros(4, int))
    np.testing.assert_array_equal(versions, Noise(0.2)(Shift(1)(pictures, rng), rng))
