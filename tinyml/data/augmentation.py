"""Augmentation: shows every example a little differently each time, so that a network can't learn it by heart.

An augmentation is any function `(inputs, rng) -> inputs`: it receives the inputs of a batch, which it must not change,
and returns as many of the same shape and type. `DataLoader` and `Learner.run` apply them in their order.

Labels and target numbers stay as they are. An autoencoder's target is its input, so it is varied with the input, except
by an augmentation whose attribute `corrupts` is True, such as `Noise`: those are applied last, and the target is the
input before them. So the network learns to remove the noise (a denoising autoencoder: Vincent et al. 2008).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tinyml.core import Array, DataError, SettingsError

Augmentation = Callable[[Array, np.random.Generator], Array]
"""Makes varied inputs from the inputs of a batch."""


@dataclass(frozen=True)
class Shift:
    """Moves every picture by whole pixels; what it leaves empty is 0.

    Arguments:
        pixels: farthest distance along each axis, at least 1; each picture moves its own way.

    Shapes: `(N, C, H, W)`. Raises `SettingsError` for an impossible distance, `DataError` for other shapes.

    >>> Shift(1)(np.ones((5, 1, 4, 4), np.float32), np.random.default_rng(0)).shape
    (5, 1, 4, 4)
    """

    pixels: int

    def __post_init__(self) -> None:
        if self.pixels < 1:
            raise SettingsError(f"Pictures are to be shifted by {self.pixels!r} pixels, but it should be at least 1.")

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        height, width = require_pictures("Shift", inputs)
        result = np.zeros_like(inputs)
        ways = rng.integers(-self.pixels, self.pixels, size=(len(inputs), 2), endpoint=True)
        for picture, moved, (down, right) in zip(inputs, result, ways.tolist(), strict=True):
            (to_rows, from_rows), (to_columns, from_columns) = _overlap(down, height), _overlap(right, width)
            moved[:, to_rows, to_columns] = picture[:, from_rows, from_columns]
        return result


@dataclass(frozen=True)
class Flip:
    """Mirrors some of the pictures.

    Arguments:
        probability: of mirroring a picture, from 0 to 1.
        vertical: top to bottom rather than left to right.

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
        require_pictures("Flip", inputs)
        chosen = rng.random(len(inputs)) < self.probability
        result = inputs.copy()
        result[chosen] = np.flip(inputs[chosen], axis=2 if self.vertical else 3)
        return result


@dataclass(frozen=True)
class Rotate:
    """Turns every picture about its middle; a new pixel is the weighted mean of the four around where it came from.

    Arguments:
        degrees: largest angle to either side, greater than 0 and at most 180; each picture gets its own.

    Shapes: `(N, C, H, W)`; what lies outside the picture is 0. Raises `SettingsError` for an impossible angle,
    `DataError` for other shapes.

    >>> Rotate(10)(np.ones((5, 1, 8, 8), np.float32), np.random.default_rng(0)).shape
    (5, 1, 8, 8)
    """

    degrees: float

    def __post_init__(self) -> None:
        if not 0 < self.degrees <= 180:
            raise SettingsError(
                f"Pictures are to be turned by {self.degrees!r} degrees, but it should be greater than 0 and at most "
                "180."
            )

    def __call__(self, inputs: Array, rng: np.random.Generator) -> Array:
        require_pictures("Rotate", inputs)
        result = np.empty_like(inputs)
        angles = np.deg2rad(rng.uniform(-self.degrees, self.degrees, len(inputs)))
        for picture, turned, angle in zip(inputs, result, angles.tolist(), strict=True):
            turned[...] = rotate_picture(picture, angle)
        return result


@dataclass(frozen=True)
class Noise:
    """Adds random numbers of a normal distribution; an autoencoder learns to remove them.

    Arguments:
        deviation: standard deviation of the numbers, greater than 0.

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
        inputs: `(N, …)` a batch; it is not changed.
        augmentations: what to do, in order.
        rng: decides what is random in them.

    Raises `DataError` when one of them changes the shape or the type of the inputs.

    >>> augment(np.ones((2, 1, 3, 3)), [Shift(1), Flip()], np.random.default_rng(0)).shape
    (2, 1, 3, 3)
    """
    for augmentation in augmentations:
        varied = augmentation(inputs, rng)
        if varied.shape != inputs.shape or varied.dtype != inputs.dtype:
            raise DataError(
                f"The augmentation {augmentation!r} made {varied.shape} {varied.dtype} of {inputs.shape} "
                f"{inputs.dtype}, but it should keep both."
            )
        inputs = varied
    return inputs


def rotate_picture(picture: Array, angle: float) -> Array:
    """Turn one picture about its middle, by bilinear interpolation.

    Formula: the pixel at (r, c) from the middle is taken from (r cos α + c sin α, c cos α - r sin α): anticlockwise for
    α > 0 on a screen, where rows go down.

    Arguments:
        picture: `(C, H, W)`.
        angle: α in radians.

    >>> rotate_picture(np.array([[[0.0, 1.0], [0.0, 0.0]]]), np.pi / 2).round(6)
    array([[[1., 0.],
            [0., 0.]]])
    """
    _, height, width = picture.shape
    middle = (height - 1) / 2, (width - 1) / 2
    rows, columns = np.arange(height)[:, np.newaxis] - middle[0], np.arange(width) - middle[1]
    cosine, sine = math.cos(angle), math.sin(angle)
    # Moved by the one pixel of zeros that is put around, which takes care of everything that lies outside.
    source_rows = (rows * cosine + columns * sine + middle[0] + 1).clip(0, height + 1)
    source_columns = (columns * cosine - rows * sine + middle[1] + 1).clip(0, width + 1)
    padded = np.pad(picture, ((0, 0), (1, 1), (1, 1)))
    top, left = source_rows.astype(int).clip(max=height), source_columns.astype(int).clip(max=width)
    down, right = source_rows - top, source_columns - left
    upper = padded[:, top, left] * (1 - right) + padded[:, top, left + 1] * right
    lower = padded[:, top + 1, left] * (1 - right) + padded[:, top + 1, left + 1] * right
    turned: Array = (upper * (1 - down) + lower * down).astype(picture.dtype)
    return turned


def require_pictures(augmentation: str, inputs: Array) -> tuple[int, int]:
    """Return height and width; raises `DataError` when the inputs are no pictures."""
    if inputs.ndim != 4:
        raise DataError(
            f"{augmentation} needs pictures, an input of shape (N, C, H, W), but received {inputs.shape}. Leave it out."
        )
    return inputs.shape[2], inputs.shape[3]


def _overlap(way: int, size: int) -> tuple[slice, slice]:
    """Tell which part of an axis is filled, and from where, when everything moves by `way`; both empty if too far."""
    way = max(-size, min(way, size))
    return slice(max(way, 0), size + min(way, 0)), slice(max(-way, 0), size - max(way, 0))
