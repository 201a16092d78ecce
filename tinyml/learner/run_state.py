"""The state of a training run: how far it has come, and a copy to return to after a failure."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyml.core import Array, Parameter, StorageError
from tinyml.learner.events import EpochFinished, is_better
from tinyml.learner.setting_change import SettingChange
from tinyml.net import Sequential
from tinyml.optims import Optimizer


@dataclass
class RunState:
    """How far a run has come. A run changes it after each batch and each epoch.

    Attributes:
        epoch: the epoch in progress, counted from 1.
        batch: the number of its batches that are done.
        total_loss, total_correct, total_squared_error: sums over the examples of these batches.
        history: the epochs that are done.
        best: the epoch with the smallest `monitored_loss` so far; None before the first finite loss.
        best_tensors: parameters and buffers after that epoch; None if they are unknown.
        seconds: duration of the run before it was resumed.
        changes: the settings that were changed during the run, in order.
    """

    epoch: int = 1
    batch: int = 0
    total_loss: float = 0.0
    total_correct: int = 0
    total_squared_error: float = 0.0
    history: list[EpochFinished] = field(default_factory=list)
    best: EpochFinished | None = None
    best_tensors: dict[str, Array] | None = None
    seconds: float = 0.0
    changes: list[SettingChange] = field(default_factory=list)

    @property
    def epochs_since_best(self) -> int:
        """The number of epochs done since the best one; all of them if there is no best one."""
        return len(self.history) - (self.best.epoch if self.best else 0)

    def add_batch(self, loss: float, examples: int, correct: int, squared_error: float) -> None:
        """Count a batch as done.

        Arguments:
            loss: mean over its examples.
            examples: the number of its examples.
            correct: how many of them have the right class.
            squared_error: sum over its examples.
        """
        self.batch += 1
        self.total_loss += loss * examples
        self.total_correct += correct
        self.total_squared_error += squared_error

    def add_epoch(self, finished: EpochFinished) -> bool:
        """Add an epoch to the history and reset the counters for the next one; return True if it is the best.

        Arguments:
            finished: the result of the epoch.
        """
        self.history.append(finished)
        self.epoch, self.batch = self.epoch + 1, 0
        self.total_loss, self.total_correct, self.total_squared_error = 0.0, 0, 0.0
        if not is_better(finished, self.best):
            return False
        self.best = finished
        return True


@dataclass(frozen=True)
class EpochState:
    """A copy of the state of a run. The run returns to it if the next epoch fails.

    The schedule and the history are not part of it: they change only at the end of an epoch.

    Attributes:
        tensors: copies of the parameters and buffers, by name.
        optimizer_state: copies of the optimiser's state for each parameter; empty for a custom optimiser.
        generators: states of the random generators of the layers.
        batch, total_loss, total_correct, total_squared_error: as in `RunState`.
    """

    tensors: dict[str, Array]
    optimizer_state: dict[Parameter, dict[str, Array]]
    generators: tuple[dict[str, Any], ...]
    batch: int
    total_loss: float
    total_correct: int
    total_squared_error: float

    @classmethod
    def copy(cls, model: Sequential, optimizer: object, run_state: RunState) -> "EpochState":
        """Copy the current state of a run.

        Arguments:
            model: the network.
            optimizer: the optimiser.
            run_state: the counters and the history of the run.
        """
        optimizer_state = optimizer.state.items() if isinstance(optimizer, Optimizer) else ()
        return cls(
            copy_state(model),
            {parameter: {name: array.copy() for name, array in state.items()} for parameter, state in optimizer_state},
            generator_states(model),
            run_state.batch,
            run_state.total_loss,
            run_state.total_correct,
            run_state.total_squared_error,
        )

    def restore(self, model: Sequential, optimizer: object, run_state: RunState) -> None:
        """Put a run back into this state.

        Arguments:
            model: the network; its parameters and buffers change.
            optimizer: the optimiser; its state changes.
            run_state: the counters and the history of the run; they change.
        """
        model.set_tensors(self.tensors, "The last good weights")
        if isinstance(optimizer, Optimizer):
            optimizer.state.clear()
            for parameter, state in self.optimizer_state.items():
                optimizer.state[parameter] = {name: array.copy() for name, array in state.items()}
        restore_generators(model.generators, self.generators)
        run_state.batch = self.batch
        run_state.total_loss, run_state.total_correct = self.total_loss, self.total_correct
        run_state.total_squared_error = self.total_squared_error


def copy_state(model: Sequential) -> dict[str, Array]:
    """Copy all parameters and buffers of a network.

    Arguments:
        model: the network.
    """
    return {name: tensor.copy() for name, tensor in model.named_tensors.items()}


def generator_states(model: Sequential) -> tuple[dict[str, Any], ...]:
    """Return the states of the random generators of the layers, as JSON data.

    Arguments:
        model: the network.
    """
    return tuple(dict(generator.bit_generator.state) for generator in model.generators)


def restore_generators(generators: list[np.random.Generator], states: tuple[dict[str, Any], ...]) -> None:
    """Put random generators into the states that `generator_states` returned.

    Raises `StorageError` if there is not one state for each generator, or if a state is damaged.
    """
    if len(generators) != len(states):
        raise StorageError(
            f"The checkpoint holds the states of {len(states)} random generators, but this network has "
            f"{len(generators)}, so it belongs to another network."
        )
    try:
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StorageError("The checkpoint holds a damaged state of a random generator.") from error
