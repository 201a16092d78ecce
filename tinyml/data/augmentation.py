"""Augmentation: changes every example a little in each epoch, so that a network cannot learn it by heart.

An augmentation is any function `(inputs, rng) -> inputs`. It gets the inputs of a batch, must not change them, and
returns an array of the same shape and type. `DataLoader` and `Learner.run` apply augmentations in their order.

Labels and target numbers stay the same. The target of an autoencoder is its input, so it changes with the input. An
augmentation whose attribute `corrupts` is True, such as `Noise`, does not change the target. It is applied last, and
the target is the input before it. So the network learns to remove the noise (a denoising
autoencoder: Vincent et al. 2008).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tinyml.core import Array, DataError, SettingsError
from tinyml.data.resampling import transform_images

Augmentation = Callable[[Array, np.random.Generator], Array]
"""Returns augmented inputs for the inputs of a batch."""


@dataclass(frozen=True)
class Shift:
    """Moves every image by whole pixels. The pixels that become free are 0.

    Arguments:
        pixels: largest distance along each axis, at least 1. Each image has its own random distance.

    Shapes: `(N, C, H, W)`. Raises `SettingsError` for an impossible distance, `DataError` for other shapes.

    >>> Shift(1)(np.ones((5, 1, 4, 4), np.float32), np.random.default_rng(0)).shape
    (5, 1, 4, 4)
    """

    pixels: int

    def __post_init__(self) -> None:
        if self.pixels < 1:
            raise SettingsError(f"The shift is {self.pixels!r} pixels but should be at least 1.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        height, width = require_images("Shift", inputs)
        result = np.zeros_like(inputs)
        ways = rng.integers(-self.pixels, self.pixels, size=(len(inputs), 2), endpoint=True)
        for image, moved, (down, right) in zip(inputs, result, ways.tolist(), strict=True):
            (to_rows, from_rows), (to_columns, from_columns) = _overlap(down, height), _overlap(right, width)
            moved[:, to_rows, to_columns] = image[:, from_rows, from_columns]
        return result


@dataclass(frozen=True)
class Flip:
    """Mirrors some images.

    Arguments:
        probability: of mirroring an image, from 0 to 1.
        vertical: True to mirror top and bottom, False to mirror left and right.

    Shapes: `(N, C, H, W)`. Raises `SettingsError` for an impossible probability, `DataError` for other shapes.

    >>> Flip(probability=1)(np.arange(3.0).reshape(1, 1, 1, 3), np.random.default_rng(0)).ravel()
    array([2., 1., 0.])
    """

    probability: float = 0.5
    vertical: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise SettingsError(f"The probability of a flip is {self.probability!r} but should be from 0 to 1.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        require_images("Flip", inputs)
        chosen = rng.random(len(inputs)) < self.probability
        result = inputs.copy()
        result[chosen] = np.flip(inputs[chosen], axis=2 if self.vertical else 3)
        return result


@dataclass(frozen=True)
class Rotate:
    """Rotates every image around its centre, with bilinear interpolation.

    Arguments:
        degrees: largest angle in both directions, greater than 0 and at most 180. Each image has its own
            random angle.

    Shapes: `(N, C, H, W)`; pixels from outside of the image are 0. Raises `SettingsError` for an impossible angle,
    `DataError` for other shapes.

    >>> Rotate(10)(np.ones((5, 1, 8, 8), np.float32), np.random.default_rng(0)).shape
    (5, 1, 8, 8)
    """

    degrees: float

    def __post_init__(self) -> None:
        if not 0 < self.degrees <= 180:
            raise SettingsError(
                f"The rotation is {self.degrees!r} degrees but should be greater than 0 and at most 180."
            )

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        require_images("Rotate", inputs)
        angles = np.deg2rad(rng.uniform(-self.degrees, self.degrees, len(inputs)))
        return _rotate_images(inputs, angles.tolist())


@dataclass(frozen=True)
class Zoom:
    """Enlarges or shrinks every image around its centre, with bilinear interpolation.

    Formula: a pixel at the distance r from the centre gets the value at the distance r / f. The factor f is a random
    number from 1 - amount to 1 + amount; the image is enlarged if f > 1.

    Arguments:
        amount: largest change of the size, greater than 0 and less than 1; 0.2 for factors from 0.8 to 1.2. Each image
            has its own random factor.

    Shapes: `(N, C, H, W)`; the pixels around a shrunk image are 0. Raises `SettingsError` for an impossible amount,
    `DataError` for other shapes.

    >>> Zoom(0.2)(np.ones((5, 1, 8, 8), np.float32), np.random.default_rng(0)).shape
    (5, 1, 8, 8)
    """

    amount: float

    def __post_init__(self) -> None:
        if not 0 < self.amount < 1:
            raise SettingsError(f"The zoom is {self.amount!r} but should be greater than 0 and less than 1.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        require_images("Zoom", inputs)
        factors = rng.uniform(1 - self.amount, 1 + self.amount, len(inputs))
        return transform_images(inputs, np.eye(2) / factors[:, np.newaxis, np.newaxis])


@dataclass(frozen=True)
class Brightness:
    """Makes every image brighter or darker: it multiplies all its pixels by one random factor.

    The pixels of a picture are from 0 (black) to 1 (white), and they stay in this range: what would be brighter than
    white becomes white. An image with other numbers has no white, so its numbers are only multiplied.

    Arguments:
        amount: largest change of the brightness, greater than 0 and at most 1; 0.3 for factors from 0.7 to 1.3. Each
            image has its own random factor, the same for all channels.

    Shapes: `(N, C, H, W)`. Raises `SettingsError` for an impossible amount, `DataError` for other shapes.

    >>> Brightness(0.3)(np.full((2, 1, 1, 1), 0.5), np.random.default_rng(0)).ravel().round(2)
    array([0.54, 0.43])
    """

    amount: float

    def __post_init__(self) -> None:
        if not 0 < self.amount <= 1:
            raise SettingsError(f"The brightness is {self.amount!r} but should be greater than 0 and at most 1.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        require_images("Brightness", inputs)
        factors = rng.uniform(1 - self.amount, 1 + self.amount, len(inputs)).astype(inputs.dtype)
        result: Array = inputs * factors[:, np.newaxis, np.newaxis, np.newaxis]
        if inputs.size:
            axes = (1, 2, 3)
            pictures = (inputs.min(axis=axes) >= 0) & (inputs.max(axis=axes) <= 1)
            np.minimum(result, 1, out=result, where=pictures[:, np.newaxis, np.newaxis, np.newaxis])
        return result


@dataclass(frozen=True)
class Noise:
    """Adds random numbers of a normal distribution. An autoencoder learns to remove them.

    Arguments:
        deviation: standard deviation of the random numbers, greater than 0.

    Shapes: any. Raises `SettingsError` for an impossible deviation.

    >>> Noise(0.1)(np.zeros((5, 2), np.float32), np.random.default_rng(0)).shape
    (5, 2)
    """

    deviation: float
    corrupts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 < self.deviation < math.inf:
            raise SettingsError(f"The deviation of the noise is {self.deviation!r} but should be greater than 0.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        result: Array = inputs + self.deviation * rng.standard_normal(inputs.shape).astype(inputs.dtype)
        return result


def augment(inputs: Array, augmentations: Sequence[Augmentation], rng: np.random.Generator) -> Array:
    """Apply augmentations one after the other.

    Arguments:
        inputs: `(N, …)` a batch; it stays as it is.
        augmentations: the augmentations, in order.
        rng: generator of their random numbers.

    Raises `DataError` when one of them changes the shape or the type of the inputs.

    >>> augment(np.ones((2, 1, 3, 3)), [Shift(1), Flip()], np.random.default_rng(0)).shape
    (2, 1, 3, 3)
    """
    for augmentation in augmentations:
        augmented = augmentation(inputs, rng)
        if augmented.shape != inputs.shape or augmented.dtype != inputs.dtype:
            raise DataError(
                f"The augmentation {augmentation!r} returned {augmented.shape} {augmented.dtype} for inputs of "
                f"{inputs.shape} {inputs.dtype}, but it should keep both: the shape and the type."
            )
        inputs = augmented
    return inputs


def rotate_image(image: Array, angle: float) -> Array:
    """Rotate one image around its centre, with bilinear interpolation.

    Formula: the pixel at (r, c) from the centre gets the value at (r cos α + c sin α, c cos α - r sin α). For α > 0 the
    rotation is anticlockwise on a screen, where rows run downwards.

    Arguments:
        image: `(C, H, W)`.
        angle: α in radians.

    >>> rotate_image(np.array([[[0.0, 1.0], [0.0, 0.0]]]), np.pi / 2).round(6)
    array([[[1., 0.],
            [0., 0.]]])
    """
    rotated: Array = _rotate_images(image[np.newaxis], [angle])[0]
    return rotated


def require_images(augmentation: str, inputs: Array) -> tuple[int, int]:
    """Return height and width of the `inputs`.

    Arguments:
        augmentation: name for the message.
        inputs: `(N, C, H, W)`.

    Raises `DataError` when the inputs are no images.
    """
    if inputs.ndim != 4:
        raise DataError(
            f"{augmentation} needs images, an input of shape (N, C, H, W), but received {inputs.shape}. "
            "Remove this augmentation."
        )
    return inputs.shape[2], inputs.shape[3]


def _overlap(way: int, size: int) -> tuple[slice, slice]:
    """Return the target and source slices of an axis for a shift by `way`. They are empty if the shift is too large."""
    way = max(-size, min(way, size))
    return slice(max(way, 0), size + min(way, 0)), slice(max(-way, 0), size - max(way, 0))


def _rotate_images(images: Array, angles: Sequence[float]) -> Array:
    """Rotate each image by its own angle, see `rotate_image`."""
    # Python's cosine and NumPy's can differ in the last bit, and a run must give the same bits as in older versions.
    matrices = [[[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]] for angle in angles]
    return transform_images(images, np.array(matrices).reshape(-1, 2, 2))
