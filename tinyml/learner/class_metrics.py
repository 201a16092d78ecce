"""Precision, recall and F1 of each class, from a confusion matrix."""

from dataclasses import dataclass

import numpy as np

from tinyml.core import DataError


@dataclass(frozen=True, eq=False)
class ClassReport:
    """How well each class is recognised. A share that is not defined is NaN.

    Attributes:
        precision: `(classes,)` share of the predictions of a class that are correct; NaN if it was never predicted.
        recall: `(classes,)` share of the examples of a class that were found; NaN if there are none.
        f1: `(classes,)` harmonic mean of both; NaN if the class has no example and was never predicted.
        support: `(classes,)` number of examples of each class.
    """

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


def class_report(confusion: np.ndarray) -> ClassReport:
    """Compute precision, recall and F1 of each class.

    Formula: with the counts `C[true, predicted]` and the correct predictions `C[k, k]` of class k:

    - `precision = C[k, k] / Σ_true C[true, k]`: how often a prediction of k is correct;
    - `recall = C[k, k] / Σ_predicted C[k, predicted]`: how many examples of k are found;
    - `F1 = 2 C[k, k] / (Σ_true C[true, k] + Σ_predicted C[k, predicted])`: the harmonic mean of both (van Rijsbergen
      1979). It is high only if both are.

    A share of nothing is NaN, not 0: a class without examples was not recognised badly.

    Arguments:
        confusion: `(classes, classes)` counts; row: the true class, column: the predicted one.

    Raises `DataError` if it is not square, or a count is negative.

    >>> found = class_report(np.array([[8, 2], [1, 9]]))
    >>> found.precision.round(3).tolist(), found.recall.tolist(), found.support.tolist()
    ([0.889, 0.818], [0.8, 0.9], [10, 10])
    """
    counts = np.asarray(confusion)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise DataError(
            f"A confusion matrix has a row and a column for each class, but this one has the shape {counts.shape}."
        )
    if counts.size and counts.min() < 0:
        raise DataError(f"A confusion matrix counts examples, but one of its numbers is {counts.min()}.")
    correct, support, predicted = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    return ClassReport(
        precision=_share(correct, predicted),
        recall=_share(correct, support),
        f1=_share(2 * correct, support + predicted),
        support=support,
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return `part / whole`, NaN where the whole is 0."""
    shares = np.full(len(whole), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
