"""XOR: the class says if both coordinates have the same sign (Minsky and Papert 1969)."""

import numpy as np

from tinyml.core import Array
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.drawn_points import draw_points
from tinyml.data.built_in.point_options import Noise, PointOptions
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback

_DESCRIPTION = DataDescription(
    name="xor",
    title="XOR",
    example_shape=(2,),
    class_names=("same sign", "different signs"),
    count=1000,
    about="Points of a square. The class says if both coordinates have the same sign, which no single layer can learn "
    "(Minsky and Papert 1969).",
)


class XorOptions(PointOptions):
    """Noise moves points across the borders of the classes, so it is smaller by default."""

    noise: Noise = 0.05


def load_xor(options: XorOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: `x` and `y` uniform in [-1, 1]; the label is 0 if `x y > 0`, otherwise 1. Then noise is added.

    Arguments:
        options: number of points, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> data = load_xor(XorOptions(noise=0))
    >>> bool(((data.inputs.prod(axis=1) < 0) == data.labels).all())
    True
    """
    return draw_points(_DESCRIPTION, options or XorOptions(), _place)


def _place(labels: np.ndarray, rng: np.random.Generator) -> Array:
    # Not 0, which has no sign.
    size = rng.uniform(1e-3, 1, (len(labels), 2))
    first = rng.choice([-1.0, 1.0], len(labels))
    second = np.where(labels == 0, first, -first)
    placed: Array = size * np.stack([first, second], axis=1)
    return placed


XOR = BuiltInSet(_DESCRIPTION, load_xor, XorOptions)
