"""Some validation examples with their targets, and what the weights of a run predict for them."""

from dataclasses import dataclass

import numpy as np

from app.training import Snapshot
from app.training.dataset_cache import load_splits
from app.training.sample_trace import unscaled_output
from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, Dataset

MOST_POINTS = 500
"""Largest number of examples in the scatter plot."""
MOST_IMAGES = 24
"""Largest number of images beside their reconstructions."""
_BATCH_SIZE = 64


@dataclass(frozen=True, eq=False)
class ValidationExamples:
    """Examples at equal distances in the validation part. They are copies, so the rest of the data may be freed.

    Attributes:
        choice: the data that they come from.
        part: the examples as a dataset of their own.
        inputs: `(K, …)` as the network gets them.
        pictures: `(K, …)` the same before scaling.
        targets: `(K, …)` the target numbers in the units of the data.
        count: number of examples in the whole validation part.
    """

    choice: DataChoice
    part: Dataset
    inputs: np.ndarray
    pictures: np.ndarray
    targets: np.ndarray
    count: int


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network predicts for validation examples.

    Attributes:
        examples: the examples.
        snapshot: the weights of the network.
        predicted: `(K, …)` in the units of the data.
    """

    examples: ValidationExamples
    snapshot: Snapshot
    predicted: np.ndarray


def collect_examples(choice: DataChoice) -> ValidationExamples:
    """Take examples from the validation part. Call this off the GUI thread.

    Arguments:
        choice: the data. Its targets are numbers.

    Raises `DataError` if the data cannot be read.
    """
    validation = load_splits(choice).validation
    images = len(validation.description.target_shape or ()) == 3
    count = min(len(validation), MOST_IMAGES if images else MOST_POINTS)
    rows = np.linspace(0, len(validation) - 1, count).round().astype(np.intp)
    part = validation.take(rows)
    everything = slice(None)
    return ValidationExamples(
        choice,
        part,
        part.examples(everything),
        part.unscaled_examples(everything),
        part.unscaled_target_numbers(everything),
        len(validation),
    )


def predict_examples(snapshot: Snapshot, examples: ValidationExamples) -> Predictions:
    """Predict the examples. Call this off the GUI thread.

    Arguments:
        snapshot: the weights of the network.
        examples: the examples.
    """
    with one_blas_thread():
        output = snapshot.make_net().predict(examples.inputs, _BATCH_SIZE)
    return Predictions(examples, snapshot, unscaled_output(examples.part, output))


def r_squared(targets: np.ndarray, predicted: np.ndarray) -> float:
    """Return R² = 1 - Σ (y - p)² / Σ (y - mean y)²; NaN if all targets are equal or a number is not finite.

    Arguments:
        targets: `(K,)` the target numbers y.
        predicted: `(K,)` the predicted numbers p.

    >>> r_squared(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    variation = float(((targets - targets.mean()) ** 2).sum()) if targets.size else 0.0
    error = float(((targets - predicted) ** 2).sum())
    return 1 - error / variation if variation > 0 and np.isfinite(error) else float("nan")
