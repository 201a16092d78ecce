"""One training run: its configuration, its state, and the events that it yields."""

import math
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from tinyml.core import Array, DivergedError, SettingsError, StorageError
from tinyml.core.validation import check_counts
from tinyml.data import batch_count, epoch_generator, minibatches
from tinyml.learner.checkpoint import Checkpoint, CheckpointState, gather_tensors, restore
from tinyml.learner.divergence import all_finite, first_layer_at_fault
from tinyml.learner.evaluation import Evaluation, evaluate_in_parts
from tinyml.learner.events import BatchFinished, EpochFinished, Event, TrainingFinished, ValidationAdvanced
from tinyml.learner.measuring_pace import MeasuringPace
from tinyml.learner.run_state import EpochState, RunState, generator_states
from tinyml.learner.setting_change import CHANGEABLE, SettingChange
from tinyml.learner.step import TrainingStep
from tinyml.learner.training_examples import ArrayExamples, DatasetExamples


@dataclass(frozen=True)
class RunConfig:
    """The configuration of a run.

    Attributes:
        train: the training examples.
        epochs, batch_size, seed: see `Learner.run`.
        validation: the validation examples, evaluated after each epoch; None for no validation.
        early_stopping, restore_best, measure_every, measure_share: see `Learner.run`.
    """

    train: ArrayExamples | DatasetExamples
    epochs: int
    batch_size: int
    seed: int
    validation: DatasetExamples | None = None
    early_stopping: int | None = None
    restore_best: bool = False
    measure_every: int | None = None
    measure_share: float | None = None


class TrainingRun:
    """Trains a network as a configuration says. Between two events, a checkpoint can save the whole run.

    Arguments:
        step: learns from one batch; it holds the network, the loss, the optimiser and the schedule.
        config: the configuration.
        resume: the checkpoint to continue from; None to start with the first epoch.

    Raises `StorageError` if the checkpoint belongs to another run; then nothing is changed.
    """

    def __init__(self, step: TrainingStep, config: RunConfig, resume: Checkpoint | None = None) -> None:
        self._step, self._config, self._model = step, config, step.model
        self._batches = batch_count(len(config.train), config.batch_size)
        self._run_state = RunState()
        self._pace = MeasuringPace(config.measure_every, config.measure_share)
        if resume is None:
            step.restart_schedule()
        else:
            self._check_same_run(resume.state)
            self._run_state = restore(resume, self._model, step.optimizer, step.schedule)
            self._use_last_rate()
        self._last_good = self._copy_state()
        self._kept_epoch = None if self._run_state.batch else self._run_state.epoch - 1
        self._restored = False
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

    @property
    def best_weights(self) -> Mapping[str, Array] | None:
        """Parameters and buffers after the best epoch so far. They are never changed. None before the first epoch."""
        return self._run_state.best_tensors

    @property
    def epoch_weights(self) -> tuple[int, Mapping[str, Array]] | None:
        """The last whole epoch, and the weights after it; see `Learner.epoch_weights`."""
        return None if self._kept_epoch is None else (self._kept_epoch, self._last_good.tensors)

    def change(self, name: str, value: float) -> SettingChange | None:
        """Change a setting from the next batch on.

        Arguments:
            name, value: see `Learner.change`.
        """
        config, step, run_state = self._config, self._step, self._run_state
        if name == "learning_rate":
            before = step.base_rate or 0.0
            step.change_base_rate(value)
        elif name == "epochs":
            before, value = config.epochs, int(value)
            check_counts(epochs=value)
            started = run_state.epoch if run_state.batch else run_state.epoch - 1
            if value < started:
                raise SettingsError(f"Epoch {started} has begun, so the run cannot end after epoch {value}.")
            self._config = replace(config, epochs=value)
        elif name == "early_stopping":
            before, value = config.early_stopping or 0, int(value)
            check_counts(0, early_stopping=value)
            self._config = replace(config, early_stopping=value or None)
        else:
            raise SettingsError(f"'{name}' cannot be changed during a run, only {', '.join(CHANGEABLE)}.")
        if before == value:
            return None
        done = self.batches_done
        run_state.changes.append(SettingChange(done / self._batches, done, name, before, value))
        return run_state.changes[-1]

    def _use_last_rate(self) -> None:
        """Use the learning rate of the last change; without a change, the rate of the settings."""
        done, step = self.batches_done, self._step
        position = done / self._batches
        rates = [change for change in self._run_state.changes if change.name == "learning_rate"]
        step.restart_base_rate()
        for change in rates:
            if change.position < position:
                step.change_base_rate(float(change.after))
        if self._run_state.batch:  # if no batch of the epoch is left, the rate of its last step is still reported
            step.set_rate(done - 1)
        for change in rates:
            if change.position >= position:
                step.change_base_rate(float(change.after))

    def checkpoint(self) -> Checkpoint:
        """Copy everything that is needed to continue from here. Call it at an event, or after the run.

        After a failure, this is the state at the end of the last whole epoch. If the run ended with the weights of its
        best epoch, the checkpoint holds those of its last epoch.

        Raises `SettingsError` if the optimiser cannot be saved.
        """
        config, run_state, schedule = self._config, self._run_state, self._step.schedule
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
            best_epoch=run_state.best.epoch if run_state.best else 0,
            best_loss=run_state.best.monitored_loss if run_state.best else None,
            schedule={} if schedule is None else schedule.state(),
            generators=generator_states(self._model),
            changes=tuple(run_state.changes),
        )
        last = self._last_good.tensors if self._restored else None
        return Checkpoint(state, gather_tensors(self._model, self._step.optimizer, run_state, last))

    def events(self) -> Generator[Event, None, None]:
        """Do the rest of the run; see `Learner.run`."""
        config, run_state = self._config, self._run_state
        self._started = time.perf_counter()
        try:
            # The number of epochs can change during the run.
            while run_state.epoch <= self._config.epochs and not self._should_stop_early():
                yield from self._train_epoch()
                evaluation = None
                if config.validation is not None:
                    evaluation = yield from self._validate(config.validation)
                yield self._finish_epoch(evaluation)
            if config.restore_best and run_state.best_tensors is not None:
                self._model.set_tensors(run_state.best_tensors, "The best epoch")
                self._restored = True
            yield TrainingFinished(
                history=self.history,
                seconds=self._seconds,
                best_epoch=run_state.best.epoch if run_state.best else None,
                stopped_early=run_state.epoch <= self._config.epochs,
                restored=self._restored,
            )
        finally:
            self._model.eval()
            self._step.release_memory()

    def _train_epoch(self) -> Generator[BatchFinished, None, None]:
        """Learn from every batch of the epoch; in an epoch that was resumed, from the rest of them."""
        config, run_state = self._config, self._run_state
        done = (run_state.epoch - 1) * self._batches
        self._model.train()
        inputs = np.zeros(0, np.float32)
        order = minibatches(len(config.train), config.batch_size, epoch_generator(config.seed, run_state.epoch))
        for number, rows in enumerate(order, start=1):
            if number <= run_state.batch:
                continue
            inputs, targets = config.train.batch(rows, run_state.epoch, number)
            yield self._train_on_batch(inputs, targets, rows, done + number)
        if not all_finite(self._model):
            self._fail(math.nan, self._batches, inputs)

    def _train_on_batch(self, inputs: Array, targets: np.ndarray, rows: np.ndarray, number: int) -> BatchFinished:
        """Do the step with this number, counted from 1 in the whole run."""
        config, run_state, step = self._config, self._run_state, self._step
        step.set_rate(number - 1)
        measure = self._pace.is_due(number, last=number == config.epochs * self._batches)
        loss, output = step.train_on_batch(inputs, targets, measure)
        self._pace.note(step.measuring_seconds if measure else None)
        if not math.isfinite(loss):
            self._fail(loss, run_state.batch + 1, inputs, before_first_step=number == 1)
        correct, squared_error = config.train.measure(output, targets, rows)
        run_state.add_batch(loss, len(rows), correct, squared_error)
        return BatchFinished(
            epoch=run_state.epoch,
            batch=run_state.batch,
            batches=self._batches,
            step=number,
            examples=len(rows),
            loss=loss,
            accuracy=config.train.accuracy(correct, len(rows)),
            learning_rate=step.learning_rate,
            layers=step.layer_stats,
            r_squared=config.train.r_squared(squared_error, len(rows)),
        )

    def _validate(self, validation: DatasetExamples) -> Generator[ValidationAdvanced, None, Evaluation]:
        """Evaluate the validation set in parts."""
        result = Evaluation(math.nan, None)
        for done, so_far in evaluate_in_parts(self._model, validation.dataset, validation.objective):
            result = so_far
            if done < len(validation):
                yield ValidationAdvanced(self._run_state.epoch, done, len(validation))
        return result

    def _finish_epoch(self, evaluation: Evaluation | None) -> EpochFinished:
        """Record the epoch and reset the counters for the next one."""
        config, run_state, examples = self._config, self._run_state, len(self._config.train)
        finished = EpochFinished(
            epoch=run_state.epoch,
            epochs=config.epochs,
            training_loss=run_state.total_loss / examples,
            training_accuracy=config.train.accuracy(run_state.total_correct, examples),
            validation_loss=evaluation.loss if evaluation else None,
            validation_accuracy=evaluation.accuracy if evaluation else None,
            seconds=self._seconds,
            learning_rate=self._step.learning_rate,
            training_r_squared=config.train.r_squared(run_state.total_squared_error, examples),
            validation_r_squared=evaluation.r_squared if evaluation else None,
        )
        self._kept_epoch = run_state.epoch
        if self._step.schedule is not None:
            self._step.schedule.note_epoch(finished.monitored_loss)
        is_best = run_state.add_epoch(finished)
        self._last_good = self._copy_state()
        if is_best:
            run_state.best_tensors = self._last_good.tensors
        return finished

    def _should_stop_early(self) -> bool:
        """Return True if early stopping is due."""
        patience = self._config.early_stopping
        return patience is not None and self._run_state.epochs_since_best >= patience

    def _fail(self, loss: float, batch: int, inputs: Array, before_first_step: bool = False) -> None:
        """Find the layer at fault, restore the last good weights, and raise `DivergedError`."""
        layer = first_layer_at_fault(self._model, inputs)
        epoch = self._run_state.epoch
        self._last_good.restore(self._model, self._step.optimizer, self._run_state)
        # A change that came after the state belongs to what is lost. Perhaps it was the reason.
        position = self.batches_done / self._batches
        self._run_state.changes = [change for change in self._run_state.changes if change.position <= position]
        self._use_last_rate()
        raise DivergedError(epoch, batch, loss, layer, self._kept_epoch, before_first_step)

    def _copy_state(self) -> EpochState:
        return EpochState.copy(self._model, self._step.optimizer, self._run_state)

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
