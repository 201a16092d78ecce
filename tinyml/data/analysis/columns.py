"""Facts about each number of the inputs, and about target numbers: range, mean, missing numbers, histogram."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.data.dataset import Dataset, ProgressCallback

BINS = 20
"""Number of bins of a histogram; fewer if there are only a few whole numbers."""
_NUMBERS_AT_ONCE = 1 << 20
_MOST_COUNTED = 50_000
"""Different values are counted among this many numbers of a column."""
_FAR = 10.0
"""Numbers farther from the mean than this many standard deviations are counted as far away."""

Read = Callable[[Dataset, slice], Array]
"""Returns some columns of the numbers of a part, `(N, columns)`."""


@dataclass(frozen=True)
class ColumnSummary:
    """One number of the inputs, or one target number, in all examples, before scaling.

    Attributes:
        name: name of the column.
        count: how many numbers are known.
        missing: how many are missing (NaN) or infinite.
        minimum, maximum, mean, deviation: of the known numbers; NaN if there are none.
        distinct: number of different values; with more than 50 000 examples, among 50 000 of them.
        far: how many numbers are more than ten standard deviations away from the mean.
        edges: `(bins + 1,)` the limits of the histogram's bins; empty if no number is known.
        counts: `(groups, bins)` the histogram of each group, see `DataAnalysis.group_names`.
    """

    name: str
    count: int
    missing: int
    minimum: float
    maximum: float
    mean: float
    deviation: float
    distinct: int
    far: int
    edges: Array
    counts: np.ndarray

    @property
    def is_constant(self) -> bool:
        """True if all known numbers are the same."""
        return self.count > 0 and self.minimum == self.maximum


def summarise_columns(
    parts: Sequence[Dataset],
    read: Read,
    names: Sequence[str],
    groups: np.ndarray,
    group_count: int,
    progress: ProgressCallback,
) -> Iterator[tuple[ColumnSummary, Array]]:
    """Yield the summary of each column, and its numbers `(N,)` in all parts, one part after the other.

    Arguments:
        parts: training, validation and test examples.
        read: returns some columns of a part.
        names: a name for each column.
        groups: `(N,)` the group of each example, for the histograms.
        group_count: number of groups.
        progress: called from time to time with the share that is done, from 0 to 1.
    """
    step = max(1, _NUMBERS_AT_ONCE // max(1, len(groups)))
    for start in range(0, len(names), step):
        block = slice(start, start + step)
        columns = np.concatenate([read(part, block) for part in parts]).T.astype(np.float64, order="C")
        for name, values in zip(names[block], columns, strict=True):
            yield summarise_column(name, values, groups, group_count), values
        progress(min(1.0, (start + step) / len(names)))


def summarise_column(name: str, values: Array, groups: np.ndarray, group_count: int) -> ColumnSummary:
    """Return the summary of one column.

    Arguments:
        name: its name.
        values: `(N,)` in float64; NaN for missing.
        groups: `(N,)` the group of each example.
        group_count: number of groups.

    >>> column = summarise_column("age", np.array([1.0, np.nan, 3.0]), np.zeros(3, int), 1)
    >>> column.mean, column.missing, column.distinct, column.counts.tolist()
    (2.0, 1, 2, [[1, 0, 1]])
    """
    known = np.isfinite(values)
    missing = len(values) - int(np.count_nonzero(known))
    if missing:
        values, groups = values[known], groups[known]
    if not len(values):
        nan, nothing = float("nan"), np.zeros((group_count, 0), np.int64)
        return ColumnSummary(name, 0, missing, nan, nan, nan, nan, 0, 0, np.zeros(0), nothing)
    low, high, mean = float(values.min()), float(values.max()), float(values.mean())
    from_mean = values - mean
    deviation = float(np.sqrt(np.mean(from_mean**2)))
    different = np.unique(values[:: -(-len(values) // _MOST_COUNTED)])
    edges = _edges(low, high, different)
    return ColumnSummary(
        name=name,
        count=len(values),
        missing=missing,
        minimum=low,
        maximum=high,
        mean=mean,
        deviation=deviation,
        distinct=len(different),
        far=int(np.count_nonzero(np.abs(from_mean) > _FAR * deviation)) if deviation else 0,
        edges=edges,
        counts=_histogram(values, edges, groups, group_count),
    )


def correlation(one: Array, other: Array) -> float:
    """Return Pearson's correlation of two columns, from -1 to 1; 0 if one of them is constant.

    Formula: r = Σ (x - mean x)(y - mean y) / √(Σ (x - mean x)² Σ (y - mean y)²), for the examples in which both
    numbers are known.

    Arguments:
        one, other: `(N,)`; NaN for missing.

    >>> round(correlation(np.array([1.0, 2.0, np.nan, 3.0]), np.array([-2.0, -4.0, 5.0, -6.0])), 6)
    -1.0
    """
    known = np.isfinite(one) & np.isfinite(other)
    if not known.all():
        one, other = one[known], other[known]
    if not len(one):
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one**2).sum()) * np.sqrt((other**2).sum()))
    return min(1.0, max(-1.0, float((one * other).sum()) / size)) if size > 0 else 0.0


def _edges(low: float, high: float, different: Array) -> Array:
    """Return the limits of the bins: one bin for each whole number if there are few, else bins of equal width."""
    if low == high:
        half = max(0.5, abs(low) / 1000)
        return np.array([low - half, low + half])
    if high - low < BINS and (different == np.round(different)).all():
        return np.arange(low - 0.5, high + 1)
    return np.linspace(low, high, BINS + 1)


def _histogram(values: Array, edges: Array, groups: np.ndarray, group_count: int) -> np.ndarray:
    bins = len(edges) - 1
    # Bins of equal width: faster than a search in the edges.
    places = (values - edges[0]) * (bins / (edges[-1] - edges[0]))
    index = places.astype(np.int64).clip(0, bins - 1)
    counts = np.bincount(groups * bins + index, minlength=group_count * bins)
    return counts.astype(np.int64).reshape(group_count, bins)
