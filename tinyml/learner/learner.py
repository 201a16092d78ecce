"""Learner: what turns examples into better parameters, batch by batch."""

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from tinyml.core import Array, DataError, SettingsError, TinymlError, as_examples
from tinyml.core.validation import check_counts
from tinyml.data import Augmentation, DataDescription, Dataset
from tinyml.learner.arguments import check_model, compute_loss
from tinyml.learner.checkpoint import Checkpoint
from tinyml.learner.events import EpochFinished, Event
from tinyml.learner.gradient_stats import GradientStatsRecorder, LayerGradientStats
from tinyml.learner.objective import Objective, check_loss
from tinyml.learner.run import RunConfig, TrainingRun
from tinyml.learner.training_examples import ArrayExamples, DatasetExamples
from tinyml.losses import LossFunction, find_loss
from tinyml.net import Sequential
from tinyml.net.execution import BatchPass
from tinyml.net.sequential import SupportsUpdate
from tinyml.optims import Optimizer, clip_gradients, find_optimizer
from tinyml.optims.base import check_positive
from tinyml.optims.schedules import Schedule


class Learner:
    """Minibatch gradient descent (seed 000, "Learner"; seed 002).

    For each batch: forward, loss, backward, then `model.update(optimizer)`, which changes every parameter by
    `new = old - ε ∂ℓ/∂old` (or as the optimiser decides) and clears the gradients.

    Arguments:
        model: the network; its parameters are changed in place.
        loss: a function `(predicted, ground_truth) -> (loss, gradient)`, or the name of one in `tinyml.losses`: "mse".
        optimizer: what updates a parameter from its gradient: anything with a method `update(parameter)`, or the name
            of one in `tinyml.optims`, with its defaults: "adam".
        schedule: changes the optimiser's learning rate in `fit` and `run`; None to leave it alone.
        clip_norm: longest gradient, see `tinyml.optims.clip_gradients`; None for any length.

    Attributes:
        gradient_stats: how strongly each layer learned from the last batch, when that was asked for; else empty.

    Raises `SettingsError` when an argument is none of these, `clip_norm` is not positive, or the optimiser has no
    learning rate for the schedule.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> from tinyml.optims import SGDOptimizer
    >>> learner = Learner(Sequential([Linear("fc", 2, 2)]), "mse_loss", SGDOptimizer(0.1))
    >>> events = list(learner.run(load("circle"), epochs=2, batch_size=500))
    >>> [type(event).__name__ for event in events][2:]
    ['EpochFinished', 'BatchFinished', 'BatchFinished', 'EpochFinished', 'TrainingFinished']
    """

    def __init__(
        self,
        model: Sequential,
        loss: LossFunction | str,
        optimizer: SupportsUpdate | str,
        schedule: Schedule | None = None,
        clip_norm: float | None = None,
    ) -> None:
        self.model = check_model(model)
        self.loss = find_loss(loss)
        self.optimizer: SupportsUpdate = find_optimizer(optimizer)
        self.schedule = schedule
        self.clip_norm = None if clip_norm is None else check_positive("largest gradient norm", clip_norm)
        self.gradient_stats: tuple[LayerGradientStats, ...] = ()
        if schedule is not None and not isinstance(self.optimizer, Optimizer):
            raise SettingsError(
                f"A schedule changes the learning rate `lr` of a tinyml.optims.Optimizer, which "
                f"{type(self.optimizer).__name__} is not."
            )
        self._base_rate = self.learning_rate
        self._fresh_schedule = {} if schedule is None else schedule.state()
        self._run: TrainingRun | None = None
        self._pass = BatchPass()

    @property
    def learning_rate(self) -> float | None:
        """The learning rate of the next update; None for an optimiser of one's own that has none."""
        return self.optimizer.lr if isinstance(self.optimizer, Optimizer) else None

    def set_rate(self, step: int) -> None:
        """Let the schedule decide the learning rate after `step` steps of a run; without one, leave it as it is."""
        if self.schedule is None or self._base_rate is None or not isinstance(self.optimizer, Optimizer):
            return
        self.optimizer.lr = self._base_rate * self.schedule.factor(step)

    def batch_fit(self, data: Array, label: np.ndarray, measure: bool = False) -> tuple[float, Array]:
        """Learn from one batch.

        Arguments:
            data: `(N, …)` inputs.
            label: what the loss compares the outputs with.
            measure: find out how strongly each layer learns, see `gradient_stats`.

        Returns the loss and the `(N, …)` outputs, both from before the update. When the loss is NaN or infinite, the
        parameters are left as they are.
        """
        # An overflow shows in the loss, and is reported there with its place; NumPy's warnings would only repeat it.
        with np.errstate(all="ignore"):
            output = self._pass.forward(self.model.layers, self.model.read_input(data))
            loss, gradient = compute_loss(self.loss, output, label)
            if math.isfinite(loss):
                self._pass.backward(gradient)
                recorder = GradientStatsRecorder(self.model) if measure else None
                if self.clip_norm is not None:
                    clip_gradients(self.model.parameters, self.clip_norm)
                with self._pass.threads():
                    self.model.update(self.optimizer)
                self.gradient_stats = () if recorder is None else recorder.finish()
        return loss, output

    def release_memory(self) -> None:
        """Give back the memory that `batch_fit` and the evaluations keep for the next time, as every run does."""
        self._pass = BatchPass()
        self.model.release_memory()

    def fit(
        self,
        data: Array,
        label: np.ndarray,
        epochs: int,
        batch_size: int,
        callbacks: Sequence[Callable[..., object]] = (),
        callbacks_interval: int | None = None,
        cargs: Iterable[Any] = (),
        seed: int = 0,
        *,
        progress: bool = False,
    ) -> tuple[Sequential, list[float]]:
        """Train on arrays, as the original tinyml did; `run` tells more while it goes on.

        Arguments:
            data: `(N, …)` inputs.
            label: what the loss compares the outputs with: `(N,)` integers, or `(N, outputs)` numbers for `mse_loss`.
            epochs: how often all examples are seen, at least 1.
            batch_size: examples in one update, at least 1; the last batch of an epoch holds what is left.
            callbacks: each is called as `callback(model, epoch, *cargs)`, the epoch counted from 0, with the network in
                evaluation mode. A callback that returns False ends the training after this epoch.
            callbacks_interval: call them after every so many epochs, beginning with the first; never when None.
            cargs: further arguments for the callbacks.
            seed: decides the order of the examples.
            progress: show a progress bar on standard error.

        Returns the network and, for each epoch that was done, the mean loss over its examples. (The original returned
        the sum over its batches, which depends on the batch size.)

        Raises `DivergedError` when the loss becomes NaN or infinite; the network then holds the weights of the end of
        the epoch before.
        """
        data, label = as_examples(data, "The data"), as_examples(label, "The labels")
        _check_lengths(len(data), len(label))
        check_counts(epochs=epochs, batch_size=batch_size, callbacks_interval=callbacks_interval)
        check_counts(0, seed=seed)
        further = tuple(cargs)
        config = RunConfig(ArrayExamples(data, label), epochs, batch_size, seed)
        losses: list[float] = []
        with closing(self._start(config, None, progress)) as events:
            for event in events:
                if not isinstance(event, EpochFinished):
                    continue
                losses.append(event.training_loss)
                if callbacks_interval is not None and (event.epoch - 1) % callbacks_interval == 0:
                    self.model.eval()
                    answers = [callback(self.model, event.epoch - 1, *further) for callback in callbacks]
                    if any(isinstance(answer, bool | np.bool_) and not answer for answer in answers):
                        break
        return self.model, losses

    def predict(self, data: Array, batch_size: int | None = None) -> Array:
        """Compute the outputs in evaluation mode, `batch_size` examples at a time."""
        return self.model.predict(data, batch_size)

    def run(
        self,
        train: Dataset,
        epochs: int,
        batch_size: int,
        validation: Dataset | None = None,
        seed: int = 0,
        *,
        augmentations: Sequence[Augmentation] = (),
        early_stopping: int | None = None,
        restore_best: bool = False,
        measure_every: int | None = None,
        resume: Checkpoint | None = None,
        progress: bool = False,
    ) -> Generator[Event, None, None]:
        """Train, and tell what happens: an iterator of events.

        Every event is a place to pause: nothing goes on until the next one is asked for. To stop, leave the loop that
        goes through the events, or close the iterator.
        The same seed, data and network give the same events (but for the seconds) and the same parameters, bit for bit.
        Afterwards the network is in evaluation mode, also when it was stopped.

        Arguments:
            train: the examples to learn from, with classes or numbers as targets, see `Dataset.from_arrays`. Which
                targets the loss receives is told in `Objective`.
            epochs: how often all examples are seen, at least 1.
            batch_size: examples in one update, at least 1; the last batch of an epoch holds what is left.
            validation: examples to evaluate after each epoch; none when None or empty.
            seed: decides the order of the examples, in each epoch another one.
            augmentations: vary the inputs of each batch, in this order; see `tinyml.data.augmentation`.
            early_stopping: end after so many epochs without a smaller loss on the validation examples, or on the
                training examples where there are none; None for never.
            restore_best: end with the parameters and buffers of the epoch with the smallest such loss.
            measure_every: tell how strongly each layer learns in every so many batches; None for never.
            resume: what `checkpoint` returned during a run with the same arguments (but perhaps more epochs), network,
                loss, optimiser and schedule: the run goes on as if it had never stopped.
            progress: show a progress bar on standard error.

        Yields a `BatchFinished` for each batch, `ValidationAdvanced` between the parts of a large validation set, an
        `EpochFinished` for each epoch, and one `TrainingFinished` at the end.

        Raises `SettingsError`, `DataError` or, when `resume` does not fit, `StorageError` before it begins; and
        `DivergedError` when the loss becomes NaN or infinite, or an update made a parameter so. The network then holds
        the weights of the end of the epoch before.
        """
        _check_lengths(len(train), len(train))
        check_counts(epochs=epochs, batch_size=batch_size, early_stopping=early_stopping, measure_every=measure_every)
        check_counts(0, seed=seed)
        check_loss(self.loss, train.description)
        if validation:
            _check_same_targets(train.description, validation.description)
        objective = Objective(self.loss, train.class_targets)
        config = RunConfig(
            DatasetExamples(train, objective, tuple(augmentations), seed),
            epochs,
            batch_size,
            seed,
            DatasetExamples(validation, objective, (), seed) if validation else None,
            early_stopping,
            restore_best,
            measure_every,
        )
        return self._start(config, resume, progress)

    @property
    def history(self) -> tuple[EpochFinished, ...]:
        """The epochs of the run in progress (or the last one) that are done, those before it was resumed too."""
        return () if self._run is None else self._run.history

    def checkpoint(self) -> Checkpoint:
        """Copy everything that the run in progress (or the last one) needs to go on from the present event.

        After a run that failed, it is the state at the end of the last whole epoch.

        Raises `TinymlError` when no run was begun, `SettingsError` when the optimiser cannot be saved.
        """
        if self._run is None:
            raise TinymlError("There is no run to take a checkpoint of. Start one with `run`.")
        return self._run.checkpoint()

    def _start(self, config: RunConfig, resume: Checkpoint | None, progress: bool) -> Generator[Event, None, None]:
        if self.schedule is not None and resume is None:
            self.schedule.restore(self._fresh_schedule)
        self._run = TrainingRun(self, config, resume)
        events = self._run.events()
        if not progress:
            return events
        # Only now: a program that shows no bar need not load what draws it.
        from tinyml.learner.progress_bar import with_progress_bar

        return with_progress_bar(events, config.epochs * self._run.batches, self._run.batches_done)


def _check_same_targets(train: DataDescription, validation: DataDescription) -> None:
    if (train.target_shape, len(train.class_names)) != (validation.target_shape, len(validation.class_names)):
        raise DataError(
            f"The validation examples of {validation.title} have other targets than the training examples of "
            f"{train.title}. Make both from the same data, for example with `split`."
        )


def _check_lengths(inputs: int, labels: int) -> None:
    if inputs != labels:
        raise DataError(f"There are {inputs} examples but {labels} labels. Give each example one.")
    if inputs < 1:
        raise DataError("There are no examples to learn from.")
