"""What a loss wants to be told of the examples, and how its network's outputs are read as classes."""

import numpy as np

from tinyml.core import Array, SettingsError
from tinyml.core.suggestions import did_you_mean
from tinyml.data import Dataset
from tinyml.losses import LossFunction, loss_descriptions, losses


def loss_by_name(name: str) -> LossFunction:
    """Return the loss function called `name`; raises `SettingsError` when there is none.

    >>> loss_by_name("mse_loss").__name__
    'mse_loss'
    """
    found = losses().get(name)
    if found is None:
        raise SettingsError(f"There is no loss '{name}'.{did_you_mean(name, losses())}")
    return found


class Objective:
    """A loss together with the targets it needs and the way to read classes off the outputs.

    A loss whose description asks for codes, such as `mse_loss`, compares outputs with the code of each example's class,
    and the predicted class is the one with the nearest code. Any other loss, and any function that is not in
    `tinyml.losses`, receives the labels, and the predicted class is the one with the largest output.

    Arguments:
        loss: a loss function or its name.
        codes: `(classes, outputs)` of the dataset.

    >>> objective = Objective("mse_loss", np.array([[-1.0, -1.0], [1.0, 1.0]]))
    >>> objective.classes(np.array([[0.2, 0.1], [-3.0, 1.0]]))
    array([1, 0])
    """

    def __init__(self, loss: LossFunction | str, codes: Array) -> None:
        self.loss = loss_by_name(loss) if isinstance(loss, str) else loss
        self._codes = codes
        self._uses_codes = any(
            known.function is self.loss and known.targets == "codes" for known in loss_descriptions().values()
        )
        # |output - code|² is smallest where output · code - ½ |code|² is largest.
        self._directions = np.ascontiguousarray(codes.T)
        self._offsets = 0.5 * (codes * codes).sum(axis=1)

    def targets(self, dataset: Dataset) -> np.ndarray:
        """Return what the loss compares the outputs with: `(N,)` labels or `(N, outputs)` codes."""
        return self._codes[dataset.labels] if self._uses_codes else dataset.labels

    def classes(self, output: Array) -> np.ndarray:
        """Return the `(N,)` predicted classes for `(N, outputs)` outputs."""
        scores: Array = output @ self._directions - self._offsets if self._uses_codes else output
        predicted: np.ndarray = scores.argmax(axis=1)
        return predicted


def class_scores(output: Array, loss: str, codes: Array) -> Array:
    """Share out the network's belief among the classes.

    Formula: for `cross_entropy_with_softmax_loss` the softmax of the outputs; for `cross_entropy_loss` the outputs
    themselves, which are probabilities already; for `mse_loss` the softmax of `-|output - code|²`, so that the nearest
    code gets the largest share.

    Arguments:
        output: `(N, outputs)` what the network gave.
        loss: name of the loss that it was trained with.
        codes: `(classes, outputs)` of the dataset.

    Returns `(N, classes)`, each row adding up to 1.

    >>> class_scores(np.array([[0.0, 0.0]]), "cross_entropy_with_softmax_loss", np.eye(2))
    array([[0.5, 0.5]])
    """
    if loss == "cross_entropy_loss":
        return output
    logits = output
    if loss == "mse_loss":
        logits = -((output[:, np.newaxis, :] - codes[np.newaxis]) ** 2).sum(axis=2)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return scores
