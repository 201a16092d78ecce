"""Augmentations: they keep shape and type, never change what they get, and do what they say."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import DataError, SettingsError
from tinyml.data import Augmentation, Brightness, Flip, Noise, Rotate, Shift, Zoom, augment
from tinyml.data.augmentation import rotate_image
from tinyml.learner import TrainingSettings

EVERY: list[Augmentation] = [
    Shift(2),
    Shift(9),
    Flip(),
    Flip(1, vertical=True),
    Rotate(180),
    Zoom(0.9),
    Brightness(1),
    Noise(0.5),
]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("augmentation", EVERY, ids=repr)
@given(
    shape=st.tuples(st.integers(0, 3), st.integers(1, 2), st.integers(1, 6), st.integers(1, 6)),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 5),
)
def test_shape_type_and_the_original_stay(augmentation: Any, shape: Any, dtype: Any, seed: int) -> None:
    inputs = generator(9).random(shape).astype(dtype)
    before = inputs.copy()
    inputs.flags.writeable = False
    varied = augmentation(inputs, generator(seed))
    assert (varied.shape, varied.dtype) == (inputs.shape, inputs.dtype)
    np.testing.assert_array_equal(inputs, before)
    np.testing.assert_array_equal(varied, augmentation(inputs, generator(seed)))
    assert np.isfinite(varied).all()


def test_a_shifted_image_has_the_same_pixels_at_another_place() -> None:
    inputs = np.zeros((200, 2, 5, 7), np.float32)
    inputs[:, 0, 2, 3], inputs[:, 1, 2, 3] = 1.0, 2.0
    varied = Shift(2)(inputs, generator())
    places = {tuple(int(place[0]) for place in np.nonzero(image[0] == 1)) for image in varied}
    assert places == {(row, column) for row in range(5) for column in range(1, 6)}
    np.testing.assert_array_equal(varied[:, 1], 2 * varied[:, 0])


def test_pixels_that_a_shift_frees_are_zero() -> None:
    varied = Shift(1)(np.ones((100, 1, 3, 3)), generator())
    sums = sorted(set(varied.sum(axis=(1, 2, 3)).tolist()))
    assert sums == [4.0, 6.0, 9.0]


def test_half_of_the_images_are_mirrored() -> None:
    inputs = generator(1).random((400, 1, 3, 4))
    varied = Flip()(inputs, generator())
    mirrored = (varied == inputs[..., ::-1]).all(axis=(1, 2, 3))
    assert ((varied == inputs).all(axis=(1, 2, 3)) ^ mirrored).all()
    assert 150 < mirrored.sum() < 250
    np.testing.assert_array_equal(Flip(1, vertical=True)(inputs, generator()), inputs[:, :, ::-1])
    np.testing.assert_array_equal(Flip(0)(inputs, generator()), inputs)


@pytest.mark.parametrize("quarters", [-2, -1, 0, 1, 2, 3])
def test_rotations_by_right_angles_agree_with_numpy(quarters: int) -> None:
    image = generator().random((2, 5, 5))
    turned = rotate_image(image, quarters * math.pi / 2)
    np.testing.assert_allclose(turned, np.rot90(image, quarters, axes=(1, 2)), atol=1e-12)


def test_a_rotation_keeps_the_centre_and_the_mean() -> None:
    image = np.zeros((1, 15, 15))
    image[0, 5:10, 5:10] = generator().random((5, 5))
    for angle in (0.1, 1.0, 4.0):
        turned = rotate_image(image, angle)
        assert turned[0, 7, 7] == pytest.approx(image[0, 7, 7])
        assert turned.sum() == pytest.approx(image.sum(), rel=0.1)
        assert turned.min() >= 0
        assert turned.max() <= image.max()


def test_angles_stay_within_the_limit() -> None:
    image = np.zeros((300, 1, 21, 21))
    image[:, 0, 10, 20] = 1.0
    rows, columns = np.nonzero(Rotate(30)(image, generator())[:, 0].sum(axis=0))
    angles = np.degrees(np.arctan2(10 - rows, columns - 10))
    assert -36 < angles.min() < -20
    assert 20 < angles.max() < 36


def rotate_plainly(image: Any, angle: float) -> Any:
    """The rotation of one image, as older versions computed it."""
    _, height, width = image.shape
    centre = (height - 1) / 2, (width - 1) / 2
    rows, columns = np.arange(height)[:, np.newaxis] - centre[0], np.arange(width) - centre[1]
    cosine, sine = math.cos(angle), math.sin(angle)
    source_rows = (rows * cosine + columns * sine + centre[0] + 1).clip(0, height + 1)
    source_columns = (columns * cosine - rows * sine + centre[1] + 1).clip(0, width + 1)
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    top, left = source_rows.astype(int).clip(max=height), source_columns.astype(int).clip(max=width)
    down, right = source_rows - top, source_columns - left
    upper = padded[:, top, left] * (1 - right) + padded[:, top, left + 1] * right
    lower = padded[:, top + 1, left] * (1 - right) + padded[:, top + 1, left + 1] * right
    return (upper * (1 - down) + lower * down).astype(image.dtype)


@pytest.mark.parametrize("shape", [(40, 3, 32, 32), (3, 1, 1, 1), (2, 2, 130, 101), (5, 1, 7, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rotations_have_the_bits_of_older_versions(shape: Any, dtype: Any) -> None:
    images = generator(4).random(shape).astype(dtype)
    rng, same = generator(5), generator(5)
    rotated = Rotate(25)(images, rng)
    angles = np.deg2rad(same.uniform(-25, 25, len(images))).tolist()
    expected = [rotate_plainly(image, angle) for image, angle in zip(images, angles, strict=True)]
    assert rotated.tobytes() == np.array(expected).tobytes()
    assert rng.random() == same.random(), "the generator should stand at the same place afterwards"


def test_a_run_without_the_new_augmentations_has_the_bits_of_older_versions() -> None:
    chosen = {"augment_shift": 1, "augment_flip": True, "augment_rotate": 5.0, "augment_noise": 0.05}
    images = generator(1).random((30, 1, 8, 8), np.float32)
    rng, same = generator(2), generator(2)
    augmented = augment(images, TrainingSettings(**chosen).make_augmentations(), rng)
    expected = Flip()(Shift(1)(images, same), same)
    angles = np.deg2rad(same.uniform(-5, 5, len(images))).tolist()
    expected = np.array([rotate_plainly(image, angle) for image, angle in zip(expected, angles, strict=True)])
    expected = expected + 0.05 * same.standard_normal(images.shape).astype(np.float32)
    assert augmented.tobytes() == expected.tobytes()


def zoom_plainly(image: Any, factor: float) -> Any:
    """Enlarge one image, pixel by pixel."""
    _, height, width = image.shape
    zoomed = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            source_row = (row - (height - 1) / 2) / factor + (height - 1) / 2
            source_column = (column - (width - 1) / 2) / factor + (width - 1) / 2
            for r in range(height):
                for c in range(width):
                    weight = max(0.0, 1 - abs(r - source_row)) * max(0.0, 1 - abs(c - source_column))
                    zoomed[:, row, column] += weight * image[:, r, c]
    return zoomed


def test_a_zoom_agrees_with_plain_loops() -> None:
    images = generator().random((6, 2, 7, 5))
    zoomed = Zoom(0.6)(images, generator(3))
    factors = generator(3).uniform(0.4, 1.6, 6).tolist()
    assert min(factors) < 1 < max(factors)
    for image, found, factor in zip(images, zoomed, factors, strict=True):
        np.testing.assert_allclose(found, zoom_plainly(image, factor), atol=1e-12)


def test_a_zoom_changes_the_size_around_the_centre() -> None:
    images = np.zeros((200, 1, 21, 21))
    images[:, 0, 6:15, 6:15] = 1.0
    areas = Zoom(0.5)(images, generator()).sum(axis=(1, 2, 3))
    assert areas.min() == pytest.approx(81 * 0.5**2, rel=0.25)
    assert areas.max() == pytest.approx(81 * 1.5**2, rel=0.15)
    assert (Zoom(0.5)(images, generator())[:, 0, 10, 10] == 1).all()


def test_brightness_multiplies_a_picture_and_keeps_its_range() -> None:
    images = generator().random((300, 3, 4, 4), np.float32)
    varied = Brightness(0.4)(images, generator(1))
    factors = generator(1).uniform(0.6, 1.4, 300).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    np.testing.assert_array_equal(varied, np.minimum(images * factors, 1))
    assert varied.max() == 1
    assert varied.min() >= 0


def test_brightness_does_not_cut_numbers_that_are_no_pixels_of_a_picture() -> None:
    numbers = generator().normal(0, 100, (50, 1, 3, 3))
    varied = Brightness(0.5)(numbers, generator(1))
    ratios = (varied / numbers).reshape(50, 9)
    np.testing.assert_allclose(ratios, np.broadcast_to(ratios[:, :1], ratios.shape))
    assert 0.5 <= ratios.min() < 0.6
    assert 1.4 < ratios.max() <= 1.5


def test_noise_has_the_chosen_standard_deviation() -> None:
    varied = Noise(0.25)(np.full((100, 100), 2.0, np.float32), generator())
    assert varied.mean() == pytest.approx(2, abs=0.01)
    assert varied.std() == pytest.approx(0.25, rel=0.05)


def test_several_augmentations_are_applied_in_their_order() -> None:
    inputs = generator().random((4, 1, 5, 5))
    one, two = generator(3), generator(3)
    np.testing.assert_array_equal(augment(inputs, [Shift(1), Flip()], one), Flip()(Shift(1)(inputs, two), two))
    assert augment(inputs, [], generator()) is inputs


@pytest.mark.parametrize("augmentation", [Shift(1), Flip(), Rotate(5), Zoom(0.1), Brightness(0.1)], ids=repr)
def test_vectors_are_no_images(augmentation: Augmentation) -> None:
    with pytest.raises(DataError, match=r"needs images.*received \(5, 2\)"):
        augmentation(np.zeros((5, 2)), generator())


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: Shift(0),
        lambda: Flip(1.5),
        lambda: Flip(math.nan),
        lambda: Rotate(0),
        lambda: Rotate(200),
        lambda: Zoom(0),
        lambda: Zoom(1),
        lambda: Zoom(math.nan),
        lambda: Brightness(0),
        lambda: Brightness(1.1),
        lambda: Noise(0),
        lambda: Noise(math.inf),
    ],
)
def test_impossible_settings_are_refused(impossible: Any) -> None:
    with pytest.raises(SettingsError, match="should be"):
        impossible()
