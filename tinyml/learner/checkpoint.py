"""Checkpoints: everything that a run needs to continue exactly where it stopped, as arrays and JSON data.

A run stops between two batches. Of its randomness, a checkpoint only holds the states of the generators in layers
(dropout). The order of an epoch's examples and the augmentation of a batch depend on seed, epoch and batch alone.
"""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import Array, SettingsError, StorageError, describe_shape
from tinyml.learner.events import EpochFinished, best_epoch
from tinyml.learner.run_state import RunState, restore_generators
from tinyml.learner.setting_change import SettingChange
from tinyml.net import Sequential
from tinyml.optims import Optimizer
from tinyml.optims.base import is_number
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
"""Number of columns in checkpoints of older versions, which had no R²."""
_METRICS = frozenset(name for name in _COLUMNS if name.endswith(("accuracy", "r_squared")))

Count = Annotated[int, Field(ge=0, le=2**53)]


class CheckpointState(BaseModel):
    """The part of a checkpoint that is not an array.

    Attributes:
        seed, batch_size, examples: of the run; a run that resumes must have the same.
        epochs: number of epochs planned; a run that resumes may plan others.
        epoch: the epoch in progress, counted from 1; `epochs` + 1 if all are done.
        batch: number of its batches that are done.
        total_loss, total_correct, total_squared_error: sums over the examples of those batches. The squared error is
            None if it is not measured, as with classes.
        seconds: duration of the run so far.
        validated: True if the run has a validation set.
        best_epoch, best_loss: the best epoch so far and its monitored loss; 0 and None before the first.
        schedule: state of the learning-rate schedule.
        generators: states of the random generators of the layers.
        changes: settings that were changed during the run, in order. The last rate among them is the learning rate.
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
    changes: Annotated[tuple[SettingChange, ...], FailFast()] = ()


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run between two batches.

    Attributes:
        state: position, random generators, and the settings that must stay the same.
        tensors: copies, by name: "model/…" for parameters and buffers, "optimizer/…" for the optimiser's state,
            "best/…" for the weights of the best epoch if they are known, "history" with one row for each epoch.
    """

    state: CheckpointState
    tensors: Mapping[str, np.ndarray]

    def after(self, history: Sequence[EpochFinished]) -> "Checkpoint":
        """Return a checkpoint with the same tensors, at the beginning of the epoch that follows `history`.

        Use it for weights with a known history but without a checkpoint of their own. A run that resumes from it
        continues to count the epochs, and it knows the best epoch.

        Arguments:
            history: the epochs that are done, from the first on.
        """
        best = best_epoch(history)
        changes = {
            "epoch": len(history) + 1,
            "batch": 0,
            "total_loss": 0.0,
            "total_correct": 0,
            "total_squared_error": 0.0,
            "best_epoch": best.epoch if best else 0,
            "best_loss": best.monitored_loss if best else None,
        }
        return Checkpoint(self.state.model_copy(update=changes), {**self.tensors, _HISTORY: _history_rows(history)})


def gather_tensors(
    model: Sequential, optimizer: object, run_state: RunState, weights: Mapping[str, Array] | None = None
) -> dict[str, np.ndarray]:
    """Copy every array of a run.

    Arguments:
        model: the network.
        optimizer: its optimiser.
        run_state: how far the run has come.
        weights: parameters and buffers that are saved instead of those of the network.

    Raises `SettingsError` for a custom optimiser that is not derived from `Optimizer`: its state is unknown.
    """
    own = model.named_tensors if weights is None else weights
    tensors: dict[str, np.ndarray] = {f"{_MODEL}{name}": tensor.copy() for name, tensor in own.items()}
    if not isinstance(optimizer, Optimizer):
        raise SettingsError(
            f"The optimiser {type(optimizer).__name__} cannot be saved in a checkpoint. Derive it from "
            "tinyml.optims.Optimizer, and keep its state in `state_for`."
        )
    for name, parameter in model.named_parameters.items():
        for slot, array in optimizer.state.get(parameter, {}).items():
            tensors[f"{_OPTIMIZER}{slot}/{name}"] = array.copy()
    for name, tensor in (run_state.best_tensors or {}).items():
        tensors[f"{_BEST}{name}"] = tensor.copy()
    tensors[_HISTORY] = _history_rows(run_state.history)
    return tensors


def restore(checkpoint: Checkpoint, model: Sequential, optimizer: object, schedule: Schedule | None) -> RunState:
    """Put a network, its optimiser and its schedule into the state of a checkpoint.

    Arguments:
        checkpoint: the state to restore.
        model: the network; its parameters and buffers change.
        optimizer: the optimiser; its state changes.
        schedule: the learning-rate schedule; None for a constant rate.

    Returns the state of the run. Raises `StorageError`, before anything is changed, if a part does not fit; the message
    names the part.
    """
    state, parts = checkpoint.state, _split(checkpoint.tensors)
    history = _read_history(state, parts[_HISTORY].get("", np.zeros((0, len(_COLUMNS)))))
    own = model.named_tensors
    for part in (_MODEL, *([_BEST] if parts[_BEST] else [])):
        _check_like(own, parts[part])
    optimizer_state = _read_optimizer_state(model, parts[_OPTIMIZER])
    _check_rates(state.changes)
    if optimizer_state and not isinstance(optimizer, Optimizer):
        raise StorageError(
            f"The checkpoint holds the state of an optimiser, but {type(optimizer).__name__} cannot restore it. Derive "
            "it from tinyml.optims.Optimizer."
        )
    # Copies come first, because only setting a state shows if it is damaged.
    for trial, generators in ((deepcopy(schedule), deepcopy(model.generators)), (schedule, model.generators)):
        _restore_schedule(trial, state.schedule)
        restore_generators(generators, state.generators)
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
        best=best_epoch(history),
        best_tensors={name: tensor.copy() for name, tensor in parts[_BEST].items()} or None,
        seconds=state.seconds,
        changes=list(state.changes),
    )


def _check_rates(changes: Sequence[SettingChange]) -> None:
    for change in changes:
        rate = change.after
        if change.name == "learning_rate" and (isinstance(rate, str) or not is_number(rate) or not 0 < rate < math.inf):
            raise StorageError(f"The checkpoint holds the learning rate {rate!r}, which no run can use.")


def _restore_schedule(schedule: Schedule | None, state: dict[str, Any]) -> None:
    try:
        if schedule is not None:
            schedule.restore(state)
        elif state:
            raise SettingsError("its run had a learning-rate schedule, but this run has none.")
    except SettingsError as error:
        raise StorageError(f"The checkpoint belongs to another run: {error}") from error


def _split(tensors: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Return the tensors of each part of a checkpoint, by their names without the name of the part."""
    parts: dict[str, dict[str, np.ndarray]] = {part: {} for part in (_MODEL, _BEST, _OPTIMIZER, _HISTORY)}
    for name, tensor in tensors.items():
        part = next((part for part in parts if name.startswith(part)), None)
        if part is None:
            raise StorageError(f"The checkpoint holds the unknown tensor '{name}'.")
        parts[part][name.removeprefix(part)] = tensor
    return parts


def _check_like(own: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> None:
    """Compare names, shapes and dtypes of tensors with those of the network."""
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
    """Return copies of the optimiser's state for each parameter."""
    parameters = model.named_parameters
    optimizer_state: dict[str, dict[str, Array]] = {}
    for name, array in found.items():
        slot, _, parameter = name.partition("/")
        if parameter not in parameters or array.shape not in ((1,), parameters[parameter].tensor.shape):
            raise StorageError(f"The optimiser state '{slot}' of '{parameter}' belongs to another network.")
        tensor = parameters[parameter].tensor
        # The optimiser is fastest if both have the same memory order.
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
        # A metric that does not fit the targets is saved as NaN.
        values |= {name: None for name in _METRICS & values.keys() if math.isnan(values[name])}
        if not state.validated:
            values["validation_loss"] = None
        history.append(EpochFinished(epoch=number, epochs=state.epochs, **values))
    return history


def _history_rows(history: Sequence[EpochFinished]) -> np.ndarray:
    rows = [[_as_number(getattr(epoch, column)) for column in _COLUMNS] for epoch in history]
    return np.array(rows, np.float64).reshape(-1, len(_COLUMNS))


def _as_number(value: float | None) -> float:
    return math.nan if value is None else value
