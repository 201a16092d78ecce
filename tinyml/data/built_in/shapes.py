"""Shapes: images of eight geometric figures with 28×28 pixels. A seed makes the same images each time.

A signed distance describes each figure: it is negative inside and positive outside, in pixels. Clipping it to one pixel
around the outline gives smooth edges. (The distance of a polygon is the distance to the lines of its sides. Near the
outline this is exact enough.)
"""

from collections.abc import Callable

import numpy as np

from tinyml.core import Array
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions
from tinyml.data.preprocessing import ImageEncoding

_SEED = 8
_SIZE = 28
_PER_CLASS = 500

Distance = Callable[[Array, Array], Array]
"""(x, y) in units of the figure's radius -> signed distance in the same unit."""


def _length(x: Array, y: Array) -> Array:
    length: Array = np.hypot(x, y)
    return length


def _intersection(first: Array, second: Array) -> Array:
    """Return the distance to the intersection of two figures."""
    shared: Array = np.maximum(first, second)
    return shared


def _union(first: Array, second: Array) -> Array:
    """Return the distance to the union of two figures."""
    united: Array = np.minimum(first, second)
    return united


def _disc(x: Array, y: Array) -> Array:
    return _length(x, y) - 0.9


def _ring(x: Array, y: Array) -> Array:
    return _intersection(_length(x, y) - 0.95, 0.55 - _length(x, y))


def _box(x: Array, y: Array, width: float, height: float) -> Array:
    return _intersection(np.abs(x) - width, np.abs(y) - height)


def _line(x: Array, y: Array) -> Array:
    return _box(x, y, 1.0, 0.13)


def _cross(x: Array, y: Array) -> Array:
    return _union(_box(x, y, 0.95, 0.25), _box(x, y, 0.25, 0.95))


def _crescent(x: Array, y: Array) -> Array:
    return _intersection(_length(x, y) - 0.95, 0.8 - _length(x - 0.5, y))


def _star(x: Array, y: Array, points: int, inner: float) -> Array:
    """Return the distance to a star. Symmetry folds it into the wedge between an outer and the next inner corner.

    Arguments:
        points: number of outer corners, at distance 1.
        inner: distance of the inner corners; cos(π / points) for a regular polygon.
    """
    wedge = np.pi / points
    angle = np.abs((np.arctan2(y, x) + wedge) % (2 * wedge) - wedge)
    radius = _length(x, y)
    across, up = inner * np.cos(wedge) - 1, inner * np.sin(wedge)
    signed: Array = (up * (radius * np.cos(angle) - 1) - across * radius * np.sin(angle)) / np.hypot(across, up)
    return signed


def _polygon(x: Array, y: Array, corners: int) -> Array:
    return _star(x, y, corners, float(np.cos(np.pi / corners)))


_FIGURES: dict[str, Distance] = {
    "circle": _disc,
    "ring": _ring,
    "triangle": lambda x, y: _polygon(x, y, 3),
    "square": lambda x, y: _polygon(x, y, 4),
    "star": lambda x, y: _star(x, y, 5, 0.45),
    "cross": _cross,
    "crescent": _crescent,
    "line": _line,
}

_DESCRIPTION = DataDescription(
    name="shapes",
    title="Shapes 28×28",
    example_shape=(1, _SIZE, _SIZE),
    class_names=tuple(_FIGURES),
    count=_PER_CLASS * len(_FIGURES),
    about="4000 drawn figures of eight kinds, rotated, shifted, scaled and noisy. They are the same every time.",
    encoding=ImageEncoding(height=_SIZE, width=_SIZE, channels=1),
)


def load_shapes(options: SourceOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the figures: 500 of each kind, in random order.

    Each figure has a random angle, a radius of 6.5 to 11.5 pixels, a centre up to 3 pixels from that of the image, a
    grey of 0.5 to 1 on black, and Gaussian noise with a standard deviation of up to 0.12.

    Arguments:
        options: there are none.
        progress: called with the share of the figures that is done.

    Shapes: inputs `(4000, 1, 28, 28)` in 0 … 1, labels `(4000,)`.
    """
    rng = np.random.default_rng(_SEED)
    images = np.empty((_DESCRIPTION.count, _SIZE, _SIZE), np.float32)
    labels = np.repeat(np.arange(len(_FIGURES)), _PER_CLASS)
    for label, distance in enumerate(_FIGURES.values()):
        if progress is not None:
            progress(label / len(_FIGURES))
        images[labels == label] = _draw(distance, _PER_CLASS, rng)
    order = rng.permutation(len(labels))
    return Dataset(_DESCRIPTION, images[order][:, np.newaxis], labels[order].astype(np.int64))


def _draw(distance: Distance, count: int, rng: np.random.Generator) -> Array:
    """Draw `count` figures of one kind as `(count, 28, 28)`."""

    def uniform(low: float, high: float) -> Array:
        return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)

    rows, columns = np.mgrid[:_SIZE, :_SIZE].astype(np.float32) - (_SIZE - 1) / 2
    radius, angle = uniform(6.5, 11.5), uniform(0, 2 * np.pi)
    x, y = columns - uniform(-3, 3), rows - uniform(-3, 3)
    rotated_x = (x * np.cos(angle) + y * np.sin(angle)) / radius
    rotated_y = (y * np.cos(angle) - x * np.sin(angle)) / radius
    coverage = np.clip(0.5 - distance(rotated_x, rotated_y) * radius, 0, 1)
    noise = uniform(0, 0.12) * rng.standard_normal(coverage.shape, np.float32)
    return np.clip(coverage * uniform(0.5, 1) + noise, 0, 1)


SHAPES = BuiltInSet(_DESCRIPTION, load_shapes)
