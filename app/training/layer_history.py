"""The statistics of the layers through time: a bounded record for each run. No Qt."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from tinyml.core import StorageError
from tinyml.core.json_text import read_json_object, write_json
from tinyml.learner import BatchFinished
from tinyml.learner.layer_stats import INTERVALS, Histogram, LayerStats

LayerScalar = Literal["gradient_norm", "update_ratio", "activation_mean", "activation_deviation", "dead", "saturated"]
"""A measurement of `LayerStats` that is one number."""

LayerHistogram = Literal["weights", "gradients", "activations"]
"""A measurement of `LayerStats` that is a histogram."""

CAPACITY = 256
"""Largest number of measurements that are kept. A heat map of them is about as wide as a panel has pixels to show."""

RECENT = 20
"""Number of the newest measurements that are kept beside the thinned ones. The diagnosis compares so many."""

_SCALARS: tuple[LayerScalar, ...] = get_args(LayerScalar)
_HISTOGRAMS: tuple[LayerHistogram, ...] = get_args(LayerHistogram)
_FEWEST = 16

_COLUMNS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "steps": (np.int64, ()),
    "positions": (np.float64, ()),
    "numbers": (np.int64, ()),
    "scalars": (np.float64, (len(_SCALARS),)),
    "known": (np.uint8, (len(_SCALARS),)),
    "borders": (np.float64, (len(_HISTOGRAMS), 2)),
    "counts": (np.uint32, (len(_HISTOGRAMS), INTERVALS)),
}
"""For each array of the record, with one row for each measurement: its type, and its axes after the layers. The first
three have no axis for the layers."""
_WITHOUT_LAYERS = ("steps", "positions", "numbers")


@dataclass(frozen=True)
class HistogramSeries:
    """Histograms of one layer, one row for each measurement.

    Attributes:
        counts: `(measurements, intervals)` how many numbers fall into each interval; 0 where there is no histogram.
        low, high: `(measurements,)` the borders of the first and of the last interval; NaN if there is no histogram.
    """

    counts: np.ndarray
    low: np.ndarray
    high: np.ndarray


class LayerHistory:
    """The statistics of all layers of one run through time.

    It keeps at most 256 measurements. When there are more, every second one is dropped, so that the rest stays evenly
    spread from the first to the newest. The newest is always kept, exactly. So the memory is bounded, by about 100 kB
    for each layer, however long the run is.

    The newest 20 measurements are kept beside them, as they were reported. Files do not hold these: after reading, the
    newest ones of the thinned record stand for them, without histograms.

    The arrays that it returns are copies: later measurements do not change them.

    >>> history = LayerHistory()
    >>> history.add(BatchFinished(1, 1, 4, 1, 10, 0.5, None, layers=(LayerStats("fc", gradient_norm=2.0),)))
    >>> history.layers, history.positions, history.series("fc", "gradient_norm"), history.series("fc", "dead")
    (('fc',), array([0.25]), array([2.]), array([nan]))
    """

    def __init__(self) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self._recent: deque[tuple[float, tuple[LayerStats, ...]]] = deque(maxlen=RECENT)
        self._count = self._next_number = 0
        self._spacing = 1
        self._start_over(())

    def __len__(self) -> int:
        """Return how many measurements are kept."""
        return self._count

    @property
    def layers(self) -> tuple[str, ...]:
        """The paths of the layers, in the order of the network; empty before the first measurement."""
        return self._layers

    @property
    def measured(self) -> int:
        """How many measurements were made, also those that were dropped."""
        return self._next_number

    @property
    def steps(self) -> np.ndarray:
        """For each measurement, the number of its batch in the run, from 1."""
        return self._column("steps")

    @property
    def positions(self) -> np.ndarray:
        """For each measurement, where it was made, in epochs: 2.5 is the middle of the third epoch."""
        return self._column("positions")

    @property
    def newest(self) -> tuple[LayerStats, ...]:
        """The newest measurement of every layer; empty before the first one."""
        return self.at(self._count - 1) if self._count else ()

    @property
    def recent(self) -> tuple[tuple[LayerStats, ...], ...]:
        """The newest 20 measurements of every layer, from old to new, without a gap. Nothing is copied or built."""
        return tuple(layers for _, layers in self._recent)

    def series(self, layer: str, scalar: LayerScalar) -> np.ndarray:
        """Return one number of a layer through time: `(measurements,)`; NaN where it does not exist.

        Arguments:
            layer: its path, one of `layers`.
            scalar: which number.

        Raises `ValueError` if the layer is not in the record.
        """
        return self._column("scalars")[:, self._place(layer), _SCALARS.index(scalar)].copy()

    def histograms(self, layer: str, histogram: LayerHistogram) -> HistogramSeries:
        """Return the histograms of a layer through time.

        Arguments:
            layer: its path, one of `layers`.
            histogram: of which numbers.

        Raises `ValueError` if the layer is not in the record.
        """
        place = np.s_[: self._count, self._place(layer), _HISTOGRAMS.index(histogram)]
        low, high = self._columns["borders"][place].T.copy()
        return HistogramSeries(self._columns["counts"][place].copy(), low, high)

    def at(self, index: int) -> tuple[LayerStats, ...]:
        """Return one measurement of every layer.

        Arguments:
            index: from 0 for the first kept measurement; -1 is the newest.

        Raises `IndexError` if there is no such measurement.
        """
        row = range(self._count)[index]
        return tuple(self._stats(row, place) for place in range(len(self._layers)))

    def add(self, event: BatchFinished) -> None:
        """Add the measurement of a batch. A batch that was not measured changes nothing.

        Statistics of other layers than before start a new record.

        Arguments:
            event: the report of the batch.
        """
        if not event.layers:
            return
        names = tuple(stats.layer for stats in event.layers)
        if names != self._layers:
            self._start_over(names)
        row = self._next_row
        if row == CAPACITY:
            self._thin()
            row = self._next_row
        self._make_room(row + 1)
        self._columns["steps"][row] = event.step
        self._columns["positions"][row] = position = event.epoch - 1 + event.batch / event.batches
        self._recent.append((position, event.layers))
        self._columns["numbers"][row] = self._next_number
        self._next_number += 1
        for place, stats in enumerate(event.layers):
            self._write(row, place, stats)
        self._count = row + 1

    def continue_from(self, position: float) -> None:
        """Drop the measurements after a position: the run continues there, and a failure has lost those batches.

        Arguments:
            position: in epochs.
        """
        self._keep(self.positions <= position)
        self._recent = deque((each for each in self._recent if each[0] <= position), RECENT)
        self._next_number = int(self._columns["numbers"][self._count - 1]) + 1 if self._count else 0

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Return the record as arrays by name, for a file. `from_tensors` reads them again."""
        names = np.frombuffer(write_json({"layers": self._layers}, "record of the layers").encode(), np.uint8).copy()
        state = np.array([self._spacing, self._next_number], np.int64)
        return {"layers": names, "state": state, **{name: self._column(name) for name in _COLUMNS}}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "LayerHistory":
        """Return the record that `to_tensors` has turned into arrays.

        Arguments:
            tensors: the arrays by name; others are ignored.

        Raises `StorageError` if they are not such a record.
        """
        history = cls()
        names = _read_names(tensors)
        history._start_over(names)
        count = len(tensors["steps"]) if "steps" in tensors and tensors["steps"].ndim == 1 else 0
        if count > CAPACITY:
            raise StorageError(f"The record of the layers holds {count} measurements, but at most {CAPACITY} are kept.")
        for name, (dtype, axes) in _COLUMNS.items():
            shape = (count, *(() if name in _WITHOUT_LAYERS else (len(names),)), *axes)
            history._columns[name] = _read(tensors, name, dtype, shape).copy()
        history._count = count
        history._spacing, history._next_number = map(int, _read(tensors, "state", np.int64, (2,)))
        numbers = history._columns["numbers"]
        ordered = (numbers[1:] > numbers[:-1]).all() and (not count or 0 <= numbers[0] <= numbers[-1])
        if not ordered or history._spacing < 1 or history._next_number <= (int(numbers[-1]) if count else -1):
            raise StorageError("The measurements in the record of the layers are not in order.")
        positions = history.positions.tolist()
        for row in range(max(0, count - RECENT), count):
            scalars = (LayerStats(name, **history._row_scalars(row, place)) for place, name in enumerate(names))
            history._recent.append((positions[row], tuple(scalars)))
        return history

    def _start_over(self, layers: tuple[str, ...]) -> None:
        self._layers = layers
        self._count = self._next_number = 0
        self._spacing = 1
        self._recent.clear()
        self._columns = {
            name: np.zeros((0, *(() if name in _WITHOUT_LAYERS else (len(layers),)), *axes), dtype)
            for name, (dtype, axes) in _COLUMNS.items()
        }

    def _place(self, layer: str) -> int:
        if layer not in self._layers:
            raise ValueError(f"There is no layer '{layer}' in the record, only {', '.join(self._layers) or 'none'}.")
        return self._layers.index(layer)

    def _column(self, name: str) -> np.ndarray:
        return self._columns[name][: self._count].copy()

    @property
    def _next_row(self) -> int:
        """The row of the next measurement. The last row is replaced if its number is no multiple of the spacing."""
        replaces = self._count and self._columns["numbers"][self._count - 1] % self._spacing
        return self._count - 1 if replaces else self._count

    def _make_room(self, rows: int) -> None:
        """Double the arrays if they have fewer rows than this."""
        if rows > len(self._columns["steps"]):
            more = max(rows, _FEWEST)
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate([column, np.zeros((more, *column.shape[1:]), column.dtype)])

    def _thin(self) -> None:
        self._spacing *= 2
        kept = self._columns["numbers"][: self._count] % self._spacing == 0
        kept[-1] = True
        self._keep(kept)

    def _keep(self, kept: np.ndarray) -> None:
        """Keep the measurements for which `kept` is True."""
        rows = int(kept.sum())
        for column in self._columns.values():
            column[:rows] = column[: self._count][kept]
        self._count = rows

    def _write(self, row: int, place: int, stats: LayerStats) -> None:
        numbers = [getattr(stats, name) for name in _SCALARS]
        self._columns["known"][row, place] = [number is not None for number in numbers]
        self._columns["scalars"][row, place] = [np.nan if number is None else number for number in numbers]
        for index, name in enumerate(_HISTOGRAMS):
            histogram: Histogram | None = getattr(stats, name)
            borders = (np.nan, np.nan) if histogram is None else (histogram.low, histogram.high)
            self._columns["borders"][row, place, index] = borders
            self._columns["counts"][row, place, index] = 0 if histogram is None else histogram.counts

    def _stats(self, row: int, place: int) -> LayerStats:
        return LayerStats(self._layers[place], **self._row_scalars(row, place), **self._row_histograms(row, place))

    def _row_scalars(self, row: int, place: int) -> dict[str, Any]:
        known, numbers = self._columns["known"][row, place], self._columns["scalars"][row, place].tolist()
        return {name: number for name, number, exists in zip(_SCALARS, numbers, known, strict=True) if exists}

    def _row_histograms(self, row: int, place: int) -> dict[str, Any]:
        histograms: dict[str, Any] = {}
        for index, name in enumerate(_HISTOGRAMS):
            low, high = map(float, self._columns["borders"][row, place, index])
            counts = tuple(self._columns["counts"][row, place, index].tolist())
            if not np.isnan(low):
                histograms[name] = Histogram(low, high, counts)
        return histograms


def _read(tensors: Mapping[str, np.ndarray], name: str, dtype: Any, shape: Sequence[int]) -> np.ndarray:
    """Return an array of a file; raises `StorageError` if it is missing, or has another type or shape."""
    array = tensors.get(name)
    if array is None:
        raise StorageError(f"The record of the layers has no array '{name}'.")
    if array.dtype != np.dtype(dtype) or array.shape != tuple(shape):
        raise StorageError(
            f"The array '{name}' in the record of the layers is {array.dtype} {array.shape}, but it should be "
            f"{np.dtype(dtype)} {tuple(shape)}."
        )
    return array


def _read_names(tensors: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Return the paths of the layers in a file; raises `StorageError` if they are not texts."""
    array = tensors.get("layers")
    if array is None or array.dtype != np.uint8 or array.ndim != 1:
        raise StorageError("The record of the layers has no names of layers.")
    names = read_json_object(array.tobytes(), "record of the layers").get("layers")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise StorageError("The record of the layers has no names of layers.")
    return tuple(names)
