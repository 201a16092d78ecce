"""Ticks and ranges of the charts on the page of a layer. No Qt."""

import math
from dataclasses import dataclass

import numpy as np

from app.formatting import format_number

_MOST_DECADES = 5
_LARGEST = 1e300
"""Larger numbers are beyond every axis, because the ends of one must be finite."""


@dataclass(frozen=True)
class Axis:
    """The range of an axis, and the values that it names.

    Attributes:
        low, high: values at its ends; on a logarithmic axis both are positive.
        ticks: the values that are named, in rising order.
        log: True if powers of ten have equal distances.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def place(self, values: np.ndarray) -> np.ndarray:
        """Return where values are on the axis: 0 at its low and 1 at its high end; NaN for those it cannot show.

        Arguments:
            values: any shape.
        """
        values = np.where(np.isfinite(values), values, np.nan)
        if not self.log:
            # Halves do not overflow.
            return (values / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        low, high = math.log10(self.low), math.log10(self.high)
        return (np.log10(np.where(values > 0, values, np.nan)) - low) / (high - low)

    def value(self, place: float) -> float:
        """Return the value at a `place` of the axis, 0 to 1."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return float(10 ** (low + place * (high - low)))
        return self.low * (1 - place) + self.high * place

    @property
    def labels(self) -> tuple[str, ...]:
        """The text of each tick."""
        return tuple(format_number(tick, 3, trailing_zeros=False) for tick in self.ticks)


def linear_axis(low: float, high: float, most: int = 5) -> Axis:
    """Return a linear axis with round ticks.

    Arguments:
        low, high: its ends; if they are equal, the axis gets a small range around them.
        most: about how many ticks it has.

    >>> linear_axis(0.0, 1.0).ticks
    (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    """
    if not high > low:
        margin = max(abs(low) * 0.1, 1e-6)
        low, high = low - margin, high + margin
    raw = (high / 2 - low / 2) / most * 2
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 1e-300 else raw
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= raw * 0.99), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, 1 - math.floor(math.log10(step)))
    ticks = tuple(round(number * step, digits) if digits < 300 else number * step for number in range(first, last + 1))
    return Axis(low, high, ticks)


def log_axis(low: float, high: float) -> Axis:
    """Return a logarithmic axis of whole powers of ten that contains two positive values.

    Arguments:
        low, high: the smallest and the largest value.

    >>> log_axis(0.002, 0.5).ticks
    (0.001, 0.01, 0.1, 1.0)
    """
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(last, first + 1)
    step = max(-(-(last - first) // _MOST_DECADES), 1)
    ticks = tuple(10.0**power for power in range(first, min(last, 308) + 1, step))
    return Axis(10.0**first, 10.0 ** min(last, 308), ticks, log=True)


def axis_for(values: np.ndarray, log: bool = False) -> Axis:
    """Return an axis that contains all finite `values`; a logarithmic one all that are positive.

    Arguments:
        values: any shape.
        log: True for a logarithmic axis.
    """
    shown = values[np.isfinite(values) & (values > 0)] if log else values[np.isfinite(values)]
    if not shown.size:
        return log_axis(1e-3, 1.0) if log else linear_axis(0.0, 1.0)
    low, high = (float(np.clip(end, -_LARGEST, _LARGEST)) for end in (shown.min(), shown.max()))
    if log:
        return log_axis(max(low, 1 / _LARGEST), high)
    margin = (high / 2 - low / 2) * 0.1
    return linear_axis(low - margin, high + margin)
