"""Objective: the targets that a loss needs, and the classes that the outputs of its network stand for."""

import numpy as np

from tinyml.core import Array, DataError
from tinyml.data import DataDescription, Dataset
from tinyml.data.dataset import Rows
from tinyml.losses import LossDescription, LossFunction, find_loss, loss_descriptions

NO_CLASS = -1
"""The predicted class of an example whose scores are not finite. It is never the correct one."""


def class_targets_for(loss: LossDescription | None, class_targets: Array) -> Array:
    """Return the class targets that a loss compares outputs with.

    These are the class targets of the dataset, if they are in the range of the loss. Otherwise they are one-hot
    vectors: the target of each class is 1 for the output of this class and 0 for the others.

    Arguments:
        loss: description of the loss; None for a function that is not in `tinyml.losses`.
        class_targets: `(classes, outputs)` of the dataset.

    >>> loss = loss_descriptions()["binary_cross_entropy_with_logits_loss"]
    >>> class_targets_for(loss, np.array([[-1.0, -1.0], [1.0, 1.0]]))
    array([[1., 0.],
           [0., 1.]])
    """
    if loss is None or loss.target_range is None or not len(class_targets):
        return class_targets
    low, high = loss.target_range
    return (
        class_targets
        if class_targets.min() >= low and class_targets.max() <= high
        else np.eye(len(class_targets), dtype=class_targets.dtype)
    )


def check_loss(loss: LossFunction | str, description: DataDescription) -> None:
    """Raise `DataError` if a loss needs classes but the targets of the data are numbers.

    Arguments:
        loss: the loss or its name.
        description: the description of the data.

    >>> from tinyml.data import describe
    >>> check_loss("cross_entropy_with_softmax_loss", describe("circle"))
    """
    function = find_loss(loss)
    known = next((each for each in loss_descriptions().values() if each.function is function), None)
    if known is not None and known.targets == "labels" and not description.has_classes:
        raise DataError(
            f"{known.name} needs classes, but the targets of {description.title} are numbers. Use mse_loss."
        )


def loss_misfit(loss: str, description: DataDescription) -> str:
    """Return one sentence that says why a loss does not fit the targets of some data; an empty text if it does.

    - A loss of classes does not fit targets that are numbers.
    - A loss with a range of targets, such as binary cross-entropy, fits classes, and inputs in this range (0 to 1) that
      an autoencoder predicts. Other numbers can lie anywhere.
    - A loss of numbers fits classes too: it compares the outputs with one target vector for each class.

    Arguments:
        loss: name of the loss.
        description: the description of the data.

    >>> from tinyml.data import describe
    >>> loss_misfit("mse_loss", describe("digits"))
    ''
    >>> loss_misfit("cross_entropy_loss", describe("sine"))
    'It needs classes, but the targets of this data are numbers.'
    """
    known = loss_descriptions()[loss]
    if description.has_classes:
        return ""
    if known.targets == "labels":
        return "It needs classes, but the targets of this data are numbers."
    if known.target_range is not None and description.target != "input":
        low, high = known.target_range
        return f"It needs targets from {low:g} to {high:g}, but the targets of this data can be any numbers."
    return ""


class Objective:
    """A loss with the targets that it needs. It also predicts classes from outputs.

    A loss that needs numbers, such as `mse_loss`, compares outputs with the target of each example's class. The
    predicted class is the one with the nearest target (for a loss on scores, with the most likely target). Any other
    loss, and any function that is not in `tinyml.losses`, receives the labels. The predicted class is then the one with
    the largest output.

    If the targets of a dataset are numbers (regression, autoencoders), every loss receives these numbers.

    Arguments:
        loss: a loss function or its name.
        class_targets: `(classes, outputs)` of the dataset; without rows if its targets are numbers.

    Attributes:
        has_classes: True if outputs stand for classes.

    >>> objective = Objective("mse_loss", np.array([[-1.0, -1.0], [1.0, 1.0]]))
    >>> objective.classes(np.array([[0.2, 0.1], [-3.0, 1.0]]))
    array([1, 0])
    """

    def __init__(self, loss: LossFunction | str, class_targets: Array) -> None:
        self.loss = find_loss(loss)
        known = next((each for each in loss_descriptions().values() if each.function is self.loss), None)
        self._compares_numbers = known is not None and known.targets == "numbers"
        self.has_classes = len(class_targets) > 0
        self._class_targets = class_targets = class_targets_for(known, class_targets)
        # |output - target|² is smallest where output · target - ½ |target|² is largest. For scores, the most likely
        # target has the largest output · target.
        self._directions = np.ascontiguousarray(class_targets.T)
        near = known is None or known.outputs == "values"
        self._offsets = (
            0.5 * (class_targets * class_targets).sum(axis=1)
            if near
            else np.zeros(len(class_targets), class_targets.dtype)
        )

    def targets(self, dataset: Dataset, rows: Rows = slice(None)) -> np.ndarray:
        """Return the targets for the loss: `(K,)` labels, `(K, outputs)` class targets, or `(K, …)` numbers.

        Arguments:
            dataset: the examples.
            rows: `(K,)` indices of examples, or a slice; all of them by default.
        """
        if not self.has_classes:
            return dataset.target_numbers(rows)
        labels: np.ndarray = dataset.labels[rows]
        return self._class_targets[labels] if self._compares_numbers else labels

    def classes(self, output: Array) -> np.ndarray:
        """Return the `(N,)` predicted classes for `(N, outputs)` outputs."""
        scores: Array = output @ self._directions - self._offsets if self._compares_numbers else output
        predicted: np.ndarray = scores.argmax(axis=1)
        return predicted


def class_scores(output: Array, loss: str, class_targets: Array) -> Array:
    """Return the score of each class, from 0 to 1.

    Formula: the loss decides what outputs are.

    - Probabilities: the outputs themselves.
    - Scores: `softmax(output)`, or `softmax(output · target)` if the loss compares scores with class targets.
    - Values: `softmax(-|output - target|²)`, so the class with the nearest target has the highest score.

    Arguments:
        output: `(N, outputs)` of the network.
        loss: name of the loss of its training.
        class_targets: `(classes, outputs)` of the dataset.

    Returns `(N, classes)`; each row adds up to 1.

    >>> class_scores(np.array([[0.0, 0.0]]), "cross_entropy_with_softmax_loss", np.eye(2))
    array([[0.5, 0.5]])
    """
    known = loss_descriptions().get(loss)
    if known is not None and known.outputs == "probabilities":
        return output
    logits = output
    if known is not None and known.targets == "numbers":
        class_targets = class_targets_for(known, class_targets)
        logits = output @ class_targets.T
        if known.outputs == "values":
            logits = -((output[:, np.newaxis, :] - class_targets[np.newaxis]) ** 2).sum(axis=2)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return scores


def finite_classes(predicted: np.ndarray, scores: Array) -> np.ndarray:
    """Return the predicted classes, with `NO_CLASS` for each example with a score that is not finite.

    The largest of scores that are not numbers is the first one. This would be a guess of the first class.

    Arguments:
        predicted: `(N,)` the classes with the highest scores.
        scores: `(N, classes)`.

    >>> finite_classes(np.array([0, 1]), np.array([[np.nan, np.nan], [0.2, 0.8]]))
    array([-1,  1])
    """
    known: np.ndarray = np.where(np.isfinite(scores).all(axis=1), predicted, NO_CLASS)
    return known
