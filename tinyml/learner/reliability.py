"""Calibration: are the scores of a classifier as high as its predictions are often correct?"""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, DataError, SettingsError

BINS = 10
"""Number of bins of a reliability diagram, as in Guo et al. (2017)."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """The predictions in bins of equal width by their confidence. Means of an empty bin are NaN.

    Attributes:
        edges: `(bins + 1,)` limits of the bins, from 0 to 1. A bin holds its upper limit, not its lower one.
        counts: `(bins,)` number of predictions in each bin.
        confidence: `(bins,)` mean confidence in each bin.
        accuracy: `(bins,)` share of correct predictions in each bin.
        error: the expected calibration error, 0 to 1.
        skipped: number of predictions whose confidence is not finite. No bin holds them.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    error: float
    skipped: int

    @property
    def overconfidence(self) -> float:
        """Mean confidence minus accuracy over all bins: positive if the network is too sure of itself.

        >>> calibration(np.array([0.9, 0.9]), np.array([True, False]), bins=2).overconfidence
        0.4
        """
        filled = self.counts > 0
        shares = self.counts[filled] / self.counts.sum()
        return float((shares * (self.confidence - self.accuracy)[filled]).sum())


def calibration(confidences: Array, correct: np.ndarray, bins: int = BINS) -> Calibration:
    """Compare how sure a classifier is with how often it is correct (reliability diagram, Guo et al. 2017).

    Formula: with N predictions, of which the `n_b` in bin b have the mean confidence `conf_b` and are correct with the
    frequency `acc_b`, the expected calibration error is `ECE = Σ_b n_b / N · |acc_b - conf_b|`.

    Arguments:
        confidences: `(N,)` score of the predicted class, 0 to 1. Values beyond by a rounding error are clipped.
        correct: `(N,)` True where the prediction is correct.
        bins: number of bins, at least 1.

    Raises `DataError` if there are no finite confidences, one is clearly outside of 0 … 1, or the lengths differ;
    `SettingsError` for fewer than one bin.

    >>> found = calibration(np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, True, True, False]))
    >>> found.counts.tolist(), round(found.error, 3)
    ([0, 0, 0, 0, 0, 2, 0, 0, 0, 2], 0.05)
    """
    if bins < 1:
        raise SettingsError(f"bins is {bins} but should be at least 1.")
    if confidences.shape != correct.shape or confidences.ndim != 1:
        raise DataError(
            f"There should be one confidence for each prediction, but their shapes are {confidences.shape} and "
            f"{correct.shape}."
        )
    known = np.isfinite(confidences)
    found, hits = confidences[known].astype(np.float64), correct[known].astype(bool)
    if not found.size:
        raise DataError("There is no finite confidence to compare with the accuracy.")
    if found.min() < -_TOLERANCE or found.max() > 1 + _TOLERANCE:
        raise DataError(f"A confidence is {found.min():g} or {found.max():g} but should be from 0 to 1.")
    found = found.clip(0, 1)
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.searchsorted(edges, found, side="left") - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    filled = counts > 0
    confidence, accuracy = np.full(bins, np.nan), np.full(bins, np.nan)
    confidence[filled] = np.bincount(places, found, bins)[filled] / counts[filled]
    accuracy[filled] = np.bincount(places, hits, bins)[filled] / counts[filled]
    error = float((counts[filled] * np.abs(accuracy - confidence)[filled]).sum() / len(found))
    return Calibration(edges, counts, confidence, accuracy, error, int((~known).sum()))


_TOLERANCE = 1e-3
"""Scores of a softmax in float32 may exceed 1 by about 1e-6."""
