"""Sine: noisy points of a sine curve, for regression."""

import numpy as np

from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions

_SEED = 5
_NOISE = 0.1

_DESCRIPTION = DataDescription(
    name="sine",
    title="Noisy sine",
    example_shape=(1,),
    class_names=(),
    count=1000,
    about="1000 points of a sine curve with noise: predict y from x (regression).",
    target_shape=(1,),
)


def load_sine(options: SourceOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the 1000 points. They take no time, so the progress is not reported.

    Arguments:
        options: there are none.
        progress: not used.

    Formula: x uniform in [0, 1], `y = sin 2πx + ε`, ε normal with standard deviation 0.1. The variance of y is about
    ½ + 0.01, so no network reaches more than R² = 1 - 0.01 / 0.51 ≈ 0.98 on the test set.

    Shapes: inputs `(1000, 1)`, targets `(1000, 1)`.

    >>> load_sine().targets.shape
    (1000, 1)
    """
    rng = np.random.default_rng(_SEED)
    x = rng.uniform(0, 1, (_DESCRIPTION.count, 1))
    y = np.sin(2 * np.pi * x) + _NOISE * rng.standard_normal(x.shape)
    inputs, targets = x.astype(np.float32), y.astype(np.float32)
    return Dataset(_DESCRIPTION, inputs, np.zeros(0, np.int64), stored_targets=targets)


SINE = BuiltInSet(_DESCRIPTION, load_sine)
