"""Two spirals: the hardest of the point sets, since each class winds around the other one (Lang and Witbrock 1988)."""

import numpy as np

from tinyml.core import Array
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.drawn_points import draw_points
from tinyml.data.built_in.point_options import Noise, PointOptions
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback

_TURNS = 1.5
_INNER = 0.1
"""Radius at which the arms begin; at the centre the classes could not be told apart."""

_DESCRIPTION = DataDescription(
    name="spirals",
    title="Two spirals",
    example_shape=(2,),
    class_names=("first arm", "second arm"),
    count=1000,
    about="Points of two spiral arms that wind around each other (Lang and Witbrock 1988). It takes a deeper network.",
)


class SpiralOptions(PointOptions):
    """The arms are close to each other, so the noise is smaller by default."""

    noise: Noise = 0.02


def load_spirals(options: SpiralOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: with `t²` uniform in [0.01, 1], a point of arm k is `t (cos a, sin a)` with `a = 2π (1.5 t + k / 2)`, with
    noise.

    Arguments:
        options: number of points, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> load_spirals().inputs.shape
    (1000, 2)
    """
    return draw_points(_DESCRIPTION, options or SpiralOptions(), _place)


def _place(labels: np.ndarray, rng: np.random.Generator) -> Array:
    # The root spreads the points evenly along the arm, which is longer outside.
    radius = np.sqrt(rng.uniform(_INNER**2, 1, len(labels)))
    angle = 2 * np.pi * (_TURNS * radius + labels / 2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


SPIRALS = BuiltInSet(_DESCRIPTION, load_spirals, SpiralOptions)
