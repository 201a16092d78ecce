"""Augmentations: they keep shape and type, never change what they get, and do what they say."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import DataError, SettingsError
from tinyml.data import Augmentation, Flip, Noise, Rotate, Shift, augment
from tinyml.data.augmentation import rotate_image

EVERY: list[Augmentation] = [Shift(2), Shift(9), Flip(), Flip(1, vertical=True), Rotate(180), Noise(0.5)]


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


def test_noise_has_the_chosen_standard_deviation() -> None:
    varied = Noise(0.25)(np.full((100, 100), 2.0, np.float32), generator())
    assert varied.mean() == pytest.approx(2, abs=0.01)
    assert varied.std() == pytest.approx(0.25, rel=0.05)


def test_several_augmentations_are_applied_in_their_order() -> None:
    inputs = generator().random((4, 1, 5, 5))
    one, two = generator(3), generator(3)
    np.testing.assert_array_equal(augment(inputs, [Shift(1), Flip()], one), Flip()(Shift(1)(inputs, two), two))
    assert augment(inputs, [], generator()) is inputs


@pytest.mark.parametrize("augmentation", [Shift(1), Flip(), Rotate(5)], ids=repr)
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
        lambda: Noise(0),
        lambda: Noise(math.inf),
    ],
)
def test_impossible_settings_are_refused(impossible: Any) -> None:
    with pytest.raises(SettingsError, match="should be"):
        impossible()
