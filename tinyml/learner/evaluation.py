"""How well a network does on examples that it does not learn from."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tinyml.core import DataError
from tinyml.data import Dataset
from tinyml.learner.objective import Objective
from tinyml.losses import LossFunction
from tinyml.net import Sequential

EVALUATION_BATCH = 256
"""Examples at a time: enough to be fast, little enough to stop soon."""


class Evaluation(NamedTuple):
    """The result over a whole dataset.

    Attributes:
        loss: mean over all examples.
        accuracy: share of the examples that were classified correctly, 0 to 1.
    """

    loss: float
    accuracy: float


def evaluate(
    model: Sequential, dataset: Dataset, loss: LossFunction | str, batch_size: int = EVALUATION_BATCH
) -> Evaluation:
    """Compute loss and accuracy over a dataset, in evaluation mode.

    Arguments:
        model: the network; its training mode is put back afterwards.
        dataset: the examples.
        loss: a loss function or its name.
        batch_size: examples at a time; it hardly matters for the result.

    Raises `DataError` when there are no examples.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> evaluate(Sequential([Linear("fc", 2, 2)]), load("circle"), "mse_loss").accuracy > 0
    True
    """
    if not len(dataset):
        raise DataError("There are no examples to judge the network on.")
    *_, (_, result) = evaluate_in_parts(model, dataset, Objective(loss, dataset.codes), batch_size)
    return result


def evaluate_in_parts(
    model: Sequential, dataset: Dataset, objective: Objective, batch_size: int = EVALUATION_BATCH
) -> Iterator[tuple[int, Evaluation]]:
    """Do the work of `evaluate`; yield, after each batch, the examples done and the result over them."""
    targets = objective.targets(dataset)
    total_loss, correct = 0.0, 0
    for start in range(0, len(dataset), batch_size):
        part = slice(start, min(start + batch_size, len(dataset)))
        with np.errstate(all="ignore"):
            output = model.predict(dataset.inputs[part])
            loss, _ = objective.loss(output, targets[part])
        total_loss += float(loss) * (part.stop - part.start)
        correct += int(np.count_nonzero(objective.classes(output) == dataset.labels[part]))
        yield part.stop, Evaluation(total_loss / part.stop, correct / part.stop)
