"""Checkpoints: everything that a run needs to go on exactly where it stood, as arrays and JSON data.

Where it stood is between two batches. What is random there needs no saving but for the generators of layers (dropout):
the order of an epoch's examples and the variation of a batch depend on seed, epoch and batch alone.
"""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import Array, Parameter, SettingsError, StorageError, describe_shape
from tinyml.learner.events import EpochFinished
from tinyml.net import Sequential
from tinyml.optims import Optimizer
from tinyml.optims.schedules import Schedule

_MODEL, _BEST, _OPTIMIZER, _HISTORY = "model/", "best/", "optimizer/", "history"
_COLUMNS = (
    "training_loss",
    "training_accuracy",
    "validation_loss",
    "validation_accuracy",
    "seconds",
    "learning_rate",
    "training_r_squared",
    "validation_r_squared",
)
_OLD_COLUMNS = 6
"""So many of them has a checkpoint from before there were numbers as targets."""
_METRICS = frozenset(name for name in _COLUMNS if name.endswith(("accuracy", "r_squared")))

Count = Annotated[int, Field(ge=0, le=2**53)]


class CheckpointState(BaseModel):
    """The part of a checkpoint that is no array.

    Attributes:
        seed, batch_size, examples: of the run; a run that resumes must have the same.
        epochs: that were planned; a run that resumes may plan others.
        epoch: in progress, counted from 1; one more than `epochs` when all are done.
        batch: how many of its batches are done.
        total_loss, total_correct, total_squared_error: sums over the examples of those batches.
            The squared error is None when it is not measured, as with classes.
        seconds: the run took so far.
        validated: whether the history knows of a validation set.
        best_epoch, best_loss: the best epoch so far; 0 and None before the first.
        schedule: what the schedule has learned.
        generators: states of the generators that layers draw from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(ge=0)]
    batch_size: Annotated[int, Field(ge=1)]
    examples: Annotated[int, Field(ge=1)]
    epochs: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)] = 1
    batch: Count = 0
    total_loss: float = 0.0
    total_correct: Count = 0
    total_squared_error: float | None = 0.0
    seconds: Annotated[float, Field(ge=0)] = 0.0
    validated: bool = False
    best_epoch: Count = 0
    best_loss: float | None = None
    schedule: dict[str, Any] = Field(default_factory=dict)
    generators: Annotated[tuple[dict[str, Any], ...], FailFast()] = ()


@dataclass(frozen=True)
class Checkpoint:
    """A run at one moment.

    Attributes:
        state: position, settings that must stay the same, and what is random.
        tensors: copies, by name: "model/…" parameters and buffers, "optimizer/…" what the optimiser remembers, "best/…"
            the weights of the best epoch when they are kept, "history" one row for each epoch.
    """

    state: CheckpointState
    tensors: Mapping[str, np.ndarray]

    def after(self, history: Sequence[EpochFinished]) -> "Checkpoint":
        """Return a checkpoint with the same tensors that stands at the beginning of the epoch after `history`.

        For weights whose run is known by its epochs only: resuming counts the epochs on and remembers the best one.

        Arguments:
            history: the epochs that are done, from the first on.
        """
        best = min(history, key=lambda epoch: _or_infinite(epoch.monitored_loss), default=None)
        found = best is not None and math.isfinite(best.monitored_loss)
        changes = {
            "epoch": len(history) + 1,
            "batch": 0,
            "total_loss": 0.0,
            "total_correct": 0,
            "total_squared_error": 0.0,
            "best_epoch": best.epoch if best is not None and found else 0,
            "best_loss": best.monitored_loss if best is not None and found else None,
        }
        return Checkpoint(self.state.model_copy(update=changes), {**self.tensors, _HISTORY: _history_rows(history)})


@dataclass
class RunState:
    """How far a run has come; it changes while the run goes on.

    Attributes:
        epoch: in progress, counted from 1.
        batch: how many of its batches are done.
        total_loss, total_correct, total_squared_error: sums over the examples of those batches.
        history: the epochs that are done.
        best_epoch, best_loss: the best of them; 0 and infinite before the first.
        best_tensors: its parameters and buffers; None when they are not to be kept.
        seconds: the run took before it was resumed.
    """

    epoch: int = 1
    batch: int = 0
    total_loss: float = 0.0
    total_correct: int = 0
    total_squared_error: float = 0.0
    history: list[EpochFinished] = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float = math.inf
    best_tensors: dict[str, Array] | None = None
    seconds: float = 0.0


def copy_state(model: Sequential) -> dict[str, Array]:
    """Copy all parameters and buffers of a network."""
    return {name: tensor.copy() for name, tensor in model.named_tensors.items()}


def gather_tensors(
    model: Sequential, optimizer: object, run_state: RunState, weights: Mapping[str, Array] | None = None
) -> dict[str, np.ndarray]:
    """Copy every array of a run; `weights` takes the place of the network's parameters and buffers.

    Raises `SettingsError` when the optimiser is one of the caller's own that tells nobody what it remembers.
    """
    own = model.named_tensors if weights is None else weights
    tensors: dict[str, np.ndarray] = {f"{_MODEL}{name}": tensor.copy() for name, tensor in own.items()}
    if not isinstance(optimizer, Optimizer):
        raise SettingsError(
            f"The optimiser {type(optimizer).__name__} cannot be saved in a checkpoint. Derive it from "
            "tinyml.optims.Optimizer, and let it keep what it remembers in `state_for`."
        )
    for name, parameter in model.named_parameters.items():
        for slot, array in optimizer.state.get(parameter, {}).items():
            tensors[f"{_OPTIMIZER}{slot}/{name}"] = array.copy()
    for name, tensor in (run_state.best_tensors or {}).items():
        tensors[f"{_BEST}{name}"] = tensor.copy()
    tensors[_HISTORY] = _history_rows(run_state.history)
    return tensors


@dataclass(frozen=True)
class EpochState:
    """What learning changes until the next epoch ends, besides the schedule and the history, which stay as they are.

    Attributes:
        tensors: copies of the parameters and buffers, by name.
        optimizer_state: copies of the optimiser's state for each parameter; empty for an optimiser of the caller's own.
        generators: states of the generators that layers draw from.
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
        """Copy the present state of a run."""
        optimizer_state = optimizer.state.items() if isinstance(optimizer, Optimizer) else ()
        return cls(
            copy_state(model),
            {parameter: {name: array.copy() for name, array in slot.items()} for parameter, slot in optimizer_state},
            generator_states(model),
            run_state.batch,
            run_state.total_loss,
            run_state.total_correct,
            run_state.total_squared_error,
        )

    def restore(self, model: Sequential, optimizer: object, run_state: RunState) -> None:
        """Put a run back into this state."""
        model.set_tensors(self.tensors, "The last good weights")
        if isinstance(optimizer, Optimizer):
            optimizer.state.clear()
            for parameter, slot in self.optimizer_state.items():
                optimizer.state[parameter] = {name: array.copy() for name, array in slot.items()}
        _restore_generators(model.generators, self.generators)
        run_state.batch = self.batch
        run_state.total_loss, run_state.total_correct = self.total_loss, self.total_correct
        run_state.total_squared_error = self.total_squared_error


def restore(checkpoint: Checkpoint, model: Sequential, optimizer: object, schedule: Schedule | None) -> RunState:
    """Put a network, its optimiser and its schedule into the state of a checkpoint.

    Returns how far that run had come. Raises `StorageError`, naming what does not fit, before anything is changed.
    """
    state, parts = checkpoint.state, _split(checkpoint.tensors)
    history = _read_history(state, parts[_HISTORY].get("", np.zeros((0, len(_COLUMNS)))))
    own = model.named_tensors
    for part in (_MODEL, *([_BEST] if parts[_BEST] else [])):
        _check_like(own, parts[part])
    optimizer_state = _read_optimizer_state(model, parts[_OPTIMIZER])
    if optimizer_state and not isinstance(optimizer, Optimizer):
        raise StorageError("The checkpoint holds what an optimiser remembers, but this one can't take it up.")
    # Tried out on copies first: a state that is damaged shows only when it is set.
    for trial, generators in ((deepcopy(schedule), deepcopy(model.generators)), (schedule, model.generators)):
        _restore_schedule(trial, state.schedule)
        _restore_generators(generators, state.generators)
    model.set_tensors(parts[_MODEL], "The checkpoint")
    if isinstance(optimizer, Optimizer):
        optimizer.state.clear()
        for name, parameter in model.named_parameters.items():
            if name in optimizer_state:
                optimizer.state[parameter] = optimizer_state[name]
    return RunState(
        epoch=state.epoch,
        batch=state.batch,
        total_loss=state.total_loss,
        total_correct=state.total_correct,
        total_squared_error=math.nan if state.total_squared_error is None else state.total_squared_error,
        history=history,
        best_epoch=state.best_epoch,
        best_loss=math.inf if state.best_loss is None else state.best_loss,
        best_tensors={name: tensor.copy() for name, tensor in parts[_BEST].items()} or None,
        seconds=state.seconds,
    )


def generator_states(model: Sequential) -> tuple[dict[str, Any], ...]:
    """Return the states of the generators that layers draw from, as JSON data."""
    return tuple(dict(generator.bit_generator.state) for generator in model.generators)


def _restore_schedule(schedule: Schedule | None, state: dict[str, Any]) -> None:
    try:
        if schedule is not None:
            schedule.restore(state)
        elif state:
            raise SettingsError("its run had a learning-rate schedule, and this one has none.")
    except SettingsError as error:
        raise StorageError(f"The checkpoint belongs to another run: {error}") from error


def _restore_generators(generators: list[np.random.Generator], states: tuple[dict[str, Any], ...]) -> None:
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


def _split(tensors: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Sort tensors by the part they belong to, without its name."""
    parts: dict[str, dict[str, np.ndarray]] = {part: {} for part in (_MODEL, _BEST, _OPTIMIZER, _HISTORY)}
    for name, tensor in tensors.items():
        part = next((part for part in parts if name.startswith(part)), None)
        if part is None:
            raise StorageError(f"The checkpoint holds the unknown tensor '{name}'.")
        parts[part][name.removeprefix(part)] = tensor
    return parts


def _check_like(own: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> None:
    """Compare tensors with those of the network: names, shapes, and types too, since bits must be the same."""
    for name in sorted(own.keys() | found.keys()):
        if name not in found:
            raise StorageError(f"The checkpoint has no tensor '{name}', so it belongs to another network.")
        if name not in own:
            raise StorageError(f"The checkpoint has the unknown tensor '{name}', so it belongs to another network.")
        if found[name].shape != own[name].shape or found[name].dtype != own[name].dtype:
            raise StorageError(
                f"The checkpoint holds '{name}' as {describe_shape(found[name].shape)} {found[name].dtype}, but this "
                f"network has {describe_shape(own[name].shape)} {own[name].dtype}."
            )


def _read_optimizer_state(model: Sequential, found: Mapping[str, np.ndarray]) -> dict[str, dict[str, Array]]:
    """Return what the optimiser remembered of each parameter, as arrays of its own."""
    parameters = model.named_parameters
    optimizer_state: dict[str, dict[str, Array]] = {}
    for name, array in found.items():
        slot, _, parameter = name.partition("/")
        if parameter not in parameters or array.shape not in ((1,), parameters[parameter].tensor.shape):
            raise StorageError(f"The checkpoint's memory '{slot}' of '{parameter}' belongs to another network.")
        tensor = parameters[parameter].tensor
        # In the memory order of the tensor, in which the optimiser goes through both.
        own = np.empty_like(tensor, array.dtype) if array.shape == tensor.shape else np.empty_like(array)
        own[...] = array
        optimizer_state.setdefault(parameter, {})[slot] = own
    return optimizer_state


def _read_history(state: CheckpointState, rows: np.ndarray) -> list[EpochFinished]:
    if rows.ndim != 2 or rows.shape[1] not in (_OLD_COLUMNS, len(_COLUMNS)) or rows.shape[0] != state.epoch - 1:
        raise StorageError("The checkpoint's history does not have a row for each epoch that is done.")
    history = []
    for number, row in enumerate(rows.tolist(), start=1):
        values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
        # A metric that does not fit the targets, or was not measured, is saved as NaN.
        values |= {name: None for name in _METRICS & values.keys() if math.isnan(values[name])}
        if not state.validated:
            values["validation_loss"] = None
        history.append(EpochFinished(epoch=number, epochs=state.epochs, **values))
    return history


def _history_rows(history: Sequence[EpochFinished]) -> np.ndarray:
    rows = [[_as_number(getattr(epoch, column)) for column in _COLUMNS] for epoch in history]
    return np.array(rows, np.float64).reshape(-1, len(_COLUMNS))


def _or_infinite(loss: float) -> float:
    return loss if math.isfinite(loss) else math.inf


def _as_number(value: float | None) -> float:
    return math.nan if value is None else value
