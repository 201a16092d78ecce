"""The events of a training run: small frozen records that can be passed to another thread."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tinyml.learner.layer_stats import LayerStats


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """One training step is done.

    Attributes:
        epoch: counted from 1.
        batch: number of the batch in the epoch, counted from 1.
        batches: number of batches in one epoch.
        step: number of the batch in the run, counted from 1.
        examples: number of examples in this batch.
        loss: loss of this batch, before the update.
        accuracy: share of this batch's examples that were classified correctly, before the update, 0 to 1; None if
            there are no classes.
        learning_rate: learning rate of the update; None if a custom optimiser has no learning rate.
        layers: statistics of each layer, in the order of the network, if they were measured; else empty.
        r_squared: share of the targets' variation that the outputs explain, before the update. It compares the errors
            of this batch with the variation of all training targets. None if the targets are classes.
    """

    epoch: int
    batch: int
    batches: int
    step: int
    examples: int
    loss: float
    accuracy: float | None
    learning_rate: float | None = None
    layers: tuple[LayerStats, ...] = ()
    r_squared: float | None = None


@dataclass(frozen=True)
class ValidationAdvanced:
    """A part of the validation examples is evaluated, and there are more. The run can pause or stop here.

    Attributes:
        epoch: counted from 1.
        examples: number of examples evaluated so far.
        planned: number of all validation examples.
    """

    epoch: int
    examples: int
    planned: int


@dataclass(frozen=True, slots=True)
class EpochFinished:
    """The network has seen all training examples once more, and the validation examples are evaluated.

    Attributes:
        epoch: counted from 1.
        epochs: number of epochs planned.
        training_loss, training_accuracy: means over the examples of the epoch, measured during training: before each
            update and with dropout. The accuracy is None if there are no classes.
        validation_loss, validation_accuracy: over the validation set, after the epoch; None without such a set.
        seconds: time since the start of the run, with pauses and the time before it was resumed.
        learning_rate: learning rate of the last update; None if a custom optimiser has no learning rate.
        training_r_squared, validation_r_squared: share of the targets' variation that the outputs explain, during
            training and on the validation set; None if the targets are classes.
    """

    epoch: int
    epochs: int
    training_loss: float
    training_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    learning_rate: float | None = None
    training_r_squared: float | None = None
    validation_r_squared: float | None = None

    @property
    def monitored_loss(self) -> float:
        """The loss that decides which epoch is best: the validation loss; without a validation set, training loss."""
        return self.training_loss if self.validation_loss is None else self.validation_loss


@dataclass(frozen=True)
class TrainingFinished:
    """All planned epochs are done, or early stopping ended the run.

    Attributes:
        history: the event of every epoch, in order.
        seconds: duration of the whole run.
        best_epoch: number of the epoch with the smallest `monitored_loss`; None if no loss was finite.
        stopped_early: True if early stopping ended the run before the planned number of epochs.
        restored: True if the network holds the weights of the best epoch again.
    """

    history: tuple[EpochFinished, ...]
    seconds: float
    best_epoch: int | None = None
    stopped_early: bool = False
    restored: bool = False


Event = BatchFinished | ValidationAdvanced | EpochFinished | TrainingFinished


def is_better(epoch: EpochFinished, best: EpochFinished | None) -> bool:
    """Return True if the monitored loss of an epoch is finite and smaller than that of the best epoch so far.

    Arguments:
        epoch: the new epoch.
        best: the best epoch so far; None if there is none.

    >>> first, second = (EpochFinished(number, 2, 0.5, None, loss, None, 1.0) for number, loss in ((1, 0.4), (2, 0.3)))
    >>> is_better(first, None), is_better(second, first), is_better(first, second)
    (True, True, False)
    """
    return math.isfinite(epoch.monitored_loss) and (best is None or epoch.monitored_loss < best.monitored_loss)


def best_epoch(history: Iterable[EpochFinished]) -> EpochFinished | None:
    """Return the first epoch with the smallest finite `monitored_loss`; None if no loss is finite.

    >>> history = [EpochFinished(number, 3, 0.5, None, loss, None, 1.0) for number, loss in ((1, 0.4), (2, 0.3))]
    >>> best_epoch(history).epoch
    2
    """
    best: EpochFinished | None = None
    for epoch in history:
        if is_better(epoch, best):
            best = epoch
    return best
