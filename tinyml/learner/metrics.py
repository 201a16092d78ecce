"""Metrics: accuracy, confusion matrix and R² of predictions."""

from dataclasses import dataclass

import numpy as np

from tinyml.core import Array, DataError, SettingsError
from tinyml.data import Dataset
from tinyml.learner.evaluation import EVALUATION_BATCH, evaluate
from tinyml.learner.objective import NO_CLASS, Objective, class_scores, finite_classes
from tinyml.learner.reliability import Calibration, calibration
from tinyml.losses import LossFunction, loss_descriptions
from tinyml.net import Sequential


@dataclass(frozen=True)
class Report:
    """All metrics of a network on a dataset. A metric that does not fit the targets is None.

    Attributes:
        loss: mean over all examples.
        accuracy: share of the examples that were classified correctly, 0 to 1.
        top: number of guesses for `top_accuracy`.
        top_accuracy: share of the examples whose class is among the `top` most likely ones.
        confusion: `(classes, classes)` counts; row: the true class, column: the predicted one.
        r_squared: share of the targets' variation that the outputs explain, see `r_squared`; None if the loss does not
            compare outputs with values.
        mean_absolute_error: mean distance of an output from its target number; None for classes.
        calibration: how sure the network is, compared with how often it is correct; None if the targets are numbers, or
            no score is finite.
        not_finite: number of examples with scores that are not finite. They count as wrong and are not in `confusion`.
    """

    loss: float
    accuracy: float | None
    top: int | None
    top_accuracy: float | None
    confusion: np.ndarray | None
    r_squared: float | None
    mean_absolute_error: float | None = None
    calibration: Calibration | None = None
    not_finite: int = 0


def report(model: Sequential, dataset: Dataset, loss: LossFunction | str, top: int = 3) -> Report:
    """Compute every metric that fits the loss and the targets, in evaluation mode.

    Arguments:
        model: the network. Its layers keep their mode.
        dataset: the examples.
        loss: a loss function or its name.
        top: number of guesses for `top_accuracy`, at least 1; the number of classes is the limit.

    Raises `DataError` as `evaluate` does.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> report(Sequential([Linear("fc", 2, 2)]), load("circle"), "mse_loss").confusion.sum()
    np.int64(1000)
    """
    if not dataset.description.has_classes:
        result = evaluate(model, dataset, loss)
        return Report(result.loss, None, None, None, None, result.r_squared, result.mean_absolute_error)
    if not len(dataset):
        raise DataError("There are no examples to evaluate the network on.")
    objective = Objective(loss, dataset.class_targets)
    targets = objective.targets(dataset)
    name = getattr(objective.loss, "__name__", "")
    total, outputs = 0.0, []
    with np.errstate(all="ignore"):
        for start in range(0, len(dataset), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            outputs.append(model.predict(dataset.examples(part)))
            total += float(objective.loss(outputs[-1], targets[part])[0]) * len(outputs[-1])
        output = np.concatenate(outputs)
        scores = class_scores(output, name, dataset.class_targets)
    predicted = finite_classes(objective.classes(output), scores)
    found = predicted != NO_CLASS
    scores[~found] = np.nan
    classes = len(dataset.class_targets)
    known = loss_descriptions().get(name)
    explained = known is not None and known.targets == "numbers" and known.outputs == "values"
    return Report(
        loss=total / len(dataset),
        accuracy=accuracy(predicted, dataset.labels),
        top=min(top, classes),
        top_accuracy=top_accuracy(scores, dataset.labels, min(top, classes)),
        confusion=_confusion(predicted[found], dataset.labels[found], classes),
        r_squared=r_squared(output, targets) if explained else None,
        calibration=_calibration(scores, predicted == dataset.labels),
        not_finite=int(np.count_nonzero(~found)),
    )


def _confusion(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the confusion matrix, also of no examples."""
    return confusion_matrix(predicted, labels, classes) if len(labels) else np.zeros((classes, classes), np.int64)


def _calibration(scores: Array, correct: np.ndarray) -> Calibration | None:
    """Return the calibration of `(N, classes)` scores; None if there is none, as after a divergence."""
    highest = scores.max(axis=1)
    # The outputs of a network without a Softmax layer may be no probabilities, whatever its loss expects.
    if not np.isfinite(highest).any() or np.nanmin(highest) < 0 or np.nanmax(highest) > 1.001:
        return None
    return calibration(highest, correct)


def accuracy(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the `(N,)` predicted classes that are correct, 0 to 1.

    Raises `DataError` if there are none, or not as many as labels.

    >>> accuracy(np.array([0, 1, 1, 1]), np.array([0, 1, 0, 1]))
    0.75
    """
    _check_alike("predicted classes", predicted, labels)
    return float(np.mean(predicted == labels))


def top_accuracy(scores: Array, labels: np.ndarray, top: int) -> float:
    """Return the share of the examples whose class is among the `top` with the highest scores, 0 to 1.

    Of classes with equal scores, the first one counts as higher, as for the predicted class. A NaN is never among the
    highest scores.

    Arguments:
        scores: `(N, classes)`.
        labels: `(N,)` the true classes.
        top: number of guesses, from 1 to the number of classes.

    Raises `SettingsError` for another `top`, `DataError` if there are no examples, or not as many as labels.

    >>> top_accuracy(np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), np.array([1, 2]), top=2)
    0.5
    """
    _check_alike("rows of scores", scores, labels)
    if not 1 <= top <= scores.shape[1]:
        raise SettingsError(f"top is {top} but should be from 1 to {scores.shape[1]}, the number of classes.")
    own = scores[np.arange(len(labels)), labels][:, np.newaxis]
    earlier = np.arange(scores.shape[1]) < labels[:, np.newaxis]
    higher = (scores > own) | ((scores == own) & earlier) | (np.isnan(own) & ~np.isnan(scores))
    return float(np.mean((higher.sum(axis=1) < top) & ~np.isnan(own[:, 0])))


def confusion_matrix(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Count how often each class was predicted for the examples of each class.

    Arguments:
        predicted: `(N,)` predicted classes.
        labels: `(N,)` the true classes.
        classes: the number of classes.

    Returns `(classes, classes)` counts; row: the true class, column: the predicted one. Raises `DataError` if there are
    no examples, not as many as labels, or a class out of range.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), classes=2)
    array([[1, 1],
           [0, 1]])
    """
    _check_alike("predicted classes", predicted, labels)
    for name, found in (("predicted class", predicted), ("label", labels)):
        if found.min() < 0 or found.max() >= classes:
            raise DataError(f"A {name} is {found.min()} or {found.max()}, but classes go from 0 to {classes - 1}.")
    counts: np.ndarray = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def r_squared(predicted: Array, truth: np.ndarray) -> float:
    """Return R², the share of the variation of the truth that the predictions explain.

    Formula: `R² = 1 - Σ (y - ŷ)² / Σ (y - mean y)²`, both sums over examples and outputs. Each output has its own mean
    ("variance_weighted" in scikit-learn), so an output whose truth hardly varies, such as a pixel in a corner, counts
    little. 1 is perfect; 0 is as good as predicting the mean; a negative R² is worse. If the truth never varies, R² is
    1 for exact predictions and 0 for all others.

    Arguments:
        predicted: ŷ, `(N, outputs)` or `(N,)`.
        truth: y, in the same shape.

    Raises `DataError` if the shapes differ or are empty.

    >>> r_squared(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    0.5
    """
    if predicted.shape != truth.shape or predicted.size == 0:
        raise DataError(
            f"R² needs predictions and truth of one shape, not empty, but received {predicted.shape} and {truth.shape}."
        )
    true = truth.astype(np.float64).reshape(len(truth), -1)
    missed = float(((true - predicted.reshape(true.shape)) ** 2).sum())
    variation = float(((true - true.mean(axis=0)) ** 2).sum())
    return 1 - missed / variation if variation else float(missed == 0)


def _check_alike(what: str, predicted: np.ndarray, labels: np.ndarray) -> None:
    if len(predicted) != len(labels) or not len(labels):
        raise DataError(
            f"There are {len(predicted)} {what} and {len(labels)} labels. There should be as many of both, at least 1."
        )
