"""What one training step does in a layer: sizes of gradient and update, and how its activations are spread."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from tinyml.core import Array

INTERVALS = 24
"""Number of intervals of a histogram."""
MANY_DEAD, ALMOST_ALL_DEAD = 0.5, 0.9
"""Share of dead units from which a layer is a worry, and from which it hardly lets anything through. The second one
counts as well while so few examples were measured that healthy units are often 0 for all of them."""
MANY_SATURATED = 0.5
"""Share of outputs at the ends of their range from which a layer hardly lets a gradient through."""


@dataclass(frozen=True)
class Histogram:
    """How many numbers fall into each of some intervals of equal width.

    A number on the border of two intervals counts for the upper one. If all numbers are equal, low and high are equal
    too, and all numbers are in the first interval.

    Attributes:
        low, high: the smallest and the largest finite number: the borders of the first and of the last interval.
        counts: how many numbers fall into each interval, from low to high.
    """

    low: float
    high: float
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: Array, intervals: int = INTERVALS) -> Self | None:
        """Return the histogram of all finite numbers in an array; None if there are none.

        Arguments:
            values: an array of any shape.
            intervals: how many intervals.

        >>> Histogram.of(np.array([0.0, 0.1, 0.5, 2.0, np.nan, np.inf]), intervals=4)
        Histogram(low=0.0, high=2.0, counts=(2, 1, 0, 1))
        """
        values = values.ravel().astype(np.float64, copy=False)
        low, high = _ends(values)
        if not math.isfinite(high - low):
            values = values[np.isfinite(values)]
            low, high = _ends(values)
        if not values.size:
            return None
        if low == high:
            return cls(low, high, (values.size, *[0] * (intervals - 1)))
        # Halved if the distance between the largest numbers would overflow.
        scale = 1.0 if math.isfinite(high - low) else 0.5
        places = values * scale - low * scale
        places /= high * scale - low * scale
        places *= intervals
        counts = np.bincount(places.astype(np.intp), minlength=intervals).tolist()
        # The largest number itself belongs to the last interval.
        counts[-2:] = [counts[-2] + counts[-1]]
        return cls(low, high, tuple(counts))


def _ends(values: Array) -> tuple[float, float]:
    """Return the smallest and the largest number; zeros if there are none."""
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


@dataclass(frozen=True)
class LayerStats:
    """Measurements of one layer in one step, before the update unless said otherwise.

    A measurement that does not exist for the layer is None: a layer without trainable parameters has no gradient, and
    nothing is known of the outputs inside a block of a user's own type. A block is followed by the layers inside it, to
    which its parameters belong.

    The norms and the dead share are exact. Of more than 8192 outputs, and of a larger tensor of weights or of
    gradients, about 8192 numbers are sampled evenly for the other measurements.

    Attributes:
        layer: name of the layer; a layer in a block has the path of its parameters, such as "residual_1/conv_1".
        gradient_norm: norm of the gradient of all trainable parameters as one vector, before clipping.
        update_ratio: norm of the update divided by the norm of the trainable parameters before it. About 0.001 is
            usual for SGD. 0 if nothing changed; infinite if all parameters were 0 and changed.
        activation_mean, activation_deviation: mean and standard deviation of all outputs for this batch; NaN if an
            output is NaN or infinite.
        dead: share of the units of an activation like ReLU that are 0 for every example, 0 to 1. This batch and the
            measured ones before it count, as many as hold 200 examples, or all if they hold fewer: in one small batch
            healthy units are silent too. 1 if all are 0 in this batch and they are many. The units of maps are the
            maps.
        saturated: share of the outputs of a sigmoid or tanh that lie within 1 % of the ends of its range, 0 to 1: 1 %
            of the distance between both ends.
        weights, gradients, activations: histograms of the weights (without biases), of their gradients, and of the
            outputs; NaN and infinite numbers are left out.
    """

    layer: str
    gradient_norm: float | None = None
    update_ratio: float | None = None
    activation_mean: float | None = None
    activation_deviation: float | None = None
    dead: float | None = None
    saturated: float | None = None
    weights: Histogram | None = None
    gradients: Histogram | None = None
    activations: Histogram | None = None
