"""Circle: points of the unit square, inside or outside of a circle (specification 003, section I.G)."""

from dataclasses import replace

import numpy as np

from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions

_SEED = 3

_DESCRIPTION = DataDescription(
    name="circle",
    title="Circle",
    example_shape=(2,),
    class_names=("outside", "inside"),
    count=1000,
    about="1000 random points of a square. The class says if a point is inside a circle with half of the area.",
)


def load_circle(options: SourceOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the 1000 points. They take no time, so the progress is not reported.

    Arguments:
        options: there are none.
        progress: not used.

    Formula: `x` uniform in [0, 1]²; the label is 1 when `|x - (0.5, 0.5)| < 1/√(2π)`, a circle of area ½, and 0
    otherwise. For `mse_loss` the targets of the classes are (-1, -1) for 0 and (1, 1) for 1.

    Shapes: inputs `(1000, 2)`, labels `(1000,)`, class_targets `(2, 2)`.

    >>> load_circle().class_targets
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """
    return draw_circle(_DESCRIPTION.count, np.random.default_rng(_SEED))


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


CIRCLE = BuiltInSet(_DESCRIPTION, load_circle)
