"""The examples of the data as points of the plane of their inputs."""

from dataclasses import dataclass

import numpy as np

from app.training.dataset_cache import load_splits
from app.training.sample_points import labels_of, points_of
from tinyml.data import DataChoice, DataDescription, Dataset
from tinyml.data.built_in.own_points import MOST_POINTS as MOST_OWN_POINTS

MOST_POINTS = 600
"""Largest number of points of each part that are shown."""
_MARGIN = 0.1
"""Free space around the points, as a share of their extent."""

NO_PLANE = (
    "A decision map needs two inputs and classes or one number as target, or one input and one number. Choose Circle, "
    "Two moons, XOR or Noisy sine on the page Data to see one."
)


@dataclass(frozen=True, eq=False)
class PlanePoints:
    """Training and validation examples as points. They are copies, so the data may be freed.

    Attributes:
        choice: the data that they come from.
        samples: some examples, for their scaling and their class targets.
        training: `(N, 2)` the training points.
        validation: `(M, 2)` the validation points, or test points if there are none.
        training_values: `(N,)` classes of the training points, or their target numbers.
        validation_values: `(M,)` the same of the validation points.
        kind: "validation" or "test": what the second points are.
        count: number of examples of the data, in all parts.
        editable: the points `(K, 2)` and the values `(K,)` of all parts, also of those that are not shown; only the
            shown ones if there are more than `MOST_OWN_POINTS`.
    """

    choice: DataChoice
    samples: Dataset
    training: np.ndarray
    validation: np.ndarray
    training_values: np.ndarray
    validation_values: np.ndarray
    kind: str
    count: int
    editable: tuple[np.ndarray, np.ndarray]

    @property
    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest coordinates (x, y) of the points, with a margin."""
        points = np.concatenate([self.training, self.validation])
        low, high = points.min(axis=0), points.max(axis=0)
        margin = _MARGIN * np.maximum(high - low, 1e-6)
        return low - margin, high + margin

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest target number."""
        values = np.concatenate([self.training_values, self.validation_values])
        return float(values.min()), float(values.max())


def find_obstacle(description: DataDescription | None) -> str:
    """Return one sentence that says why data have no decision map; empty if they have one.

    Arguments:
        description: of the data; None if it is not known yet.
    """
    if description is None:
        return "The data are not known yet."
    shape, outputs = description.example_shape, description.target_shape
    if shape == (2,) and (description.has_classes or outputs == (1,)):
        return ""
    if shape == (1,) and outputs == (1,):
        return ""
    return NO_PLANE


def collect_points(choice: DataChoice) -> PlanePoints:
    """Take points from the data. Call this off the GUI thread.

    Arguments:
        choice: the data.

    Raises `DataError` if the data cannot be read.
    """
    splits = load_splits(choice)
    kind, other = ("validation", splits.validation) if len(splits.validation) else ("test", splits.test)
    parts = splits.train, splits.validation, splits.test
    count = sum(map(len, parts))
    shown = _points(splits.train, MOST_POINTS), _points(other, MOST_POINTS)
    kept = shown if count > MOST_OWN_POINTS else tuple(_points(part, len(part)) for part in parts if len(part))
    points, values = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    samples = splits.train.take(np.arange(min(len(splits.train), 1)))
    (training, training_values), (others, other_values) = shown
    return PlanePoints(choice, samples, training, others, training_values, other_values, kind, count, (points, values))


def _points(part: Dataset, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points `(K, 2)` at equal distances in a part of the data, and their `(K,)` classes or target numbers."""
    count = min(len(part), most)
    chosen = part.take(np.linspace(0, max(len(part) - 1, 0), count).round().astype(np.intp))
    points = points_of(chosen)[:, :2].astype(np.float64)
    if part.description.has_classes:
        return points, labels_of(chosen)
    return points, chosen.unscaled_target_numbers(slice(None)).reshape(len(points), -1)[:, 0].astype(np.float64)
