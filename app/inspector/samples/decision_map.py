"""What the network predicts besides the samples: all over the plane, or along a curve for inputs of one number."""

from dataclasses import dataclass

import numpy as np

from app.training import Snapshot
from tinyml.data import Dataset
from tinyml.learner import class_scores

MAP_SIZE = 48
"""Points along each axis."""
CURVE_SIZE = 256
"""Points of a curve."""
_SLICE = 1024
"""Points that go through the network together: few enough that a large one needs little memory."""


@dataclass(frozen=True)
class DecisionMap:
    """The class scores of a network on a grid over a plane.

    Attributes:
        snapshot: the weights of the network.
        samples: points of the plane.
        scores: (rows, columns, classes) on a raster of the plane, the lowest y first.
        predictions: the predicted class of each sample.
    """

    snapshot: Snapshot
    samples: Dataset
    scores: np.ndarray
    predictions: np.ndarray


def compute_decision_map(
    snapshot: Snapshot, samples: Dataset, low: np.ndarray, high: np.ndarray, size: int = MAP_SIZE
) -> DecisionMap:
    """Ask a network for its belief of a part of the plane and of the samples in it; it takes a while.

    Arguments:
        snapshot: the weights.
        samples: points of the plane.
        low, high: the corners (x, y) of the part of the plane.
        size: rows and columns of the raster.
    """
    step = (high - low) / size
    across = low[0] + step[0] * (np.arange(size) + 0.5)
    up = low[1] + step[1] * (np.arange(size) + 0.5)
    x, y = np.meshgrid(across, up)
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    output = snapshot.make_net().predict(np.concatenate([points, samples.inputs]), _SLICE)
    predicted = class_scores(output, snapshot.training.loss, samples.class_targets)
    scores = predicted[: len(points)].reshape(size, size, -1)
    return DecisionMap(snapshot, samples, scores, predicted[len(points) :].argmax(axis=1))


@dataclass(frozen=True)
class Curve:
    """What a network predicts for inputs of one number.

    Attributes:
        snapshot: the weights of the network.
        samples: what it was asked about.
        x, y: `(K,)` inputs in rising order, and the outputs.
    """

    snapshot: Snapshot
    samples: Dataset
    x: np.ndarray
    y: np.ndarray


def predicted_curve(snapshot: Snapshot, samples: Dataset, low: float, high: float, size: int = CURVE_SIZE) -> Curve:
    """Compute what a network with one input and one output predicts from `low` to `high`, at `size` points."""
    x = np.linspace(low, high, size, dtype=np.float32)
    return Curve(snapshot, samples, x, snapshot.make_net().predict(x[:, np.newaxis])[:, 0])
