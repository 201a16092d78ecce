"""What the network believes all over the plane, for data whose samples are points of it."""

from dataclasses import dataclass

import numpy as np

from app.training import Snapshot
from tinyml.data import Dataset
from tinyml.learner import class_scores

GROUND_SIZE = 48
"""Points along each axis."""
LARGEST_NETWORK = 20_000
"""Parameters of the largest network that is run on the GUI thread: 2 304 points take a few milliseconds then."""
LARGEST_SET = 5_000
"""Samples of the largest set of points, likewise."""


@dataclass(frozen=True)
class Belief:
    """What a network believes of a plane.

    Attributes:
        ground: scores (rows, columns, classes) on a raster of the plane, the lowest y first.
        predictions: the predicted class of each sample.
    """

    ground: np.ndarray
    predictions: np.ndarray


def believed_of(
    snapshot: Snapshot, samples: Dataset, low: np.ndarray, high: np.ndarray, size: int = GROUND_SIZE
) -> Belief | None:
    """Ask a small network for its belief of a part of the plane and of the samples in it.

    Arguments:
        snapshot: the weights.
        samples: points of the plane.
        low, high: the corners (x, y) of the part of the plane.
        size: rows and columns of the raster.

    None when the network is too large to be run beside the window's other work.
    """
    if sum(tensor.size for tensor in snapshot.tensors.values()) > LARGEST_NETWORK or len(samples) > LARGEST_SET:
        return None
    step = (high - low) / size
    across = low[0] + step[0] * (np.arange(size) + 0.5)
    up = low[1] + step[1] * (np.arange(size) + 0.5)
    x, y = np.meshgrid(across, up)
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    output = snapshot.make_net().predict(np.concatenate([points, samples.inputs]))
    scores = class_scores(output, snapshot.training.loss, samples.codes)
    ground = scores[: len(points)].reshape(size, size, -1)
    return Belief(ground, scores[len(points) :].argmax(axis=1))
