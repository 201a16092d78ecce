"""Datasets of drawn points in the plane: balanced classes in random order, shifted by noise."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinyml.core import Array
from tinyml.data.built_in.point_options import PointOptions
from tinyml.data.dataset import DataDescription, Dataset

Curve = Callable[[np.ndarray, np.random.Generator], Array]
"""(labels `(N,)`, generator) -> points `(N, 2)` without noise."""


def draw_points(description: DataDescription, options: PointOptions, curve: Curve) -> Dataset:
    """Draw the points of a set.

    Formula: the classes have equal sizes, up to one point, and a random order. To each point a normal random number
    with standard deviation `noise` is added in both directions.

    Arguments:
        description: with the names of the classes.
        options: number of points, noise and seed.
        curve: places the points of each class.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> from tinyml.data.built_in.moons import MOONS
    >>> points = draw_points(MOONS.description, PointOptions(noise=0), lambda labels, rng: labels[:, np.newaxis])
    >>> bool((points.inputs[:, 0] == points.labels).all())
    True
    """
    rng = np.random.default_rng(options.seed)
    labels = rng.permutation(np.arange(options.count) % len(description.class_names)).astype(np.int64)
    points = curve(labels, rng) + options.noise * rng.standard_normal((options.count, 2))
    return Dataset(replace(description, count=options.count), points.astype(np.float32), labels)
