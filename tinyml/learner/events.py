"""What a training run tells while it goes on: small frozen records, safe to hand to another thread."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BatchFinished:
    """One batch was learned from.

    Attributes:
        epoch: counted from 1.
        batch: within the epoch, counted from 1.
        batches: in one epoch.
        step: batches since the start of the run, counted from 1.
        examples: in this batch.
        loss: of this batch, before the update.
        accuracy: share of this batch's examples that were classified correctly, before the update, 0 to 1.
    """

    epoch: int
    batch: int
    batches: int
    step: int
    examples: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class ValidationAdvanced:
    """Some of the validation examples were evaluated, with more to come: a place to pause or stop, nothing to draw.

    Attributes:
        epoch: counted from 1.
        examples: evaluated so far.
        planned: validation examples in all.
    """

    epoch: int
    examples: int
    planned: int


@dataclass(frozen=True)
class EpochFinished:
    """All training examples were seen once more, and the validation examples were evaluated.

    Attributes:
        epoch: counted from 1.
        epochs: planned in all.
        training_loss, training_accuracy: means over the epoch's batches, weighted by their examples, as they were
            while training (before each update, dropout on).
        validation_loss, validation_accuracy: over the validation set after the epoch; None without such a set.
        seconds: since the start of the run, pauses included.
    """

    epoch: int
    epochs: int
    training_loss: float
    training_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class TrainingFinished:
    """The planned number of epochs is done.

    Attributes:
        history: the event of every epoch, in order.
        seconds: the whole run took.
    """

    history: tuple[EpochFinished, ...]
    seconds: float


Event = BatchFinished | ValidationAdvanced | EpochFinished | TrainingFinished
