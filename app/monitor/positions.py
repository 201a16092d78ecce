"""The positions of a plot: epochs, batches, or seconds. Curves are kept in epochs; this module converts. No Qt."""

import math
from typing import Literal, get_args

import numpy as np

from app.formatting import format_count, format_duration
from app.monitor.axis_ranges import epoch_range, stepped_up
from app.training.curves import RunCurves

Unit = Literal["epoch", "batch", "seconds"]
"""What the horizontal axis counts. The seconds are those of training, without pauses."""
UNITS: tuple[Unit, ...] = get_args(Unit)


class _Counting:
    """The numbers 1, 2, 3, …, as an array of that length would hold them, without its memory.

    Arguments:
        count: how many numbers.
    """

    dtype = np.dtype(np.float64)

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: np.ndarray) -> np.ndarray:
        return index % self._count + 1

    def searchsorted(self, values: np.ndarray) -> np.ndarray:
        """Return how many of the numbers are smaller than each of the `values`."""
        smaller: np.ndarray = np.clip(np.ceil(values).astype(np.int64) - 1, 0, self._count)
        return smaller


class PositionScale:
    """Converts the positions of one run, in epochs, into a unit and back.

    Between two batches, and beyond the last one, a position is interpolated along a straight line.

    Arguments:
        curves: the run. Batches that are added later count too.
        unit: of the axis.
    """

    def __init__(self, curves: RunCurves, unit: Unit) -> None:
        self._curves, self.unit = curves, unit

    def to_axis(self, epochs: np.ndarray) -> np.ndarray:
        """Return positions in the unit of the axis.

        Arguments:
            epochs: positions in epochs.
        """
        if self.unit == "epoch":
            return epochs
        x, axis = self._known()
        return _interpolate(epochs, x, axis)

    def to_epochs(self, positions: np.ndarray) -> np.ndarray:
        """Return positions in epochs.

        Arguments:
            positions: in the unit of the axis.
        """
        if self.unit == "epoch":
            return positions
        x, axis = self._known()
        return _interpolate(positions, axis, x)

    def whole(self) -> tuple[float, float]:
        """Return the range of the axis that shows the whole run: planned epochs or batches, or the seconds so far."""
        curves = self._curves
        epochs = epoch_range(curves.planned_epochs, curves.position)
        if self.unit == "epoch":
            return epochs
        if self.unit == "seconds":
            return 0.0, stepped_up(float(self.to_axis(np.array([curves.position]))[0]))
        return 0.0, max(float(self.to_axis(np.array([epochs[1]]))[0]), 1.0)

    def describe(self, epoch: float) -> str:
        """Return a position in words, such as "epoch 0.5".

        Arguments:
            epoch: the position, in epochs; NaN for an empty text.
        """
        if math.isnan(epoch):
            return ""
        epoch = max(epoch, 0.0)
        if self.unit == "epoch":
            return f"epoch {epoch:.1f}"
        place = float(self.to_axis(np.array([epoch]))[0])
        return f"batch {format_count(round(place))}" if self.unit == "batch" else format_duration(place)

    def _known(self) -> tuple[np.ndarray, np.ndarray | _Counting]:
        """Return positions in epochs, and the same in the unit of the axis. Both rise."""
        curves = self._curves
        x = curves.loss.batches.x
        if self.unit == "batch":
            return x, _Counting(len(x))
        if len(curves.seconds) == len(x):
            return x, curves.seconds
        # A kept run may know the time of its epochs only.
        history = curves.history
        return np.array([float(epoch.epoch) for epoch in history]), np.array([epoch.seconds for epoch in history])


def _interpolate(at: np.ndarray, x: np.ndarray | _Counting, y: np.ndarray | _Counting) -> np.ndarray:
    """Return the values at some places of a line through the origin and through points.

    `numpy.interp` would copy all points if they have 32 bits, which takes too long for a million of them.

    Arguments:
        at: (M,) the places.
        x, y: (N,) the rising points of the line. Without points, the line is the diagonal.
    """
    if not len(x) or not len(at):
        return at
    last_x, last_y = (float(values[np.array(len(x) - 1)]) for values in (x, y))
    # Positions may be NaN, for marks that are not shown; they stay NaN.
    known = np.nan_to_num(at, nan=0.0)
    after = np.clip(x.searchsorted(known.astype(x.dtype, copy=False)), 0, len(x) - 1)
    before = after - 1
    left = np.where(before >= 0, x[before], 0.0).astype(np.float64)
    low = np.where(before >= 0, y[before], 0.0).astype(np.float64)
    width, height = x[after] - left, y[after] - low
    # Beyond the last point, the line continues with its mean slope.
    slope = np.divide(height, width, out=np.zeros(len(at)), where=width > 0)
    mean = last_y / last_x if last_x > 0 else 1.0
    inside: np.ndarray = low + slope * (at - left)
    return np.where(at > last_x, last_y + mean * (at - last_x), inside)
