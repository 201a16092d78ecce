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
    RunState,
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
class RunConfig:
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
        config: what is to be done.
        resume: where to go on; None to begin.

    Raises `StorageError` when the checkpoint belongs to another run; then nothing was changed.
    """

    def __init__(self, learner: "Learner", config: RunConfig, resume: Checkpoint | None = None) -> None:
        self._learner, self._config = learner, config
        self._model = learner.model
        self._batches = batch_count(len(config.train), config.batch_size)
        self._run_state = RunState()
        if resume is not None:
            self._check_same_run(resume.state)
            self._run_state = restore(resume, self._model, learner.optimizer, learner.schedule)
        self._last_good = EpochState.copy(self._model, learner.optimizer, self._run_state)
        self._restored = False
        begun = self._run_state.batch > 0
        self._kept_epoch = None if begun else self._run_state.epoch - 1
        self._started = time.perf_counter()

    @property
    def batches(self) -> int:
        """Number of batches in one epoch."""
        return self._batches

    @property
    def batches_done(self) -> int:
        """Number of batches that are done, in all epochs."""
        return (self._run_state.epoch - 1) * self._batches + self._run_state.batch

    @property
    def history(self) -> tuple[EpochFinished, ...]:
        """The epochs that are done."""
        return tuple(self._run_state.history)

    def checkpoint(self) -> Checkpoint:
        """Copy everything that is needed to go on from here. Call it while an event is being handled, or afterwards.

        After a failure it is the state at the end of the last whole epoch; after the weights of the best epoch were put
        back, that of the last one.

        Raises `SettingsError` when the optimiser cannot be saved.
        """
        config, run_state, schedule = self._config, self._run_state, self._learner.schedule
        state = CheckpointState(
            seed=config.seed,
            batch_size=config.batch_size,
            examples=len(config.train),
            epochs=config.epochs,
            epoch=run_state.epoch,
            batch=run_state.batch,
            total_loss=run_state.total_loss,
            total_correct=run_state.total_correct,
            total_squared_error=None if math.isnan(run_state.total_squared_error) else run_state.total_squared_error,
            seconds=self._seconds,
            validated=config.validation is not None,
            best_epoch=run_state.best_epoch,
            best_loss=run_state.best_loss if math.isfinite(run_state.best_loss) else None,
            schedule={} if schedule is None else schedule.state(),
            generators=generator_states(self._model),
        )
        last = self._last_good.tensors if self._restored else None
        return Checkpoint(state, gather_tensors(self._model, self._learner.optimizer, run_state, last))

    def events(self) -> Generator[Event, None, None]:
        """Do what is left of the plan; see `Learner.run`."""
        config, run_state = self._config, self._run_state
        self._started = time.perf_counter()
        try:
            while run_state.epoch <= config.epochs and not self._should_stop_early():
                yield from self._train_epoch()
                checked = None
                if config.validation is not None:
                    checked = yield from self._validate(config.validation)
                yield self._finish_epoch(checked)
            restored = config.restore_best and run_state.best_tensors is not None
            if restored and run_state.best_tensors is not None:
                self._model.set_tensors(run_state.best_tensors, "The best epoch")
                self._restored = True
            yield TrainingFinished(
                history=self.history,
                seconds=self._seconds,
                best_epoch=run_state.best_epoch or None,
                stopped_early=run_state.epoch <= config.epochs,
                restored=restored,
            )
        finally:
            self._model.eval()
            self._learner.release_memory()

    def _train_epoch(self) -> Generator[BatchFinished, None, None]:
        """Learn from every example once, or from those that are left of an epoch that was begun."""
        config, run_state, learner = self._config, self._run_state, self._learner
        epoch = run_state.epoch
        self._model.train()
        if run_state.batch:  # resumed: perhaps no batch is left that would set the rate of this epoch
            learner.set_rate((epoch - 1) * self._batches + run_state.batch - 1)
        inputs = np.zeros(0, np.float32)
        order = minibatches(len(config.train), config.batch_size, epoch_generator(config.seed, epoch))
        for number, chosen in enumerate(order, start=1):
            if number <= run_state.batch:
                continue
            inputs, targets = config.train.batch(chosen, epoch, number)
            step = (epoch - 1) * self._batches + number
            learner.set_rate(step - 1)
            measure = config.measure_every is not None and step % config.measure_every == 0
            loss, output = learner.batch_fit(inputs, targets, measure)
            if not math.isfinite(loss):
                self._fail(loss, number, inputs)
            examples = len(chosen)
            run_state.total_loss += loss * examples
            run_state.batch = number
            correct, squared_error = config.train.judge(output, targets, chosen)
            run_state.total_correct += correct
            run_state.total_squared_error += squared_error
            yield BatchFinished(
                epoch=epoch,
                batch=number,
                batches=self._batches,
                step=step,
                examples=examples,
                loss=loss,
                accuracy=config.train.accuracy(correct, examples),
                learning_rate=learner.learning_rate,
                layers=learner.gradient_stats,
                r_squared=config.train.r_squared(squared_error, examples),
            )
        if not all_finite(self._model):
            self._fail(math.nan, self._batches, inputs)

    def _validate(self, validation: DatasetExamples) -> Generator[ValidationAdvanced, None, Evaluation]:
        """Evaluate the validation set in parts."""
        result = Evaluation(math.nan, None)
        for done, so_far in evaluate_in_parts(self._model, validation.dataset, validation.objective):
            result = so_far
            if done < len(validation):
                yield ValidationAdvanced(self._run_state.epoch, done, len(validation))
        return result

    def _finish_epoch(self, checked: Evaluation | None) -> EpochFinished:
        """Take stock of an epoch, and stand at the beginning of the next."""
        config, run_state, count = self._config, self._run_state, len(self._config.train)
        finished = EpochFinished(
            epoch=run_state.epoch,
            epochs=config.epochs,
            training_loss=run_state.total_loss / count,
            training_accuracy=config.train.accuracy(run_state.total_correct, count),
            validation_loss=checked.loss if checked else None,
            validation_accuracy=checked.accuracy if checked else None,
            seconds=self._seconds,
            learning_rate=self._learner.learning_rate,
            training_r_squared=config.train.r_squared(run_state.total_squared_error, count),
            validation_r_squared=checked.r_squared if checked else None,
        )
        self._kept_epoch = run_state.epoch
        if self._learner.schedule is not None:
            self._learner.schedule.note_epoch(finished.monitored_loss)
        run_state.history.append(finished)
        run_state.epoch, run_state.batch = run_state.epoch + 1, 0
        run_state.total_loss, run_state.total_correct, run_state.total_squared_error = 0.0, 0, 0.0
        self._last_good = EpochState.copy(self._model, self._learner.optimizer, run_state)
        if finished.monitored_loss < run_state.best_loss:
            run_state.best_epoch, run_state.best_loss = finished.epoch, finished.monitored_loss
            run_state.best_tensors = self._last_good.tensors if config.restore_best else None
        return finished

    def _should_stop_early(self) -> bool:
        """Tell whether there was no better epoch for as long as that is borne."""
        patience, run_state = self._config.early_stopping, self._run_state
        return patience is not None and run_state.epoch - 1 - run_state.best_epoch >= patience

    def _fail(self, loss: float, batch: int, inputs: Array) -> None:
        """Find out which layer is at fault, put the last good weights back, and raise `DivergedError`."""
        layer = first_layer_at_fault(self._model, inputs)
        epoch = self._run_state.epoch
        self._last_good.restore(self._model, self._learner.optimizer, self._run_state)
        raise DivergedError(epoch, batch, loss, layer, self._kept_epoch)

    @property
    def _seconds(self) -> float:
        return self._run_state.seconds + time.perf_counter() - self._started

    def _check_same_run(self, state: CheckpointState) -> None:
        config = self._config
        for what, saved, now in (
            ("seed", state.seed, config.seed),
            ("batch size", state.batch_size, config.batch_size),
            ("number of training examples", state.examples, len(config.train)),
        ):
            if saved != now:
                raise StorageError(
                    f"The checkpoint belongs to another run: its {what} is {saved}, but here it is {now}."
                )
        if state.validated != (config.validation is not None):
            raise StorageError("The checkpoint belongs to another run: only one of the two has validation examples.")
        if state.batch > self._batches:
            raise StorageError(f"The checkpoint has {state.batch} batches done of an epoch of {self._batches}.")
