"""Which samples are offered: all, those of one class, or the mistakes."""

import numpy as np

ALL_CLASSES = -1


def matching_samples(
    labels: np.ndarray, predictions: np.ndarray | None, class_index: int = ALL_CLASSES, mistakes_only: bool = False
) -> np.ndarray:
    """Return the indices of the samples that are of the wanted class and, if wished, wrongly predicted.

    Arguments:
        labels: `(N,)` the true classes.
        predictions: `(N,)` the predicted classes; None while they are unknown, which counts as no mistakes.
        class_index: the true class that is wanted; `ALL_CLASSES` for any.
        mistakes_only: leave out what is predicted correctly.

    >>> matching_samples(np.array([0, 1, 1]), np.array([0, 1, 0]), mistakes_only=True)
    array([2])
    """
    wanted = np.ones(len(labels), bool)
    if class_index != ALL_CLASSES:
        wanted &= labels == class_index
    if mistakes_only:
        wanted &= np.zeros(len(labels), bool) if predictions is None else predictions != labels
    return np.flatnonzero(wanted)
