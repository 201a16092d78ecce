"""Learner: trains a network on arrays or datasets, epoch by epoch."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from tinyml.core import Array, DataError, TinymlError, as_examples
from tinyml.core.validation import check_counts
from tinyml.data import Augmentation, DataDescription, Dataset
from tinyml.learner.arguments import check_share
from tinyml.learner.checkpoint import Checkpoint
from tinyml.learner.events import EpochFinished, Event
from tinyml.learner.layer_stats import LayerStats
from tinyml.learner.objective import Objective, check_loss
from tinyml.learner.run import RunConfig, TrainingRun
from tinyml.learner.setting_change import SettingChange
from tinyml.learner.step import TrainingStep
from tinyml.learner.training_examples import ArrayExamples, DatasetExamples
from tinyml.losses import LossFunction
from tinyml.net import Sequential
from tinyml.net.sequential import SupportsUpdate
from tinyml.optims.schedules import Schedule


class Learner:
    """Minibatch gradient descent (specification 000, "Learner"; specification 002).

    Arguments:
        model: the network. Training changes its parameters in place.
        loss: a function `(predicted, ground_truth) -> (loss, gradient)`, or the name of a loss in `tinyml.losses`:
            "mse".
        optimizer: any object with a method `update(parameter)`, or the name of an optimiser in `tinyml.optims`, with
            default settings: "adam".
        schedule: changes the optimiser's learning rate in `fit` and `run`; None for a constant rate.
        clip_norm: largest norm of the gradient, see `tinyml.optims.clip_gradients`; None for no limit.

    Attributes:
        step: does one training step; it holds the network, the loss, the optimiser and the schedule.

    Raises `SettingsError` if an argument is invalid, or if there is a schedule but the optimiser has no learning rate.

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
        self.step = TrainingStep(model, loss, optimizer, schedule, clip_norm)
        self._run: TrainingRun | None = None

    @property
    def model(self) -> Sequential:
        """The network."""
        return self.step.model

    @property
    def loss(self) -> LossFunction:
        """The loss function."""
        return self.step.loss

    @property
    def optimizer(self) -> SupportsUpdate:
        """The optimiser. It can be replaced, also during a run."""
        return self.step.optimizer

    @optimizer.setter
    def optimizer(self, optimizer: SupportsUpdate) -> None:
        self.step.optimizer = optimizer

    @property
    def schedule(self) -> Schedule | None:
        """The learning-rate schedule; None for a constant rate."""
        return self.step.schedule

    @property
    def clip_norm(self) -> float | None:
        """The largest norm of the gradient; None for no limit."""
        return self.step.clip_norm

    @property
    def learning_rate(self) -> float | None:
        """The learning rate of the next step; None if a custom optimiser has no learning rate."""
        return self.step.learning_rate

    @property
    def layer_stats(self) -> tuple[LayerStats, ...]:
        """Statistics of each layer in the last step, if they were measured; else empty."""
        return self.step.layer_stats

    def batch_fit(self, data: Array, label: np.ndarray, measure: bool = False) -> tuple[float, Array]:
        """Learn from one batch.

        Arguments:
            data: `(N, …)` inputs.
            label: the ground truth that the loss needs.
            measure: True to compute `layer_stats`.

        Returns the loss and the `(N, …)` outputs, both from before the update. If the loss is NaN or infinite, the
        parameters stay as they are.
        """
        return self.step.train_on_batch(data, label, measure)

    def release_memory(self) -> None:
        """Free the memory that `batch_fit` and evaluations keep for the next time. Every run does this at its end."""
        self.step.release_memory()

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
        """Train on arrays, as in the original tinyml. `run` gives more information during the training.

        Arguments:
            data: `(N, …)` inputs.
            label: the ground truth that the loss needs: `(N,)` integers, or `(N, outputs)` numbers for `mse_loss`.
            epochs: number of epochs, at least 1.
            batch_size: examples in one batch, at least 1. The last batch of an epoch holds the rest.
            callbacks: functions that are called as `callback(model, epoch, *cargs)`, with the network in evaluation
                mode. The epoch is counted from 0. If a callback returns False, the training ends after this epoch.
            callbacks_interval: number of epochs from one call to the next; the first call follows the first epoch.
                None for no calls.
            cargs: further arguments for the callbacks.
            seed: decides the order of the examples.
            progress: True to show a progress bar on standard error.

        Returns the network and, for each epoch, the mean loss over its examples. (The original returned the sum over
        the batches, which depends on the batch size.)

        Raises `DivergedError` if the loss becomes NaN or infinite. The network then has the weights from the end of the
        previous epoch.
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
        """Compute the outputs in evaluation mode, `batch_size` examples at a time.

        Arguments:
            data: `(N, …)` the inputs.
            batch_size: number of examples in a batch; 256 by default, so that large data needs little memory.
        """
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
        measure_share: float | None = None,
        resume: Checkpoint | None = None,
        progress: bool = False,
    ) -> Generator[Event, None, None]:
        """Train, and yield an event for every batch and every epoch.

        The run only continues when the next event is requested, so it can pause at every event. To stop it, leave the
        loop over the events, or close the iterator. The same seed, data and network give the same events (except for
        the seconds) and the same parameters, to the bit. After the run, also if it was stopped, the network is in
        evaluation mode.

        Arguments:
            train: the training examples, with classes or numbers as targets, see `Dataset.from_arrays`. `Objective`
                decides which targets the loss receives.
            epochs: number of epochs, at least 1.
            batch_size: examples in one batch, at least 1. The last batch of an epoch holds the rest.
            validation: examples that are evaluated after each epoch; None or empty for no validation.
            seed: decides the order of the examples in each epoch.
            augmentations: applied to the inputs of each batch, in this order; see `tinyml.data.augmentation`.
            early_stopping: number of epochs without a smaller monitored loss after which the run ends; None for no
                early stopping. See `EpochFinished.monitored_loss`.
            restore_best: True to end with the parameters and buffers of the epoch with the smallest monitored loss.
            measure_every: number of batches from one measurement of `layer_stats` to the next; None for none.
            measure_share: measure `layer_stats` as often as this share of the time allows, such as 0.04; None for
                none. The measured batches differ from run to run; what is learned is the same to the bit.
            resume: a result of `checkpoint` from a run with the same arguments (but maybe more epochs), network, loss,
                optimiser and schedule. The run continues as if it had never stopped.
            progress: True to show a progress bar on standard error.

        Yields a `BatchFinished` for each batch, `ValidationAdvanced` between the parts of a large validation set, an
        `EpochFinished` for each epoch, and one `TrainingFinished` at the end.

        Raises `SettingsError`, `DataError` or, if `resume` does not fit, `StorageError`, before the run begins. Raises
        `DivergedError` if the loss or a parameter becomes NaN or infinite. The network then has the weights from the
        end of the previous epoch.
        """
        _check_lengths(len(train), len(train))
        check_counts(epochs=epochs, batch_size=batch_size, early_stopping=early_stopping, measure_every=measure_every)
        check_counts(0, seed=seed)
        check_share("measure_share", measure_share)
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
            measure_share,
        )
        return self._start(config, resume, progress)

    @property
    def history(self) -> tuple[EpochFinished, ...]:
        """The epochs of the last run that are done, with those from before it was resumed."""
        return () if self._run is None else self._run.history

    @property
    def best_weights(self) -> Mapping[str, Array] | None:
        """Parameters and buffers after the best epoch of the last run, by name. They are never changed.

        None if there is no best epoch, or if its weights are unknown because they came from a file.
        """
        return None if self._run is None else self._run.best_weights

    @property
    def epoch_weights(self) -> tuple[int, Mapping[str, Array]] | None:
        """Number of the last whole epoch of the last run, and parameters and buffers after it, by name.

        Before the first batch this is epoch 0, the untrained weights. Each epoch has new arrays that never change.
        None without a run, and if a run was resumed in the middle of an epoch that has not ended yet.
        """
        return None if self._run is None else self._run.epoch_weights

    def change(self, name: str, value: float) -> SettingChange | None:
        """Change a setting of the last run from its next batch on. Checkpoints keep the change.

        Arguments:
            name: "learning_rate", which a schedule multiplies by its factor; "epochs", the planned number in total; or
                "early_stopping", where 0 means never. A schedule that depends on the number of epochs keeps its
                length; `TrainingSetup.change` adapts it.
            value: the new value.

        Returns the change; None if the setting already had this value. Raises `TinymlError` if there was no run,
        `SettingsError` if the value is invalid. Then nothing is changed.
        """
        if self._run is None:
            raise TinymlError("There is no run to change a setting of. Start one with `run`.")
        return self._run.change(name, value)

    def checkpoint(self) -> Checkpoint:
        """Copy everything that the last run needs to continue from its current event.

        After a failure, this is the state at the end of the last whole epoch.

        Raises `TinymlError` if there was no run, `SettingsError` if the optimiser cannot be saved.
        """
        if self._run is None:
            raise TinymlError("There is no run to take a checkpoint of. Start one with `run`.")
        return self._run.checkpoint()

    def _start(self, config: RunConfig, resume: Checkpoint | None, progress: bool) -> Generator[Event, None, None]:
        self._run = TrainingRun(self.step, config, resume)
        events = self._run.events()
        if not progress:
            return events
        # Imported here, because a program without a progress bar does not need to load tqdm.
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
