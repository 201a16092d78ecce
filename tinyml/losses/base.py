"""The interface and the description of a loss, and checks that losses share."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from tinyml.core import Array, DataError, ShapeError, as_array, as_floats, describe_count


class LossFunction(Protocol):
    """A loss function (specification 000, "Losses")."""

    def __call__(self, predicted: Array, ground_truth: np.ndarray) -> tuple[float, Array]:
        """Return the loss, and its gradient in the shape and dtype of `predicted`."""


@dataclass(frozen=True)
class LossDescription:
    """Description of a loss, for files and forms.

    Attributes:
        function: the loss function; its name in Python is its name in files.
        title: name on screen, e.g. "Cross-entropy on scores".
        summary: one or two sentences about its effect on the network.
        formula: lines of Unicode text with subscripts, superscripts and roots as in `LayerSettings.formula`.
        targets: type of the ground truth: "labels", one whole number for each example, or "numbers", one vector.
        outputs: type of the network's output: "scores" (logits), "probabilities", or "values", which should come close
            to the targets.
        target_range: smallest and largest allowed target; None for any.
        last_layer: type of the layer that the network must end with ("Softmax"); None for any.
        unwanted_last_layer: type of the layer that the network must not end with; None for none.
        aliases: other names for `find_loss`, also valid with "_loss" at the end.
        pytorch: source code of the same loss in PyTorch, a function of outputs and targets; it needs the names `torch`
            and `nn`. Empty if PyTorch has none.
    """

    function: LossFunction
    title: str
    summary: str
    formula: str
    targets: Literal["labels", "numbers"]
    outputs: Literal["scores", "probabilities", "values"] = "scores"
    target_range: tuple[float, float] | None = None
    last_layer: str | None = None
    unwanted_last_layer: str | None = None
    aliases: tuple[str, ...] = ()
    pytorch: str = ""

    @property
    def name(self) -> str:
        """Name in files and settings."""
        return str(getattr(self.function, "__name__", ""))


def check_labels(loss: str, predicted: Any, labels: Any) -> tuple[Array, np.ndarray]:
    """Check that there is a valid label for each row of `predicted`; return both as arrays.

    Arguments:
        loss: name of the loss, for the message.
        predicted: `(N, K)`, one column for each class.
        labels: `(N,)` whole numbers from 0 to K - 1.

    Raises `ShapeError` if a shape does not fit, `DataError` if a label is not a whole number or out of range.
    """
    predicted, labels = as_floats(predicted, "The predictions"), as_array(labels, "The labels")
    if predicted.ndim != 2 or len(predicted) == 0:
        raise ShapeError(
            f"{loss} needs predictions of shape (N, K), one row for each example and one column for each class, "
            f"but received {predicted.shape}."
        )
    if labels.shape != predicted.shape[:1]:
        raise ShapeError(
            f"{loss} needs one label for each of the {len(predicted)} predictions, shape ({len(predicted)},), "
            f"but received labels of shape {labels.shape}.{_label_remedy(predicted, labels)}"
        )
    if labels.dtype.kind not in "iu":
        whole = labels.dtype.kind == "b" or (labels.dtype.kind == "f" and (labels == np.floor(labels)).all())
        remedy = " Use labels.astype(int)." if whole else ""
        raise DataError(f"{loss} needs labels that are whole numbers, but they are {labels.dtype}.{remedy}")
    low, high, classes = np.minimum.reduce(labels), np.maximum.reduce(labels), predicted.shape[1]
    if low < 0:
        raise DataError(f"{loss} received the label {low}, but labels are counted from 0.")
    if high >= classes:
        raise DataError(
            f"{loss} received the label {high}, but the network has {describe_count(classes, 'output')}, so labels "
            f"go from 0 to {classes - 1}. Give its last layer one output for each class."
        )
    return predicted, labels


def _label_remedy(predicted: Array, labels: np.ndarray) -> str:
    if labels.shape == (len(predicted), 1):
        return " Use labels[:, 0]."
    if labels.shape == predicted.shape:
        return " If each row has a 1 in the column of its class, use labels.argmax(axis=1)."
    return ""


def check_truth(loss: str, predicted: Any, ground_truth: Any) -> tuple[Array, Array]:
    """Check that the ground truth has the shape of `predicted`; return both as arrays of one dtype.

    Arguments:
        loss: name of the loss, for the message.
        predicted: of any shape, not empty.
        ground_truth: of the same shape.

    Raises `ShapeError` if the shapes differ or are empty, `DataError` if the ground truth does not consist of numbers.

    >>> check_truth("some_loss", np.ones((1, 2)), [[1, 0]])
    (array([[1., 1.]]), array([[1., 0.]]))
    """
    predicted, truth = as_floats(predicted, "The predictions"), as_array(ground_truth, "The ground truth")
    if predicted.shape != truth.shape or predicted.size == 0:
        raise ShapeError(
            f"{loss} needs a ground truth of the same shape as the predictions, {predicted.shape}, "
            f"but received {truth.shape}.{_truth_remedy(predicted, truth)}"
        )
    if truth.dtype.kind not in "fiub":
        raise DataError(f"{loss} needs a ground truth made of numbers, but it is {truth.dtype}.")
    return predicted, truth if truth.dtype is predicted.dtype else truth.astype(predicted.dtype)


def _truth_remedy(predicted: Array, truth: np.ndarray) -> str:
    if predicted.shape == (*truth.shape, 1):
        return " Add an axis: use targets[:, np.newaxis]."
    if predicted.ndim == 2 and truth.shape == predicted.shape[:1]:
        return " If these are labels, give the target vector of each class instead."
    if predicted.size == truth.size and len(predicted) == len(truth):
        return " Use targets.reshape(predicted.shape)."
    return ""


def difference_from(loss: str, predicted: Any, ground_truth: Any) -> Array:
    """Return `predicted - ground_truth` as a new array, after the checks of `check_truth`.

    Arguments:
        loss: name of the loss, for error messages.
        predicted: ŷ, the outputs of the network.
        ground_truth: y, the targets.
    """
    numbers, truth = check_truth(loss, predicted, ground_truth)
    return numbers - truth


def subtract_truth(probabilities: Array, labels: np.ndarray) -> Array:
    """Return `(probabilities - truth) / N`; the truth is 1 in the column of each label and 0 elsewhere.

    This is the gradient of the mean cross-entropy with respect to the scores.
    """
    gradient = probabilities.copy()
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)
    return gradient
