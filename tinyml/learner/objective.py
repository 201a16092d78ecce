"""What a loss wants to be told of the examples, and how its network's outputs are read as classes."""

import numpy as np

from tinyml.core import Array, DataError
from tinyml.data import DataDescription, Dataset
from tinyml.data.dataset import Rows
from tinyml.losses import LossDescription, LossFunction, find_loss, loss_descriptions


def class_targets_for(loss: LossDescription | None, class_targets: Array) -> Array:
    """Return the targets of the classes that a loss compares outputs with.

    These are the dataset's, unless the loss cannot take such numbers: then each class has an output of its own, which
    should be 1, while the others should be 0.

    Arguments:
        loss: its description; None for a function that is not in `tinyml.losses`.
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
    """Raise `DataError` when a loss compares outputs with classes, but the targets of the data are numbers.

    >>> from tinyml.data import describe
    >>> check_loss("cross_entropy_with_softmax_loss", describe("circle"))
    """
    function = find_loss(loss)
    known = next((each for each in loss_descriptions().values() if each.function is function), None)
    if known is not None and known.targets == "labels" and not description.has_classes:
        raise DataError(
            f"{known.name} compares outputs with classes, but the targets of {description.title} are numbers. "
            "Use mse_loss."
        )


class Objective:
    """A loss together with the targets it needs and the way to read classes off the outputs.

    A loss whose description asks for numbers, such as `mse_loss`, compares outputs with the target of each example's
    class, and the predicted class is the one with the nearest target (or, for a loss on scores, with the likeliest).
    Any other loss, and any function that is not in `tinyml.losses`, receives the labels, and the predicted class is the
    one with the largest output.

    Where the targets of a dataset are numbers (regression, autoencoders), every loss receives these numbers.

    Arguments:
        loss: a loss function or its name.
        class_targets: `(classes, outputs)` of the dataset; without rows when its targets are numbers.

    Attributes:
        has_classes: whether outputs are read as classes.

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
        # |output - code|² is smallest where output · code - ½ |code|² is largest. Of scores, the likeliest code is the
        # one with the largest output · code.
        self._directions = np.ascontiguousarray(class_targets.T)
        near = known is None or known.outputs == "values"
        self._offsets = (
            0.5 * (class_targets * class_targets).sum(axis=1)
            if near
            else np.zeros(len(class_targets), class_targets.dtype)
        )

    def targets(self, dataset: Dataset, rows: Rows = slice(None)) -> np.ndarray:
        """Return what the loss compares outputs with: `(K,)` labels, `(K, outputs)` class targets, or `(K, …)` numbers.

        Arguments:
            dataset: the examples.
            rows: which of them: `(K,)` indices or a slice; all of them by default.
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
    """Share out the network's belief among the classes.

    Formula: where the loss is one on scores, the softmax of the outputs (of `output · code`, if it compares them with
    targets); where they are probabilities already, the outputs themselves; where they are values that should come close
    to a target, the softmax of `-|output - target|²`, so that the nearest target gets the largest share.

    Arguments:
        output: `(N, outputs)` what the network gave.
        loss: name of the loss that it was trained with.
        class_targets: `(classes, outputs)` of the dataset.

    Returns `(N, classes)`, each row adding up to 1.

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
