"""The outputs of a network between the samples: on a grid over a plane, or for rising values of one input."""

from dataclasses import dataclass

import numpy as np

from app.training.sample_trace import unscaled_output
from app.training.snapshot import Snapshot
from tinyml.data import Dataset
from tinyml.learner import class_scores

MAP_SIZE = 48
"""Rows and columns of a decision map."""
CURVE_SIZE = 256
"""Number of points of a curve."""
_BATCH_SIZE = 1024
"""Number of points in one batch of the forward pass. A small batch limits the memory that a large network needs."""


@dataclass(frozen=True)
class DecisionMap:
    """The class scores of a network on a grid over a plane.

    Attributes:
        snapshot: the weights of the network.
        samples: examples that are points of the plane.
        scores: `(rows, columns, classes)` the class scores on the grid, the lowest y first.
        predictions: `(N,)` the predicted class of each sample.
    """

    snapshot: Snapshot
    samples: Dataset
    scores: np.ndarray
    predictions: np.ndarray


def compute_decision_map(
    snapshot: Snapshot, samples: Dataset, low: np.ndarray, high: np.ndarray, size: int = MAP_SIZE
) -> DecisionMap:
    """Compute the class scores of a network on a grid, and the predicted class of each sample.

    This is too slow for the GUI thread, so run it in a `Job`.

    Arguments:
        snapshot: the weights of the network.
        samples: examples that are points of the plane.
        low, high: `(2,)` the lower left and the upper right corner (x, y) of the grid.
        size: rows and columns of the grid.
    """
    points = plane_grid(low, high, size)
    prepared = snapshot.prepare(samples)
    output = snapshot.make_net().predict(np.concatenate([prepared.scale(points), prepared.inputs]), _BATCH_SIZE)
    predicted = class_scores(output, snapshot.training.loss, samples.class_targets)
    scores = predicted[: len(points)].reshape(size, size, -1)
    return DecisionMap(snapshot, samples, scores, predicted[len(points) :].argmax(axis=1))


def plane_grid(low: np.ndarray, high: np.ndarray, size: int) -> np.ndarray:
    """Return the points in the middle of the cells of a grid, `(size · size, 2)` float32, the lowest y first.

    Arguments:
        low, high: `(2,)` the lower left and the upper right corner (x, y) of the grid.
        size: rows and columns of the grid.

    >>> plane_grid(np.zeros(2), np.full(2, 4.0), 2).tolist()
    [[1.0, 1.0], [3.0, 1.0], [1.0, 3.0], [3.0, 3.0]]
    """
    step = (high - low) / size
    columns = low[0] + step[0] * (np.arange(size) + 0.5)
    rows = low[1] + step[1] * (np.arange(size) + 0.5)
    x, y = np.meshgrid(columns, rows)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Curve:
    """The outputs of a network with one input and one output.

    Attributes:
        snapshot: the weights of the network.
        samples: the examples that are shown together with the curve.
        x: `(K,)` inputs in rising order.
        y: `(K,)` the network's outputs for these inputs.
    """

    snapshot: Snapshot
    samples: Dataset
    x: np.ndarray
    y: np.ndarray


def compute_curve(snapshot: Snapshot, samples: Dataset, low: float, high: float, size: int = CURVE_SIZE) -> Curve:
    """Compute the outputs of a network with one input and one output.

    Arguments:
        snapshot: the weights of the network.
        samples: the examples that are shown together with the curve.
        low, high: the smallest and the largest input.
        size: number of inputs, at equal distances.
    """
    x = np.linspace(low, high, size, dtype=np.float32)
    prepared = snapshot.prepare(samples)
    output = snapshot.make_net().predict(prepared.scale(x[:, np.newaxis]))
    return Curve(snapshot, samples, x, unscaled_output(prepared, output)[:, 0])
