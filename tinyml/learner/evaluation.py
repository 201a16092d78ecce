"""Evaluation: loss and metrics of a network over a dataset, without learning from it."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, DataError
from tinyml.data import Dataset
from tinyml.data.preprocessing import Scaling
from tinyml.learner.objective import Objective, check_loss
from tinyml.losses import LossFunction
from tinyml.net import Sequential

EVALUATION_BATCH = 256
"""Examples in one batch: many enough to be fast, few enough to stop soon."""


class Evaluation(NamedTuple):
    """The result of an evaluation.

    Attributes:
        loss: mean over all examples.
        accuracy: share of the examples that were classified correctly, 0 to 1; None if the targets are numbers.
        r_squared: share of the targets' variation that the outputs explain, see `r_squared`; None for classes.
        mean_absolute_error: mean distance of an output from its target number, in the units of the data; None for
            classes.
    """

    loss: float
    accuracy: float | None
    r_squared: float | None = None
    mean_absolute_error: float | None = None


def evaluate(
    model: Sequential, dataset: Dataset, loss: LossFunction | str, batch_size: int = EVALUATION_BATCH
) -> Evaluation:
    """Compute the loss and the metrics that fit the targets over a dataset, in evaluation mode.

    Arguments:
        model: the network. Its layers keep their mode.
        dataset: the examples.
        loss: a loss function or its name.
        batch_size: examples in one batch; it changes no more than the last digits of the result.

    Raises `DataError` if there are no examples, or if the loss needs classes and the dataset has none.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> evaluate(Sequential([Linear("fc", 2, 2)]), load("circle"), "mse_loss").accuracy > 0
    True
    """
    if not len(dataset):
        raise DataError("There are no examples to evaluate the network on.")
    check_loss(loss, dataset.description)
    *_, (_, result) = evaluate_in_parts(model, dataset, Objective(loss, dataset.class_targets), batch_size)
    return result


def evaluate_in_parts(
    model: Sequential,
    dataset: Dataset,
    objective: Objective,
    batch_size: int = EVALUATION_BATCH,
    observe: Callable[[slice, Array], object] | None = None,
) -> Iterator[tuple[int, Evaluation]]:
    """Evaluate as `evaluate` does; yield, after each batch, the number of examples done and the result over them.

    Arguments:
        model: the network.
        dataset: the examples.
        objective: the loss and the kind of the targets.
        batch_size: number of examples in a batch.
        observe: called with each batch, as a slice of the examples, and the outputs of the network for it.
    """
    total_loss, correct, squared, absolute = 0.0, 0, 0.0, 0.0
    for start in range(0, len(dataset), batch_size):
        part = slice(start, min(start + batch_size, len(dataset)))
        with np.errstate(all="ignore"):
            output = model.predict(dataset.examples(part))
            targets = objective.targets(dataset, part)
            loss, _ = objective.loss(output, targets)
            if observe is not None:
                observe(part, output)
        total_loss += float(loss) * (part.stop - part.start)
        if objective.has_classes:
            correct += int(np.count_nonzero(objective.classes(output) == dataset.labels[part]))
            yield part.stop, Evaluation(total_loss / part.stop, correct / part.stop)
        else:
            squared += squared_error(output, targets)
            absolute += absolute_error(output, targets, dataset.target_scaling)
            numbers = part.stop * (targets.size // len(targets))
            explained = r_squared_from(squared / part.stop, dataset)
            distance = None if math.isnan(absolute) else absolute / numbers
            yield part.stop, Evaluation(total_loss / part.stop, None, explained, distance)


def squared_error(output: Array, targets: np.ndarray) -> float:
    """Return Σ (ŷ - y)² over a batch, in float64; NaN if the shapes differ, as they may with a custom loss.

    Arguments:
        output: ŷ, the outputs of the network.
        targets: y, the correct outputs.
    """
    if output.shape != targets.shape:
        return math.nan
    with np.errstate(all="ignore"):
        return float(np.sum(np.square(output.astype(np.float64) - targets)))


def absolute_error(output: Array, targets: np.ndarray, scaling: Scaling | None = None) -> float:
    """Return Σ |ŷ - y| over a batch in the units of the data, in float64; NaN as for `squared_error`.

    Arguments:
        output: ŷ, the outputs of the network.
        targets: y, the correct outputs.
        scaling: of the targets; None if they have the units of the data.
    """
    if output.shape != targets.shape:
        return math.nan
    if scaling is not None:
        output, targets = scaling.undo(output), scaling.undo(targets)
    with np.errstate(all="ignore"):
        return float(np.sum(np.abs(output.astype(np.float64) - targets)))


def r_squared_from(squared_error: float, dataset: Dataset) -> float | None:
    """Return R² for some examples of a dataset; see `r_squared`.

    The variation is that of all examples of the dataset, so that small batches can be compared with each other.

    Arguments:
        squared_error: mean over these examples of Σ (ŷ - y)² over the outputs; for NaN, the result is None.
        dataset: the dataset with these examples.
    """
    if math.isnan(squared_error):
        return None
    variation = dataset.target_variation / len(dataset)
    if variation == 0:
        return float(squared_error == 0)
    return 1 - squared_error / variation
