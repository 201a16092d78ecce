"""Which samples are listed: all, those of one class, or the mistakes; and the number of one of them."""

import numpy as np

from app.formatting import format_count
from app.training import SampleTrace

ALL_CLASSES = -1
"""Stands for the samples of every class."""


def own_point(sample_trace: SampleTrace | None) -> np.ndarray | None:
    """Return the place `(2,)` of an own example among the points; None if it is a sample, or has no such place.

    Arguments:
        sample_trace: the recorded forward pass that is shown.
    """
    if sample_trace is None or sample_trace.sample.own is None:
        return None
    numbers = sample_trace.sample.picture.ravel()
    if numbers.size == 1 and sample_trace.numbers is not None:
        return np.array([numbers[0], sample_trace.numbers.ravel()[0]])
    return numbers[:2] if numbers.size == 2 and np.isfinite(numbers).all() else None


def matching_samples(
    labels: np.ndarray, predictions: np.ndarray | None, class_index: int = ALL_CLASSES, mistakes_only: bool = False
) -> np.ndarray:
    """Return the indices of the samples that pass the filters.

    Arguments:
        labels: `(N,)` the true classes.
        predictions: `(N,)` the predicted classes; None while they are unknown. Then there are no mistakes.
        class_index: the true class of the samples; `ALL_CLASSES` for all samples.
        mistakes_only: True for samples with a wrong prediction only.

    >>> matching_samples(np.array([0, 1, 1]), np.array([0, 1, 0]), mistakes_only=True)
    array([2])
    """
    wanted = np.ones(len(labels), bool)
    if class_index != ALL_CLASSES:
        wanted &= labels == class_index
    if mistakes_only:
        wanted &= np.zeros(len(labels), bool) if predictions is None else predictions != labels
    return np.flatnonzero(wanted)


def read_number(text: str, count: int, part: str) -> tuple[int, str]:
    """Read the number of a sample that a user wrote.

    Arguments:
        text: such as "1234" or "#1234".
        count: number of samples.
        part: name of the part of the data that they are, such as "test".

    Returns the number, and a sentence that says what is wrong with it; empty if nothing is.

    >>> read_number("#12", 2000, "test")
    (12, '')
    >>> read_number("2000", 2000, "test")
    (-1, 'There is no sample 2000. Those of the test set have the numbers 0 to 1 999.')
    """
    digits = text.strip().removeprefix("#").strip()
    if not digits.isdecimal():
        return -1, "Write the number of a sample, such as 12 or #12."
    if int(digits) >= count:
        last = format_count(count - 1)
        return -1, f"There is no sample {int(digits)}. Those of the {part} set have the numbers 0 to {last}."
    return int(digits), ""
