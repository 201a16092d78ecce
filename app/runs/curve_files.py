"""The curves of a kept run in a safetensors file, as exact as they were in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from app.training.curves import Metric, RunCurves
from app.training.layer_history import LayerHistory
from tinyml.core import StorageError
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.learner import EpochFinished

CURVES_FORMAT = "tinyml-curves"
CURVES_VERSION = 1
_MOST_EPOCHS = 1_000_000
_BATCHES = ("position", "loss", "metric")
_OPTIONAL = ("learning_rate", "seconds")
"""Curves that some runs do not have, such as those of older files."""
_NOTHING = np.zeros(0, np.float32)
_EPOCHS = "epochs/"
_WHOLE = ("epoch", "epochs")
"""Fields of the epochs that are whole numbers."""
_LAYERS = "layers/"
"""The names of the arrays of the layer statistics begin with it. Older files have none."""


@dataclass(frozen=True)
class CurveData:
    """The numbers of a run at one moment. Nothing changes them later, so another thread can write them.

    Attributes:
        metric: the metric beside the loss.
        planned_epochs: how many epochs were planned.
        smoothing_span: over about how many batches the curves are smoothed; 0 before the first batch.
        position: (N,) of each batch, in epochs.
        loss: (N,) of each batch.
        measured: (N,) the metric of each batch; NaN where it is unknown.
        epochs: the completed epochs as columns, see `EpochTable`.
        layers: the record of the layer statistics, as arrays by name; empty if no layer was measured.
        learning_rate: (N,) of each batch; empty if it is unknown.
        seconds: (N,) the training time after each batch; empty if it is unknown.
    """

    metric: Metric
    planned_epochs: int
    smoothing_span: int
    position: np.ndarray
    loss: np.ndarray
    measured: np.ndarray
    epochs: Mapping[str, np.ndarray]
    layers: Mapping[str, np.ndarray] = field(default_factory=dict)
    learning_rate: np.ndarray = field(default_factory=lambda: _NOTHING)
    seconds: np.ndarray = field(default_factory=lambda: _NOTHING)

    @staticmethod
    def of(curves: RunCurves, layer_history: LayerHistory | None = None) -> "CurveData":
        """Return the numbers of a run. What is added later does not change them.

        Arguments:
            curves: the curves of the run; they are not copied.
            layer_history: its layer statistics; None to leave them out.
        """
        loss, measured = curves.loss.batches, curves.measured.batches
        return CurveData(
            curves.metric,
            curves.planned_epochs,
            curves.smoothing_span,
            loss.x,
            loss.y,
            measured.y,
            curves.epochs.columns(),
            {name: array.copy() for name, array in layer_history.to_tensors().items()} if layer_history else {},
            curves.learning_rate.y,
            curves.seconds,
        )

    @cached_property
    def history(self) -> tuple[EpochFinished, ...]:
        """The completed epochs."""
        return tuple(_make_epochs(self.epochs))

    def make_layer_history(self) -> LayerHistory:
        """Return the layer statistics.

        Raises `StorageError` if their record is damaged.
        """
        return LayerHistory.from_tensors(self.layers) if self.layers else LayerHistory()

    def make_curves(self) -> RunCurves:
        """Return the curves with these numbers."""
        curves = RunCurves(self.planned_epochs, self.metric)
        if len(self.position):
            rate, seconds = (
                array if len(array) == len(self.position) else None for array in (self.learning_rate, self.seconds)
            )
            curves.restore_batches(self.smoothing_span, self.position, self.loss, self.measured, rate, seconds)
        curves.add_epochs(self.history)
        return curves


def write_curves(path: Path, data: CurveData) -> None:
    """Write the curves of a run.

    Arguments:
        path: the file.
        data: the numbers.

    Raises `StorageError` if the file cannot be written.
    """
    tensors = {
        "batches/position": data.position,
        "batches/loss": data.loss,
        "batches/metric": data.measured,
        **{f"{_EPOCHS}{name}": column for name, column in data.epochs.items()},
        **{f"{_LAYERS}{name}": array for name, array in data.layers.items()},
    }
    for name in _OPTIONAL:
        array = getattr(data, name)
        if len(array) == len(data.position):
            tensors[f"batches/{name}"] = np.asarray(array, np.float32)
    about = {
        "format": CURVES_FORMAT,
        "version": CURVES_VERSION,
        "metric": data.metric,
        "planned_epochs": data.planned_epochs,
        "smoothing_span": data.smoothing_span,
    }
    write_tensors(path, tensors, about)


def read_curves(path: Path) -> CurveData:
    """Read the curves of a run from the file `path`.

    Raises `StorageError` if the file is missing, damaged, of another kind, or from a newer version.
    """
    file = read_tensors(path)
    about, tensors = file.metadata, file.tensors
    if about.get("format") != CURVES_FORMAT:
        raise StorageError(f"'{path}' holds no curves of a run. Delete this run.")
    match about:
        case {"version": int(version)} if version > CURVES_VERSION:
            raise StorageError(f"'{path}' was written by a newer TinyML Studio. Update TinyML Studio to use this run.")
        case {
            "metric": ("accuracy" | "r_squared") as metric,
            "planned_epochs": int(planned),
            "smoothing_span": int(span),
        } if planned >= 0 and 0 <= span <= 2**31:
            pass
        case _:
            raise StorageError(f"'{path}' is damaged: its header lacks facts about the curves. Delete this run.")
    position, loss, measured = (_numbers(tensors, f"batches/{name}", path) for name in _BATCHES)
    if not len(position) == len(loss) == len(measured) or (len(position) and span < 1):
        raise StorageError(f"'{path}' is damaged: its curves differ in length. Delete this run.")
    if not np.isfinite(position).all() or (np.diff(position) < 0).any():
        raise StorageError(f"'{path}' is damaged: its positions do not rise. Delete this run.")
    layers = {name.removeprefix(_LAYERS): array for name, array in tensors.items() if name.startswith(_LAYERS)}
    rate, seconds = (
        _numbers(tensors, f"batches/{name}", path, np.float32) if f"batches/{name}" in tensors else _NOTHING
        for name in _OPTIONAL
    )
    epochs = _read_epochs(tensors, path)
    data = CurveData(metric, planned, span, position, loss, measured, epochs, layers, rate, seconds)
    try:
        data.make_layer_history()
    except StorageError as error:
        raise StorageError(f"'{path}' is damaged: {error} Delete this run.") from error
    return data


def _read_epochs(tensors: Mapping[str, np.ndarray], path: Path) -> Mapping[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for each in fields(EpochFinished):
        name = f"{_EPOCHS}{each.name}"
        if name not in tensors and each.default is not MISSING:
            continue  # an older version did not have it
        values, known = _numbers(tensors, name, path), tensors.get(f"{name}/known")
        if known is None or known.shape != values.shape or known.dtype != np.bool_:
            raise StorageError(f"'{path}' is damaged: its epochs are not complete. Delete this run.")
        if each.name in _WHOLE and not (known.all() and np.isfinite(values).all() and (values >= 1).all()):
            raise StorageError(f"'{path}' is damaged: its epochs have no numbers. Delete this run.")
        columns[each.name], columns[f"{each.name}/known"] = values, known
    counts = {len(column) for column in columns.values()}
    if len(counts) != 1 or max(counts) > _MOST_EPOCHS:
        raise StorageError(f"'{path}' is damaged: its epochs are not complete. Delete this run.")
    return columns


def _make_epochs(columns: Mapping[str, np.ndarray]) -> Iterator[EpochFinished]:
    """Return the epochs of columns that `_read_epochs` has checked, or that a run has made."""
    names = [each.name for each in fields(EpochFinished) if each.name in columns]
    lists = []
    for name in names:
        values, known = columns[name].tolist(), columns[f"{name}/known"].tolist()
        if name in _WHOLE:
            values = list(map(int, values))
        lists.append([value if is_known else None for value, is_known in zip(values, known, strict=True)])
    return (EpochFinished(**dict(zip(names, row, strict=True))) for row in zip(*lists, strict=True))


def _numbers(
    tensors: Mapping[str, np.ndarray], name: str, path: Path, dtype: type[np.floating[Any]] = np.float64
) -> np.ndarray:
    array = tensors.get(name)
    if array is None or array.ndim != 1 or array.dtype != dtype:
        raise StorageError(f"'{path}' is damaged: it has no numbers '{name}'. Delete this run.")
    return array
