"""What the network believes all over the plane, for data whose samples are points of it."""

import numpy as np

from app.training import Snapshot
from tinyml.learner import class_scores

GROUND_SIZE = 48
"""Points along each axis."""
LARGEST_NETWORK = 20_000
"""Parameters of the largest network that is run on the GUI thread: 2 304 points take a few milliseconds then."""


def believed_everywhere(
    snapshot: Snapshot, codes: np.ndarray, low: np.ndarray, high: np.ndarray, size: int = GROUND_SIZE
) -> np.ndarray | None:
    """Return the scores (rows, columns, classes) on a raster of the plane, the lowest y first.

    Arguments:
        snapshot: the weights.
        codes: of the dataset, to read classes off the outputs.
        low, high: the corners (x, y) of the part of the plane.
        size: rows and columns of the raster.

    None when the network is too large to be run beside the window's other work.
    """
    if sum(tensor.size for tensor in snapshot.tensors.values()) > LARGEST_NETWORK:
        return None
    step = (high - low) / size
    across = low[0] + step[0] * (np.arange(size) + 0.5)
    up = low[1] + step[1] * (np.arange(size) + 0.5)
    x, y = np.meshgrid(across, up)
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    scores = class_scores(snapshot.make_net().predict(points), snapshot.training.loss, codes)
    return scores.reshape(size, size, -1)
