"""Heat maps of histograms: how the numbers of a layer were spread at each moment of a run.

Each column is one measurement. All columns share one axis of values, so the numbers in the intervals of a histogram
are distributed to the rows that they overlap. No Qt.
"""

from dataclasses import dataclass

import numpy as np

from app.training.layer_history import HistogramSeries

_OUTLIER = 4.0
"""How many times wider than most measurements the widest one must be to be cut off."""
_FEW = 0.1
"""Share of the measurements that "a few" means."""


@dataclass(frozen=True, eq=False)
class HeatMap:
    """A heat map of histograms.

    Attributes:
        shares: (rows, T) share of the numbers of a measurement that fall into a row; row 0 has the largest values.
        positions: (T,) position of each measurement, in epochs.
        low, high: the values at the lower and the upper border.
        cut_off: True if a few measurements reach beyond the borders. Their numbers are in the rows at the border.
    """

    shares: np.ndarray
    positions: np.ndarray
    low: float
    high: float
    cut_off: bool = False

    def at(self, position: float, value: float) -> float | None:
        """Return the share of the numbers in one field; None outside the map.

        Arguments:
            position: in epochs.
            value: on the axis of values.
        """
        rows = len(self.shares)
        row = int((self.high - value) / (self.high - self.low) * rows)
        if not 0 <= row < rows:
            return None
        return float(self.shares[row, nearest(self.positions, np.array([position]))[0]])


def make_heat_map(positions: np.ndarray, series: HistogramSeries, rows: int, columns: int) -> HeatMap | None:
    """Return the heat map of a layer's histograms; None if there are none.

    Arguments:
        positions: (T,) position of each measurement, in epochs.
        series: the histograms, with T rows.
        rows: number of intervals of the axis of values.
        columns: largest number of columns. Of more measurements, columns at equal distances are shown.
    """
    known = np.flatnonzero(series.counts.any(axis=1))
    if not len(known):
        return None
    low, high, cut_off = _value_range(series.low[known], series.high[known])
    shown = known
    if len(known) > columns:
        shown = known[np.unique(np.linspace(0, len(known) - 1, columns).round().astype(np.intp))]
    shares = _shares(series, shown, np.linspace(low, high, rows + 1))
    return HeatMap(shares[::-1], positions[shown], low, high, cut_off)


def nearest(positions: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return for each wanted position which measurement is nearest.

    Arguments:
        positions: (T,) positions of the measurements, in rising order, at least one.
        wanted: (N,) in epochs.

    >>> nearest(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.4, 1.6, 9.0])).tolist()
    [0, 0, 1, 2]
    """
    borders = positions[:-1] / 2 + positions[1:] / 2
    return np.searchsorted(borders, wanted)


def _shares(series: HistogramSeries, shown: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return (rows, T): the share of the numbers between two neighbouring edges, the lowest row first.

    Arguments:
        series: the histograms.
        shown: (T,) which of them.
        edges: (rows + 1,) borders of the rows, in rising order.
    """
    counts, lows, highs = series.counts[shown].astype(np.float64), series.low[shown], series.high[shown]
    bins = counts.shape[1]
    totals = counts.sum(axis=1)
    # Equal numbers are all in the first interval, and no interval has a width.
    counts[lows == highs] = totals[lows == highs, None] / bins
    # What is narrower than a row, such as equal numbers, gets the width of a row.
    height = edges[1] - edges[0]
    width = np.maximum(highs - lows, height)
    below = np.concatenate([np.zeros((len(shown), 1)), counts.cumsum(axis=1)], axis=1)
    place = ((edges - (lows / 2 + highs / 2)[:, None]) / width[:, None] + 0.5) * bins
    place = np.clip(place, 0, bins)
    whole = np.minimum(place.astype(np.intp), bins - 1)
    row = np.arange(len(shown))[:, None]
    until = below[row, whole] + (place - whole) * counts[row, whole]
    # What lies beyond a border belongs to the row at the border.
    until[:, 0], until[:, -1] = 0, totals
    shares: np.ndarray = (np.diff(until, axis=1) / totals[:, None]).T
    return shares


def _value_range(lows: np.ndarray, highs: np.ndarray) -> tuple[float, float, bool]:
    """Return the borders of the axis of values, and True if a few far wider measurements are cut off."""
    low, high = float(lows.min()), float(highs.max())
    few = int(len(lows) * _FEW)
    usual_low, usual_high = float(np.sort(lows)[few]), float(np.sort(highs)[-1 - few])
    cut_off = high - low > _OUTLIER * (usual_high - usual_low) > 0
    if cut_off:
        low, high = usual_low, usual_high
    if not high > low:
        margin = max(abs(low) * 1e-3, 1e-6)
        low, high = low - margin, high + margin
    return low, high, cut_off
