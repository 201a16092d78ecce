"""Two moons: two half circles that reach into each other. A straight line cannot separate them."""

import numpy as np

from tinyml.core import Array
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.drawn_points import draw_points
from tinyml.data.built_in.point_options import PointOptions
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback

_DESCRIPTION = DataDescription(
    name="moons",
    title="Two moons",
    example_shape=(2,),
    class_names=("upper", "lower"),
    count=1000,
    about="Points of two half circles that reach into each other, as in scikit-learn's make_moons.",
)


def load_moons(options: PointOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: with `t` uniform in [0, π], a point of the upper moon is `(cos t, sin t)`, one of the lower moon
    `(1 - cos t, ½ - sin t)`, each with noise (Pedregosa et al. 2011, scikit-learn).

    Arguments:
        options: number of points, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> load_moons(PointOptions(count=30, noise=0)).inputs.shape
    (30, 2)
    """
    return draw_points(_DESCRIPTION, options or PointOptions(), _place)


def _place(labels: np.ndarray, rng: np.random.Generator) -> Array:
    angle = rng.uniform(0, np.pi, len(labels))
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    placed: Array = np.where(labels[:, np.newaxis] == 0, upper, lower)
    return placed


MOONS = BuiltInSet(_DESCRIPTION, load_moons, PointOptions)
