"""One training run: its plan, how far it has come, and the events it tells."""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tinyml.core import Array, DivergedError, StorageError
from tinyml.data import batch_count, epoch_generator, minibatches
from tinyml.learner.checkpoint import (
    Checkpoint,
    CheckpointState,
    EpochState,
    Progress,
    gather_tensors,
    generator_states,
    restore,
)
from tinyml.learner.divergence import all_finite, first_layer_at_fault
from tinyml.learner.evaluation import Evaluation, evaluate_in_parts
from tinyml.learner.events import BatchFinished, EpochFinished, Event, TrainingFinished, ValidationAdvanced
from tinyml.learner.training_examples import ArrayExamples, DatasetExamples

if TYPE_CHECKING:
    from tinyml.learner.learner import Learner


@dataclass(frozen=True)
class RunPlan:
    """What a run is to do.

    Attributes:
        train: the examples to learn from.
        epochs, batch_size, seed: see `Learner.run`.
        validation: examples to evaluate after each epoch; None for none.
        early_stopping, restore_best, measure_every: see `Learner.run`.
    """

    train: ArrayExamples | DatasetExamples
    epochs: int
    batch_size: int
    seed: int
    validation: DatasetExamples | None = None
    early_stopping: int | None = None
    restore_best: bool = False
    measure_every: int | None = None


class TrainingRun:
    """Carries out a plan. Between two events everything about it can be saved as a checkpoint.

    Arguments:
        learner: what carries it out.
        plan: what is to be done.
        resume: where to go on; None to begin.

    Raises `StorageError` when the checkpoint belongs to another run; then nothing was changed.
    """

    def __init__(self, learner: "Learner", plan: RunPlan, resume: Checkpoint | None = None) -> None:
        self._learner, self._plan = learner, plan
        self._model = learner.model
        self._batches = batch_count(len(plan.train), plan.batch_size)
        self._progress = Progress()
        if resume is not None:
            self._check_same_run(resume.state)
            self._progress = restore(resume, self._model, learner.optimizer, learner.schedule)
        self._last_good = EpochState.copy(self._model, learner.optimizer, self._progress)
        self._restored = False
        begun = self._progress.batch > 0
        self._kept_epoch = None if begun else self._progress.epoch - 1
        self._started = time.perf_counter()

    @property
    def batches(self) -> int:
        """Number of batches in one epoch."""
        return self._batches

    @property
    def batches_done(self) -> int:
        """Number of batches that are done, in all epochs."""
        return (self._progress.epoch - 1) * self._batches + self._progress.batch

    @property
    def history(self) -> tuple[EpochFinished, ...]:
        """The epochs that are done."""
        return tuple(self._progress.history)

    def checkpoint(self) -> Checkpoint:
        """Copy everything that is needed to go on from here. Call it while an event is being handled, or afterwards.

        After a failure it is the state at the end of the last whole epoch; after the weights of the best epoch were put
        back, that of the last one.

        Raises `SettingsError` when the optimiser cannot be saved.
        """
        plan, progress, schedule = self._plan, self._progress, self._learner.schedule
        state = CheckpointState(
            seed=plan.seed,
            batch_size=plan.batch_size,
            examples=len(plan.train),
            epochs=plan.epochs,
            epoch=progress.epoch,
            batch=progress.batch,
            total_loss=progress.total_loss,
            total_correct=progress.total_correct,
            total_squared_error=None if math.isnan(progress.total_squared_error) else progress.total_squared_error,
            seconds=self._seconds,
            validated=plan.validation is not None,
            best_epoch=progress.best_epoch,
            best_loss=progress.best_loss if math.isfinite(progress.best_loss) else None,
            schedule={} if schedule is None else schedule.state(),
            generators=generator_states(self._model),
        )
        last = self._last_good.tensors if self._restored else None
        return Checkpoint(state, gather_tensors(self._model, self._learner.optimizer, progress, last))

    def events(self) -> Generator[Event, None, None]:
        """Do what is left of the plan; see `Learner.run`."""
        plan, progress = self._plan, self._progress
        self._started = time.perf_counter()
        try:
            while progress.epoch <= plan.epochs and not self._waited_enough():
                yield from self._learn_epoch()
                checked = None
                if plan.validation is not None:
                    checked = yield from self._validate(plan.validation)
                yield self._finish_epoch(checked)
            restored = plan.restore_best and progress.best_tensors is not None
            if restored and progress.best_tensors is not None:
                self._model.set_tensors(progress.best_tensors, "The best epoch")
                self._restored = True
            yield TrainingFinished(
                history=self.history,
                seconds=self._seconds,
                best_epoch=progress.best_epoch or None,
                stopped_early=progress.epoch <= plan.epochs,
                restored=restored,
            )
        finally:
            self._model.eval()
            self._learner.release_memory()

    def _learn_epoch(self) -> Generator[BatchFinished, None, None]:
        """Learn from every example once, or from those that are left of an epoch that was begun."""
        plan, progress, learner = self._plan, self._progress, self._learner
        epoch = progress.epoch
        self._model.train()
        if progress.batch:  # resumed: perhaps no batch is left that would set the rate of this epoch
            learner.set_rate((epoch - 1) * self._batches + progress.batch - 1)
        inputs = np.zeros(0, np.float32)
        order = minibatches(len(plan.train), plan.batch_size, epoch_generator(plan.seed, epoch))
        for number, chosen in enumerate(order, start=1):
            if number <= progress.batch:
                continue
            inputs, targets = plan.train.batch(chosen, epoch, number)
            step = (epoch - 1) * self._batches + number
            learner.set_rate(step - 1)
            measure = plan.measure_every is not None and step % plan.measure_every == 0
            loss, output = learner.batch_fit(inputs, targets, measure)
            if not math.isfinite(loss):
                self._fail(loss, number, inputs)
            examples = len(chosen)
            progress.total_loss += loss * examples
            progress.batch = number
            correct, squared_error = plan.train.judge(output, targets, chosen)
            progress.total_correct += correct
            progress.total_squared_error += squared_error
            yield BatchFinished(
                epoch=epoch,
                batch=number,
                batches=self._batches,
                step=step,
                examples=examples,
                loss=loss,
                accuracy=plan.train.accuracy(correct, examples),
                learning_rate=learner.learning_rate,
                layers=learner.activity,
                r_squared=plan.train.r_squared(squared_error, examples),
            )
        if not all_finite(self._model):
            self._fail(math.nan, self._batches, inputs)

    def _validate(self, validation: DatasetExamples) -> Generator[ValidationAdvanced, None, Evaluation]:
        """Evaluate the validation set in parts."""
        result = Evaluation(math.nan, None)
        for done, so_far in evaluate_in_parts(self._model, validation.dataset, validation.objective):
            result = so_far
            if done < len(validation):
                yield ValidationAdvanced(self._progress.epoch, done, len(validation))
        return result

    def _finish_epoch(self, checked: Evaluation | None) -> EpochFinished:
        """Take stock of an epoch, and stand at the beginning of the next."""
        plan, progress, count = self._plan, self._progress, len(self._plan.train)
        finished = EpochFinished(
            epoch=progress.epoch,
            epochs=plan.epochs,
            training_loss=progress.total_loss / count,
            training_accuracy=plan.train.accuracy(progress.total_correct, count),
            validation_loss=checked.loss if checked else None,
            validation_accuracy=checked.accuracy if checked else None,
            seconds=self._seconds,
            learning_rate=self._learner.learning_rate,
            training_r_squared=plan.train.r_squared(progress.total_squared_error, count),
            validation_r_squared=checked.r_squared if checked else None,
        )
        self._kept_epoch = progress.epoch
        if self._learner.schedule is not None:
            self._learner.schedule.note_epoch(finished.judged_loss)
        progress.history.append(finished)
        progress.epoch, progress.batch = progress.epoch + 1, 0
        progress.total_loss, progress.total_correct, progress.total_squared_error = 0.0, 0, 0.0
        self._last_good = EpochState.copy(self._model, self._learner.optimizer, progress)
        if finished.judged_loss < progress.best_loss:
            progress.best_epoch, progress.best_loss = finished.epoch, finished.judged_loss
            progress.best_tensors = self._last_good.tensors if plan.restore_best else None
        return finished

    def _waited_enough(self) -> bool:
        """Tell whether there was no better epoch for as long as that is borne."""
        patience, progress = self._plan.early_stopping, self._progress
        return patience is not None and progress.epoch - 1 - progress.best_epoch >= patience

    def _fail(self, loss: float, batch: int, inputs: Array) -> None:
        """Find out which layer is at fault, put the last good weights back, and raise `DivergedError`."""
        layer = first_layer_at_fault(self._model, inputs)
        epoch = self._progress.epoch
        self._last_good.restore(self._model, self._learner.optimizer, self._progress)
        raise DivergedError(epoch, batch, loss, layer, self._kept_epoch)

    @property
    def _seconds(self) -> float:
        return self._progress.seconds + time.perf_counter() - self._started

    def _check_same_run(self, state: CheckpointState) -> None:
        plan = self._plan
        for what, saved, now in (
            ("seed", state.seed, plan.seed),
            ("batch size", state.batch_size, plan.batch_size),
            ("number of training examples", state.examples, len(plan.train)),
        ):
            if saved != now:
                raise StorageError(
                    f"The checkpoint belongs to another run: its {what} is {saved}, but here it is {now}."
                )
        if state.validated != (plan.validation is not None):
            raise StorageError("The checkpoint belongs to another run: only one of the two has validation examples.")
        if state.batch > self._batches:
            raise StorageError(f"The checkpoint has {state.batch} batches done of an epoch of {self._batches}.")
