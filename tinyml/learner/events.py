"""What a training run tells while it goes on: small frozen records, safe to hand to another thread."""

from dataclasses import dataclass

from tinyml.learner.gradient_stats import LayerGradientStats


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
        accuracy: share of this batch's examples that were classified correctly, before the update, 0 to 1; None when
            there are no classes.
        learning_rate: of the update; None for an optimiser of one's own that has none.
        layers: how strongly each layer learned, when that was asked for; else empty.
        r_squared: share of the targets' variation that is explained, before the update: of this batch's errors, and
            the variation of all training targets; None when the targets are classes.
    """

    epoch: int
    batch: int
    batches: int
    step: int
    examples: int
    loss: float
    accuracy: float | None
    learning_rate: float | None = None
    layers: tuple[LayerGradientStats, ...] = ()
    r_squared: float | None = None


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
            while training (before each update, dropout on). The accuracy is None when there are no classes.
        validation_loss, validation_accuracy: over the validation set after the epoch; None without such a set.
        seconds: since the start of the run, pauses included; those before it was resumed count too.
        learning_rate: of the epoch's last update; None for an optimiser of one's own that has none.
        training_r_squared, validation_r_squared: share of the targets' variation that is explained, while training
            and on the validation set after the epoch; None when the targets are classes.
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
        """The loss by which epochs are compared: of the validation set, or of training where there is none."""
        return self.training_loss if self.validation_loss is None else self.validation_loss


@dataclass(frozen=True)
class TrainingFinished:
    """The planned number of epochs is done, or there was no improvement for as long as it was to be borne.

    Attributes:
        history: the event of every epoch, in order.
        seconds: the whole run took.
        best_epoch: the one with the smallest loss (see `EpochFinished.monitored_loss`); None when none was finite.
        stopped_early: whether epochs that were planned are left.
        restored: whether the network holds the weights of the best epoch again.
    """

    history: tuple[EpochFinished, ...]
    seconds: float
    best_epoch: int | None = None
    stopped_early: bool = False
    restored: bool = False


Event = BatchFinished | ValidationAdvanced | EpochFinished | TrainingFinished
