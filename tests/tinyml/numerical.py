"""Numerical differentiation, two-sided, for checking what `backward` claims (seed 002, "Numerical Differentiation")."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

PASS = 1e-7
"""Relative error up to which two gradients are taken to be the same (float64)."""


def numerical_gradient(function: Callable[[Numbers], float], at: Numbers, step: float = 1e-6) -> Numbers:
    """Return `(f(x + h) - f(x - h)) / 2h` for each element of `at`."""
    gradient = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        above, below = at.copy(), at.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (function(above) - function(below)) / (2 * step)
    return gradient


def directional_derivative(
    function: Callable[[Numbers], float], at: Numbers, direction: Numbers, step: float = 1e-4
) -> float:
    """Return the derivative of `function` along `direction`."""
    return (function(at + step * direction) - function(at - step * direction)) / (2 * step)


def relative_error(first: Numbers | float, second: Numbers | float) -> float:
    """Return |first - second| relative to the larger of the two; 0 when both are zero."""
    size = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    return float(np.linalg.norm(np.subtract(first, second))) / size if size else 0.0


def kinks(
    gradient: Callable[[Numbers], Numbers], at: Numbers, step: float = 1e-6, tolerance: float = 1e-3
) -> list[tuple[int, ...]]:
    """Return the elements within `step` of which the function has a kink: another winner on either side.

    Between two pieces of a function (ReLu around 0, two equal values in a pooling window) the analytic gradient jumps;
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
