"""Sine: noisy points of a sine curve, for regression."""

from dataclasses import replace

import numpy as np

from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.point_options import PointOptions, Seed
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback

_DESCRIPTION = DataDescription(
    name="sine",
    title="Noisy sine",
    example_shape=(1,),
    class_names=(),
    count=1000,
    about="Points of a sine curve with noise: predict y from x (regression).",
    target_shape=(1,),
)


class SineOptions(PointOptions):
    """The noise moves the points up and down only."""

    seed: Seed = 5


def load_sine(options: SineOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: x uniform in [0, 1], `y = sin 2πx + ε`, ε normal with the noise σ as its standard deviation. The variance
    of y is about ½ + σ², so no network reaches more than R² = 1 - σ² / (½ + σ²) on the test set: 0.98 with the default
    noise of 0.1.

    Arguments:
        options: number of points, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 1)`, targets `(N, 1)`.

    >>> load_sine(SineOptions(count=200)).targets.shape
    (200, 1)
    """
    chosen = options or SineOptions()
    rng = np.random.default_rng(chosen.seed)
    x = rng.uniform(0, 1, (chosen.count, 1))
    y = np.sin(2 * np.pi * x) + chosen.noise * rng.standard_normal(x.shape)
    inputs, targets = x.astype(np.float32), y.astype(np.float32)
    description = replace(_DESCRIPTION, count=chosen.count)
    return Dataset(description, inputs, np.zeros(0, np.int64), stored_targets=targets)


SINE = BuiltInSet(_DESCRIPTION, load_sine, SineOptions)
