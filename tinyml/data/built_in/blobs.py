"""Gaussian blobs: each class is a cloud of points around its centre. Even one layer can learn them."""

from dataclasses import replace
from functools import partial
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.drawn_points import draw_points
from tinyml.data.built_in.point_options import Noise, PointOptions
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions


class BlobOptions(PointOptions):
    """Options of the blobs.

    Attributes:
        classes: number of blobs.
    """

    classes: Annotated[
        int, Field(ge=2, le=10, title="Classes", description="Number of blobs; each of them is a class.")
    ] = 3
    noise: Noise = 0.25


def _class_names(count: int) -> tuple[str, ...]:
    return tuple(f"blob {number}" for number in range(1, count + 1))


_DESCRIPTION = DataDescription(
    name="blobs",
    title="Gaussian blobs",
    example_shape=(2,),
    class_names=_class_names(BlobOptions().classes),
    count=BlobOptions().count,
    about="Points around the corners of a regular polygon. The noise is the standard deviation of each cloud.",
)


class _Blobs(BuiltInSet):
    """The options also decide how many classes there are."""

    def describe(self, options: SourceOptions) -> DataDescription:
        assert isinstance(options, BlobOptions)
        return replace(super().describe(options), class_names=_class_names(options.classes))


def load_blobs(options: BlobOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points.

    Formula: the centre of blob k of K is `(cos a, sin a)` with `a = 2π k / K`; a point is its centre with noise.

    Arguments:
        options: number of points, classes, noise and seed; None for the defaults.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> load_blobs(BlobOptions(classes=5)).description.class_names[-1]
    'blob 5'
    """
    chosen = options or BlobOptions()
    description = replace(_DESCRIPTION, class_names=_class_names(chosen.classes))
    return draw_points(description, chosen, partial(_place, chosen.classes))


def _place(classes: int, labels: np.ndarray, rng: np.random.Generator) -> Array:
    angle = 2 * np.pi * labels / classes
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


BLOBS = _Blobs(_DESCRIPTION, load_blobs, BlobOptions)
