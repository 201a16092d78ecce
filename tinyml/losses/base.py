"""What every loss is, and the checks that they share."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from tinyml.core import Array, DataError, ShapeError, describe_count


class LossFunction(Protocol):
    """A loss function (seed 000, "Losses")."""

    def __call__(self, predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
        """Return the loss, and its gradient in the shape and dtype of `predicted`."""


@dataclass(frozen=True)
class LossDescription:
    """What a front end needs to know of a loss.

    Attributes:
        function: the loss itself; its name in Python is the name used in files.
        title: for people, e.g. "Cross-entropy on scores".
        summary: one sentence: what it makes the network do.
        formula: in one line of plain Unicode text.
        targets: what the ground truth is: "labels", one whole number for each example, or "codes", the vector that the
            network should give.
        last_layer: type of the layer that the network has to end with for this loss ("Softmax"); None when there is
            none to prescribe.
        unwanted_last_layer: type of the layer that must not be last, since the loss does its work; None when there is
            none.
    """

    function: LossFunction
    title: str
    summary: str
    formula: str
    targets: Literal["labels", "codes"]
    last_layer: str | None = None
    unwanted_last_layer: str | None = None

    @property
    def name(self) -> str:
        """The name used in files and settings."""
        return str(getattr(self.function, "__name__", ""))


def check_labels(loss: str, predicted: Array, labels: np.ndarray) -> None:
    """Check that there is one valid label for each row of `predicted`.

    Arguments:
        loss: name of the loss, for the message.
        predicted: `(N, K)`, one column for each class.
        labels: `(N,)` whole numbers from 0 to K - 1.

    Raises `ShapeError` when a shape does not fit, `DataError` when a label is no whole number or out of range.
    """
    if predicted.ndim != 2 or len(predicted) == 0:
        raise ShapeError(
            f"{loss} needs predictions of shape (N, K), one row for each example and one column for each class, "
            f"but received {predicted.shape}."
        )
    if labels.shape != predicted.shape[:1]:
        raise ShapeError(
            f"{loss} needs one label for each of the {len(predicted)} predictions, shape ({len(predicted)},), "
            f"but received labels of shape {labels.shape}."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{loss} needs labels that are whole numbers, but they are {labels.dtype}.")
    low, high, classes = labels.min(), labels.max(), predicted.shape[1]
    if low < 0:
        raise DataError(f"{loss} received the label {low}, but labels are counted from 0.")
    if high >= classes:
        raise DataError(
            f"{loss} received the label {high}, but the network gives {describe_count(classes, 'number')}, so labels "
            f"go from 0 to {classes - 1}. Give its last layer as many outputs as there are classes."
        )


def subtract_truth(probabilities: Array, labels: np.ndarray) -> Array:
    """Return `(probabilities - truth) / N`, where the truth is 1 in the column of each label and 0 elsewhere.

    That is the gradient of the mean cross-entropy with respect to the scores behind the probabilities.
    """
    gradient = probabilities.copy()
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)
    return gradient
