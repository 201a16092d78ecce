"""Circle: points of the unit square, inside or outside of a circle (specification 003, section I.G)."""

from dataclasses import replace

import numpy as np

from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.point_options import Noise, PointOptions, Seed
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback

_DESCRIPTION = DataDescription(
    name="circle",
    title="Circle",
    example_shape=(2,),
    class_names=("outside", "inside"),
    count=1000,
    about="Random points of a square. The class says if a point is inside a circle with half of the area.",
)


class CircleOptions(PointOptions):
    """Noise moves points across the circle, so there is none by default."""

    noise: Noise = 0.0
    seed: Seed = 3


def load_circle(options: CircleOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: `x` uniform in [0, 1]²; the label is 1 when `|x - (0.5, 0.5)| < 1/√(2π)`, a circle of area ½, and 0
    otherwise. Then the noise is added. For `mse_loss` the targets of the classes are (-1, -1) for 0 and (1, 1) for 1.

    Arguments:
        options: number of points, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`, class_targets `(2, 2)`.

    >>> load_circle().class_targets
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """
    chosen = options or CircleOptions()
    rng = np.random.default_rng(chosen.seed)
    drawn = draw_circle(chosen.count, rng)
    if not chosen.noise:
        return drawn
    shifted = drawn.inputs + chosen.noise * rng.standard_normal(drawn.inputs.shape)
    return replace(drawn, stored_inputs=shifted.astype(np.float32))


def draw_circle(count: int, rng: np.random.Generator) -> Dataset:
    """Draw other points of the same distribution.

    Arguments:
        count: number of points.
        rng: random generator.

    >>> draw_circle(5, np.random.default_rng(0)).labels
    array([1, 0, 0, 1, 0])
    """
    inputs = rng.random((count, 2)).astype(np.float32)
    inside = ((inputs - 0.5) ** 2).sum(axis=1) < 1 / (2 * np.pi)
    class_targets = np.array([[-1, -1], [1, 1]], np.float32)
    return Dataset(replace(_DESCRIPTION, count=count), inputs, inside.astype(np.int64), class_targets)


CIRCLE = BuiltInSet(_DESCRIPTION, load_circle, CircleOptions)
