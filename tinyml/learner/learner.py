"""Learner: what turns examples into better parameters, batch by batch."""

import math
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import numpy as np

from tinyml.core import Array, DataError, DivergedError, SettingsError
from tinyml.data import Dataset, batch_count, minibatches
from tinyml.learner.evaluation import Evaluation, evaluate_in_parts
from tinyml.learner.events import BatchFinished, EpochFinished, Event, TrainingFinished, ValidationAdvanced
from tinyml.learner.objective import Objective, loss_by_name
from tinyml.losses import LossFunction
from tinyml.net import Sequential, record
from tinyml.net.sequential import Optimizer


class Learner:
    """Minibatch gradient descent (seed 000, "Learner"; seed 002).

    For each batch: forward, loss, backward, then `model.update(optimizer)`, which changes every parameter by
    `new = old - ε ∂ℓ/∂old` (or as the optimiser decides) and clears the gradients.

    Arguments:
        model: the network; its parameters are changed in place.
        loss: a function `(predicted, ground_truth) -> (loss, gradient)`, or the name of one in `tinyml.losses`.
        optimizer: what updates a parameter from its gradient.

    >>> from tinyml.data import load
    >>> from tinyml.layers import Linear
    >>> from tinyml.optims import SGDOptimizer
    >>> learner = Learner(Sequential([Linear("fc", 2, 2)]), "mse_loss", SGDOptimizer(0.1))
    >>> events = list(learner.run(load("circle"), epochs=2, batch_size=500))
    >>> [type(event).__name__ for event in events][2:]
    ['EpochFinished', 'BatchFinished', 'BatchFinished', 'EpochFinished', 'TrainingFinished']
    """

    def __init__(self, model: Sequential, loss: LossFunction | str, optimizer: Optimizer) -> None:
        self.model = model
        self.loss = loss_by_name(loss) if isinstance(loss, str) else loss
        self.optimizer = optimizer

    def batch_fit(self, data: Array, label: np.ndarray) -> tuple[float, Array]:
        """Learn from one batch.

        Arguments:
            data: `(N, …)` inputs.
            label: what the loss compares the outputs with.

        Returns the loss and the `(N, …)` outputs, both from before the update. When the loss is NaN or infinite, the
        parameters are left as they are.
        """
        # An overflow shows in the loss, and is reported there with its place; NumPy's warnings would only repeat it.
        with np.errstate(all="ignore"):
            output = self.model(data)
            loss, gradient = self.loss(output, label)
            loss = float(loss)
            if math.isfinite(loss):
                self.model.backward(gradient)
                self.model.update(self.optimizer)
        return loss, output

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
    ) -> tuple[Sequential, list[float]]:
        """Train on arrays, as the original tinyml did; `run` tells more while it goes on.

        Arguments:
            data: `(N, …)` inputs.
            label: what the loss compares the outputs with: `(N,)` integers, or `(N, outputs)` numbers for `mse_loss`.
            epochs: how often all examples are seen, at least 1.
            batch_size: examples in one update, at least 1; the last batch of an epoch holds what is left.
            callbacks: each is called as `callback(model, epoch, *cargs)`, the epoch counted from 0, with the network in
                evaluation mode.
            callbacks_interval: call them after every so many epochs, beginning with the first; never when None.
            cargs: further arguments for the callbacks.
            seed: decides the order of the examples.

        Returns the network and, for each epoch, the mean loss over its examples. (The original returned the sum over
        its batches, which depends on the batch size.)

        Raises `DivergedError` when the loss becomes NaN or infinite.
        """
        _check_run(len(data), len(label), epochs, batch_size)
        further = tuple(cargs)
        losses = []
        for epoch in range(epochs):
            self.model.train()
            total = 0.0
            for number, batch in enumerate(minibatches(len(data), batch_size, _order(seed, epoch + 1)), start=1):
                inputs = data[batch]
                loss, _ = self.batch_fit(inputs, label[batch])
                self._check_finite(loss, epoch + 1, number, inputs)
                total += loss * len(batch)
            losses.append(total / len(data))
            self.model.eval()
            if callbacks_interval is not None and epoch % callbacks_interval == 0:
                for callback in callbacks:
                    callback(self.model, epoch, *further)
        return self.model, losses

    def predict(self, data: Array, batch_size: int | None = None) -> Array:
        """Compute the outputs in evaluation mode, `batch_size` examples at a time."""
        return self.model.predict(data, batch_size)

    def run(
        self, train: Dataset, epochs: int, batch_size: int, validation: Dataset | None = None, seed: int = 0
    ) -> Generator[Event, None, None]:
        """Train, and tell what happens: an iterator of events.

        Every event is a place to pause: nothing goes on until the next one is asked for. To stop, close the iterator.
        The same seed, data and network give the same events (but for the seconds) and the same parameters, bit for bit.
        Afterwards the network is in evaluation mode, also when it was stopped.

        Arguments:
            train: the examples to learn from. Which targets the loss receives is told in `Objective`.
            epochs: how often all examples are seen, at least 1.
            batch_size: examples in one update, at least 1; the last batch of an epoch holds what is left.
            validation: examples to evaluate after each epoch; none when None or empty.
            seed: decides the order of the examples, in each epoch another one.

        Yields a `BatchFinished` for each batch, `ValidationAdvanced` between the parts of a large validation set, an
        `EpochFinished` for each epoch, and one `TrainingFinished` at the end.

        Raises `SettingsError` or `DataError` before it begins, and `DivergedError` when the loss becomes NaN or
        infinite, or an update made a parameter so.
        """
        _check_run(len(train), len(train), epochs, batch_size)
        return self._run(train, epochs, batch_size, validation or None, seed)

    def _run(
        self, train: Dataset, epochs: int, batch_size: int, validation: Dataset | None, seed: int
    ) -> Generator[Event, None, None]:
        started = time.perf_counter()
        objective = Objective(self.loss, train.codes)
        targets = objective.targets(train)
        history: list[EpochFinished] = []
        try:
            for epoch in range(1, epochs + 1):
                mean = yield from self._learn_epoch(train, targets, objective, epoch, batch_size, seed)
                checked = Evaluation(math.nan, math.nan)
                if validation is not None:
                    checked = yield from self._validate(validation, objective, epoch)
                known = validation is not None
                finished = EpochFinished(
                    epoch=epoch,
                    epochs=epochs,
                    training_loss=mean.loss,
                    training_accuracy=mean.accuracy,
                    validation_loss=checked.loss if known else None,
                    validation_accuracy=checked.accuracy if known else None,
                    seconds=time.perf_counter() - started,
                )
                history.append(finished)
                yield finished
            yield TrainingFinished(tuple(history), time.perf_counter() - started)
        finally:
            self.model.eval()

    def _learn_epoch(
        self, train: Dataset, targets: np.ndarray, objective: Objective, epoch: int, batch_size: int, seed: int
    ) -> Generator[Event, None, Evaluation]:
        """Learn from every example once; return the means over the epoch."""
        self.model.train()
        count = len(train)
        batches = batch_count(count, batch_size)
        step = (epoch - 1) * batches
        total_loss, total_correct = 0.0, 0
        inputs = train.inputs[:0]
        for number, batch in enumerate(minibatches(count, batch_size, _order(seed, epoch)), start=1):
            inputs = train.inputs[batch]
            loss, output = self.batch_fit(inputs, targets[batch])
            self._check_finite(loss, epoch, number, inputs)
            correct = int(np.count_nonzero(objective.classes(output) == train.labels[batch]))
            examples = len(batch)
            total_loss += loss * examples
            total_correct += correct
            yield BatchFinished(epoch, number, batches, step + number, examples, loss, correct / examples)
        if not all(np.isfinite(parameter.tensor).all() for parameter in self.model.parameters):
            self._check_finite(math.nan, epoch, batches, inputs)
        return Evaluation(total_loss / count, total_correct / count)

    def _validate(
        self, validation: Dataset, objective: Objective, epoch: int
    ) -> Generator[ValidationAdvanced, None, Evaluation]:
        """Evaluate the validation set in parts."""
        result = Evaluation(math.nan, math.nan)
        for done, so_far in evaluate_in_parts(self.model, validation, objective):
            result = so_far
            if done < len(validation):
                yield ValidationAdvanced(epoch, done, len(validation))
        return result

    def _check_finite(self, loss: float, epoch: int, batch: int, inputs: Array) -> None:
        """Raise `DivergedError` with the first layer at fault when the loss is NaN or infinite."""
        if math.isfinite(loss):
            return
        with np.errstate(all="ignore"):
            trace = record(self.model, inputs)
        names = (entry.layer.name for entry in trace.entries if not np.isfinite(entry.output).all())
        raise DivergedError(epoch, batch, loss, next(names, None))


def _order(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator of one epoch's order, which does not depend on what happened in the epochs before."""
    return np.random.default_rng([seed, epoch])


def _check_run(inputs: int, labels: int, epochs: int, batch_size: int) -> None:
    if inputs != labels:
        raise DataError(f"There are {inputs} examples but {labels} labels. Give each example one.")
    if inputs < 1:
        raise DataError("There are no examples to learn from.")
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise SettingsError(f"{name} is {value} but should be at least 1.")
