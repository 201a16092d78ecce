"""What tests of derivatives share: tolerances, kinks, and inputs without any (specification 002)."""

from collections.abc import Callable

import numpy as np

from tinyml.verify import directional_derivative, numerical_gradient, relative_error
from tinyml.verify.numerical import Numbers

__all__ = [
    "PASS",
    "Numbers",
    "directional_derivative",
    "distinct_values",
    "kinks",
    "numerical_gradient",
    "relative_error",
]

PASS = 1e-7
"""Relative error up to which two gradients are taken to be the same (float64)."""


def kinks(
    gradient: Callable[[Numbers], Numbers], at: Numbers, step: float = 1e-6, tolerance: float = 1e-3
) -> list[tuple[int, ...]]:
    """Return the elements within `step` of which the function has a kink: another winner on either side.

    Between two pieces of a function (ReLU around 0, two equal values in a pooling window) the analytic gradient jumps;
    along a smooth piece it changes by no more than about `step`.
    """
    found = []
    for index in np.ndindex(at.shape):
        above, below = at.copy(), at.copy()
        above[index] += step
        below[index] -= step
        if relative_error(gradient(above), gradient(below)) > tolerance:
            found.append(index)
    return found


def distinct_values(shape: tuple[int, ...], rng: np.random.Generator, spacing: float = 0.05) -> Numbers:
    """Return random numbers around zero, all `spacing` apart and none at 0: no ties and no kinks nearby."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count // 2 + 0.5) * spacing).reshape(shape)
