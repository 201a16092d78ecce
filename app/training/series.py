"""Append-only series of numbers, thinned for the screen by minimum and maximum, so that no spike is hidden.

This is own code because pyqtgraph's downsampling ("peak") reads all visible points for every picture, moves its buckets
while the run grows, which makes the curve flicker, and draws nothing for a bucket with a NaN.
"""

import math
import mmap

import numpy as np

_FINE = 64
"""Entries that one entry of the coarse level stands for; a power of two."""
_MOST = 0.9
"""What this share of a curve does not exceed is usual."""
_NEWEST = 9
"""The median of so many values at the end of a curve says where it is now."""
_MOST_LEVELS = 4096
"""So many medians are enough to say what is usual."""


class GrowingArray:
    """Numbers in one array whose capacity doubles when it is full. So adding costs the same in a long run.

    Arguments:
        dtype: float32 takes half the memory, for numbers that are only drawn.
    """

    def __init__(self, dtype: type[np.floating | np.bool_] = np.float64) -> None:
        self._buffer = np.empty(1024, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, values: np.ndarray) -> None:
        """Add `values` at the end."""
        needed = self._count + len(values)
        if needed > len(self._buffer):
            grown = _make_room(max(needed, 2 * len(self._buffer)), self._buffer.dtype)
            grown[: self._count] = self._buffer[: self._count]
            self._buffer = grown
        self._buffer[self._count : needed] = values
        self._count = needed

    @property
    def values(self) -> np.ndarray:
        """All values so far, as a read-only view. Later additions do not change it."""
        view = self._buffer[: self._count]
        view.flags.writeable = False
        return view


class Series:
    """A curve that grows at its right end: rising positions, with a value for each that may be NaN or infinite.

    It also keeps the smallest and the largest of each 64 neighbours. So a picture of ten million values costs no more
    than one of a hundred thousand.

    Arguments:
        leader: a series with the same positions, which are stored only there. It is extended before this one.
        dtype: of the stored values; float32 for values that are only drawn.

    Attributes:
        smallest: the smallest finite value; infinity if there is none.
        largest: the largest finite value; minus infinity if there is none.
        smallest_positive: the smallest finite value above zero; infinity if there is none.
        not_positive: how many finite values are zero or less.
    """

    def __init__(self, leader: "Series | None" = None, dtype: type[np.floating] = np.float64) -> None:
        self._leads, self._dtype = leader is None, dtype
        self._x: GrowingArray = GrowingArray() if leader is None else leader._x
        self._y = GrowingArray(dtype)
        self._coarse_low, self._coarse_high = GrowingArray(), GrowingArray()
        self._medians = GrowingArray()
        self._non_finite_x = GrowingArray()
        self.smallest = np.inf
        self.largest = -np.inf
        self.smallest_positive = np.inf
        self.not_positive = 0

    def __len__(self) -> int:
        return len(self._y)

    @property
    def x(self) -> np.ndarray:
        """Positions, in epochs."""
        return self._x.values[: len(self)]

    @property
    def y(self) -> np.ndarray:
        """Values, exactly as they were added."""
        return self._y.values

    @property
    def newest(self) -> float | None:
        """The last value; None if there is none."""
        return float(self.y[-1]) if len(self) else None

    @property
    def usual_largest(self) -> float:
        """The largest of the values at the start, in most of the curve, and at its end; -inf if none is finite.

        A few very large values do not raise it, nor does a divergence that has passed.
        """
        levels = self._medians.values if len(self._medians) else self.y
        levels = _finite(levels[:: len(levels) // _MOST_LEVELS + 1])
        start, end = _finite(self.y[:_FINE]), _finite(self.y[-_NEWEST:])
        # The first value is high in a run that learns quickly, and the median in a run that diverges quickly.
        began = min(start[0], _quantile(start, 0.5)) if len(start) else -math.inf
        return max(_quantile(levels, _MOST), began, _quantile(end, 0.5))

    @property
    def non_finite_x(self) -> np.ndarray:
        """Positions of the values that are not finite."""
        return self._non_finite_x.values

    def extend(self, x: np.ndarray, y: np.ndarray) -> None:
        """Add points at the right end, with the positions `x`, in epochs, and the values `y`."""
        if self._leads:
            self._x.extend(x)
        self._y.extend(y)
        self._extend_coarse()
        finite = np.isfinite(y)
        if not finite.all():
            self._non_finite_x.extend(x[~finite])
            y = y[finite]
        if not len(y):
            return
        self.smallest = min(self.smallest, float(y.min()))
        self.largest = max(self.largest, float(y.max()))
        positive = y[y > 0]
        self.not_positive += len(y) - len(positive)
        if len(positive):
            self.smallest_positive = min(self.smallest_positive, float(positive.min()))

    def up_to(self, position: float, leader: "Series | None" = None) -> "Series":
        """Return a copy without the points to the right of `position`, in epochs.

        Arguments:
            position: of the last point that is kept, or right of it.
            leader: the leader of the copy, which has the same positions already; None for a copy with its own.
        """
        count = int(np.searchsorted(self.x, position, side="right"))
        kept = Series(leader, self._dtype)
        kept.extend(self.x[:count], self.y[:count])
        return kept

    def thinned(self, left: float, right: float, pixels: int, log: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return fewer points (x, y) that draw the same curve.

        If several values share a pixel, their smallest and largest are drawn, so no spike is hidden. The buckets keep
        their borders when values are added, so the picture does not flicker. Values that are not finite become NaN.

        Arguments:
            left: position of the left border of the picture, in epochs.
            right: position of the right border.
            pixels: width of the picture.
            log: return decimal logarithms. A value without a logarithm becomes NaN, which leaves a gap. If it shares
                its pixel with other values, their line goes down to the smallest positive value.
        """
        x = self.x
        # One point beyond each border, so that the curve leaves the picture instead of ending in it.
        start = max(int(np.searchsorted(x, left)) - 1, 0)
        stop = min(int(np.searchsorted(x, right, side="right")) + 1, len(x))
        if start >= stop:
            return x[:0], x[:0]
        share = (min(right, x[-1]) - max(left, x[0])) / (right - left) if right > left else 1.0
        size = _bucket_size(stop - start, max(round(pixels * share), 1))
        if size == 1:
            y = _without_infinities(self.y[start:stop])
            return x[start:stop], _logarithms(y) if log else y
        start -= start % size
        if size >= _FINE:
            low, high = self._coarse_buckets(start, stop, size)
        else:
            low, high = _buckets(self.y[start:stop], size)
        if log:
            low = np.where((low <= 0) & (high > 0), self.smallest_positive, low)
            low, high = _logarithms(low), _logarithms(high)
        middles = (x[start:stop:size] + x[np.minimum(np.arange(start, stop, size) + size, stop) - 1]) / 2
        return np.repeat(middles, 2), np.stack([low, high], axis=1).ravel()

    def between(self, left: float, right: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the points (x, y) from position `left` to `right`, in epochs, exactly as they were added."""
        x = self.x
        start, stop = int(np.searchsorted(x, left)), int(np.searchsorted(x, right, side="right"))
        return x[start:stop], self.y[start:stop]

    def value_at(self, position: float) -> float | None:
        """Return the value of the last point at or before `position`; None if there is none."""
        index = int(np.searchsorted(self.x, position, side="right")) - 1
        return float(self.y[index]) if index >= 0 else None

    def _extend_coarse(self) -> None:
        done = len(self._coarse_low) * _FINE
        whole = len(self) - (len(self) - done) % _FINE
        if whole > done:
            low, high = _buckets(self.y[done:whole], _FINE)
            self._coarse_low.extend(low)
            self._coarse_high.extend(high)
            medians = np.partition(self.y[done:whole].reshape(-1, _FINE), _FINE // 2, axis=1)[:, _FINE // 2]
            self._medians.extend(medians[np.isfinite(medians)])

    def _coarse_buckets(self, start: int, stop: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        known = min(stop // _FINE, len(self._coarse_low))
        tail_low, tail_high = _buckets(self.y[known * _FINE : stop], _FINE)
        low = np.concatenate([self._coarse_low.values[start // _FINE : known], tail_low])
        high = np.concatenate([self._coarse_high.values[start // _FINE : known], tail_high])
        return _buckets(low, size // _FINE)[0], _buckets(high, size // _FINE)[1]


class Smoother:
    """An exponential moving average that gets its values in portions.

    Formula: `s_t = d·s_{t-1} + y_t` with `d = 1 - 2/(span+1)`, divided by the same sum of ones. So the
    average starts at the first value and not at zero. Values that are not finite are left out.

    Arguments:
        span: over about how many values the average goes.
    """

    _BLOCK = 64
    _LEVELS = 4
    """One more level smooths 64 times as many values at once; four are enough for sixteen millions."""

    def __init__(self, span: float) -> None:
        self.span = span
        self._decay = 1 - 2 / (span + 1)
        steps = np.arange(self._BLOCK)
        lag = steps[:, None] - steps[None, :]
        decays = [self._decay ** (self._BLOCK**level) for level in range(self._LEVELS)]
        self._matrices = [np.where(lag >= 0, decay ** np.maximum(lag, 0), 0.0).T.copy() for decay in decays]
        self._fading = [decay ** (steps + 1) for decay in decays]
        self._sum = 0.0
        self._weight = 0.0

    def smooth(self, values: np.ndarray) -> np.ndarray:
        """Return the average after each of the next `values`; NaN before the first finite one."""
        if not len(values):
            return np.zeros(0)
        finite = np.isfinite(values)
        gain = 1 - self._decay
        if finite.all():
            sums, weights = self._sum_up(values, self._sum), self._first_weights(len(values))
            self._sum, self._weight = float(sums[-1]), float(weights[-1]) if len(weights) == len(values) else 1 / gain
            sums[: len(weights)] /= weights
            sums[len(weights) :] *= gain
            return sums
        sums = self._sum_up(np.where(finite, values, 0.0), self._sum)
        weights = self._sum_up(finite.astype(np.float64), self._weight)
        self._sum, self._weight = float(sums[-1]), float(weights[-1])
        averages = np.full(len(values), np.nan)
        np.divide(sums, weights, out=averages, where=weights > 0)
        return averages

    def _first_weights(self, count: int) -> np.ndarray:
        """Return the next sums of ones, at most `count`, until they are 1/(1-d) but for a rounding."""
        if self._weight * (1 - self._decay) >= 1:
            return np.zeros(0)
        soon = int(-40 / np.log(self._decay)) + 1 if self._decay > 0 else 1
        whole = 1 / (1 - self._decay)
        faded = self._decay ** np.arange(1, min(count, soon) + 1)
        return whole - (whole - self._weight) * faded

    def _sum_up(self, values: np.ndarray, state: float, level: int = 0) -> np.ndarray:
        """Return `s_t = d·s_{t-1} + values_t`, with `d` of this level, from the `state` before the first value.

        Each row of 64 values is summed up by itself, first over 2 neighbours, then over 4, and so on. What a row takes
        over from the ones before it is such a sum again, with 64 times fewer values: the next level. A matrix product
        would do the same, but its threads wait for each other while a network trains beside it.
        """
        size, fading = self._BLOCK, self._fading[level]
        whole = len(values) - len(values) % size
        if whole <= size or level == self._LEVELS - 1:
            return self._sum_up_by_blocks(values, state, level)
        result = np.empty(len(values))
        rows = result[:whole].reshape(-1, size)
        rows[:] = values[:whole].reshape(-1, size)
        shift, decay = 1, self._fading[level][0]
        while shift < size:
            rows[:, shift:] += rows[:, :-shift] * decay
            shift, decay = 2 * shift, decay * decay
        ends = self._sum_up(rows[:, -1].copy(), state, level + 1)
        rows += np.concatenate([[state], ends[:-1]])[:, None] * fading
        result[whole:] = self._sum_up_by_blocks(values[whole:], float(ends[-1]), level)
        return result

    def _sum_up_by_blocks(self, values: np.ndarray, state: float, level: int) -> np.ndarray:
        result = np.empty(len(values))
        for start in range(0, len(values), self._BLOCK):
            block = values[start : start + self._BLOCK]
            size = len(block)
            summed = block @ self._matrices[level][:size, :size] + self._fading[level][:size] * state
            result[start : start + size] = summed
            state = float(summed[-1])
        return result


def _make_room(count: int, dtype: np.dtype) -> np.ndarray:
    """Return an array for `count` numbers, directly from the system.

    The allocator of C would keep the smaller arrays before it: a long run took twice the memory of its curves.
    """
    return np.frombuffer(mmap.mmap(-1, count * dtype.itemsize), dtype)


def _bucket_size(count: int, pixels: int) -> int:
    """Return the power of two that leaves about one bucket for each pixel; 1 if all points fit."""
    size = 1
    while count > 2 * pixels * size:
        size *= 2
    # Each bucket is drawn as two points, so buckets of two values would save nothing.
    return size * 2 if size > 1 else 1


def _buckets(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest finite value of each `size` neighbours. The last bucket may be shorter."""
    if size == 1:
        return values, values
    values = _without_infinities(values)
    whole = len(values) - len(values) % size
    table = values[:whole].reshape(-1, size)
    low, high = np.fmin.reduce(table, axis=1), np.fmax.reduce(table, axis=1)
    if whole < len(values):
        low = np.append(low, np.fmin.reduce(values[whole:]))
        high = np.append(high, np.fmax.reduce(values[whole:]))
    return low, high


def _logarithms(values: np.ndarray) -> np.ndarray:
    result = np.full(len(values), np.nan)
    np.log10(values, out=result, where=values > 0)
    return result


def _quantile(values: np.ndarray, share: float) -> float:
    """Return the value that a share of all values does not exceed, one of them; minus infinity without values."""
    if not len(values):
        return -math.inf
    place = math.ceil(share * (len(values) - 1))
    return float(np.partition(values, place)[place])


def _finite(values: np.ndarray) -> np.ndarray:
    kept: np.ndarray = values[np.isfinite(values)]
    return kept


def _without_infinities(values: np.ndarray) -> np.ndarray:
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values
