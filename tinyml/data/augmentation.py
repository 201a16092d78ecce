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
        result = np.empty_like(inputs)
        angles = np.deg2rad(rng.uniform(-self.degrees, self.degrees, len(inputs)))
        for image, rotated, angle in zip(inputs, result, angles.tolist(), strict=True):
            rotated[...] = rotate_image(image, angle)
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
    _, height, width = image.shape
    centre = (height - 1) / 2, (width - 1) / 2
    rows, columns = np.arange(height)[:, np.newaxis] - centre[0], np.arange(width) - centre[1]
    cosine, sine = math.cos(angle), math.sin(angle)
    # + 1 for the border of zeros, which stands for all pixels outside of the image.
    source_rows = (rows * cosine + columns * sine + centre[0] + 1).clip(0, height + 1)
    source_columns = (columns * cosine - rows * sine + centre[1] + 1).clip(0, width + 1)
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    top, left = source_rows.astype(int).clip(max=height), source_columns.astype(int).clip(max=width)
    down, right = source_rows - top, source_columns - left
    upper = padded[:, top, left] * (1 - right) + padded[:, top, left + 1] * right
    lower = padded[:, top + 1, left] * (1 - right) + padded[:, top + 1, left + 1] * right
    rotated: Array = (upper * (1 - down) + lower * down).astype(image.dtype)
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
