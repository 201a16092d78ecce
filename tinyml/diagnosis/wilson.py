"""The confidence interval of a share: how far luck alone can move an accuracy."""

import math
from typing import NamedTuple

Z_95 = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % above it."""


class Interval(NamedTuple):
    """An interval that holds the true share in 95 of 100 cases.

    Attributes:
        low, high: its ends, from 0 to 1.
    """

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the distance between the ends."""
        return (self.high - self.low) / 2


def wilson_interval(share: float, count: int, z: float = Z_95) -> Interval:
    """Return the score interval of a share that was measured on some examples (Wilson 1927).

    Formula: `(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`. Unlike `p ± z √(p(1-p)/n)`, it stays in 0 … 1 and is
    right for few examples and for shares near 0 and 1 (Brown, Cai and DasGupta 2001).

    Arguments:
        share: p, the measured share, 0 to 1.
        count: n, the number of examples, at least 1.
        z: quantile of the normal distribution; the default gives 95 %.

    Raises `ValueError` if the share is not in 0 … 1 or there is no example.

    >>> low, high = wilson_interval(0.9, 20)
    >>> round(low, 3), round(high, 3)
    (0.699, 0.972)
    """
    if not 0 <= share <= 1 or count < 1:
        raise ValueError(f"A share must be in 0 … 1, of at least one example; this one is {share} of {count}.")
    shift = z * z / count
    middle = share + shift / 2
    spread = z * math.sqrt(share * (1 - share) / count + shift / (4 * count))
    return Interval(max(0.0, (middle - spread) / (1 + shift)), min(1.0, (middle + spread) / (1 + shift)))
