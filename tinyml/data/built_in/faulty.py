"""Faulty points: two moons with faults in the data, to learn how each fault shows in a run."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.built_in.moons import load_moons
from tinyml.data.built_in.point_options import PointOptions
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions

_MOVED_PART = 0.2
"""Share of the points that are moved, and are the validation part then."""

_DESCRIPTION = DataDescription(
    name="faulty",
    title="Faulty points",
    example_shape=(2,),
    class_names=("upper", "lower"),
    count=1000,
    about="Two moons with faults that you choose: wrong labels, a rare class, other units, a validation part that is "
    "moved.",
)


class FaultyOptions(PointOptions):
    """Each fault is off by default.

    Attributes:
        random_labels: share of points whose label is drawn at random.
        rare: share of points in the lower moon.
        unit: the coordinates are multiplied by it.
        moved: how far the validation points are moved; 0 leaves the validation part to the split.
    """

    random_labels: Annotated[
        float, Field(ge=0, le=1, title="Random labels", description="Share of points whose label is drawn at random.")
    ] = 0.0
    rare: Annotated[
        float, Field(ge=0, le=0.5, title="Rare class", description="Share of points in the lower moon; 0: one class.")
    ] = 0.5
    unit: Annotated[
        float, Field(gt=0, le=1e6, title="Unit", description="The coordinates are multiplied by this number.")
    ] = 1.0
    moved: Annotated[
        float,
        Field(
            ge=0,
            le=10,
            title="Moved",
            description="How far the validation points are moved to the right and up. 0: the split chooses them.",
        ),
    ] = 0.0


class _FaultySet(BuiltInSet):
    def describe(self, options: SourceOptions) -> DataDescription:
        description = super().describe(options)
        moved = isinstance(options, FaultyOptions) and options.moved
        return replace(description, validation_count=_moved_count(description.count) if moved else 0)


def load_faulty(options: FaultyOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Draw the points, and put the faults into them.

    Arguments:
        options: number of points, noise, seed and faults; None for the defaults, which have no fault.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> load_faulty(FaultyOptions(count=100, rare=0.1)).labels.sum()
    np.int64(10)
    """
    chosen = options or FaultyOptions()
    # Twice as many points as needed, so that there are enough of each moon.
    drawn = load_moons(PointOptions(count=2 * chosen.count, noise=chosen.noise, seed=chosen.seed))
    rare = round(chosen.rare * chosen.count)
    kept = np.sort(np.concatenate([np.flatnonzero(drawn.labels == 0)[: chosen.count - rare], _lower(drawn)[:rare]]))
    inputs, labels = drawn.inputs[kept] * np.float32(chosen.unit), drawn.labels[kept].copy()
    rng = np.random.default_rng([chosen.seed, 1])
    wrong = rng.random(chosen.count) < chosen.random_labels
    labels[wrong] = rng.integers(0, 2, chosen.count)[wrong]
    if chosen.moved:
        inputs[-_moved_count(chosen.count) :] += np.float32(chosen.moved * chosen.unit)
    return Dataset(FAULTY.describe(chosen), inputs, labels)


def _lower(drawn: Dataset) -> np.ndarray:
    return np.flatnonzero(drawn.labels == 1)


def _moved_count(count: int) -> int:
    return round(_MOVED_PART * count)


FAULTY = _FaultySet(_DESCRIPTION, load_faulty, FaultyOptions)
