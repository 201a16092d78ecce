"""Numerical differentiation: derivatives from function values alone (specification 002, "Numerical Differentiation").

It uses neither layers nor the chain rule, so it is an independent check of `backward`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinyml.core import Array

Numbers = NDArray[np.float64]
"""Arrays in float64. In float32, the difference of two close values has almost no correct digit."""

Function = Callable[[Numbers], float]
"""A function that takes an array and returns one number, such as a loss."""

STEP = 1e-6
"""Default step h. In float64, both the truncation error and the rounding error are small for it."""


def numerical_gradient(function: Function, at: Numbers, step: float = STEP, *, two_sided: bool = True) -> Numbers:
    """Differentiate a function with respect to each element of its argument.

    Formula: two-sided `(f(x + h) - f(x - h)) / 2h`, with an error that shrinks with h². One-sided
    `(f(x + h) - f(x)) / h`, with an error that shrinks with h (specification 002).

    Arguments:
        function: takes an array of the shape of `at` and returns one number. Each call gets a new array.
        at: the point at which to differentiate, any shape, float64.
        step: h, greater than 0.
        two_sided: True for the two-sided formula, False for the one-sided.

    Returns the gradient in the shape of `at`. The two-sided formula calls the function twice for each element; the
    one-sided formula calls it once for each element, and once for `f(x)`.

    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    gradient = np.zeros(at.shape)
    value = 0.0 if two_sided else function(at.copy())
    for index in np.ndindex(at.shape):
        above = function(_moved(at, index, step))
        if two_sided:
            gradient[index] = (above - function(_moved(at, index, -step))) / (2 * step)
        else:
            gradient[index] = (above - value) / step
    return gradient


def directional_derivative(
    function: Function, at: Numbers, direction: Numbers, step: float = STEP, *, two_sided: bool = True
) -> float:
    """Differentiate a function along a direction. The result is one number that depends on all elements.

    Formula: with d for the direction, `(f(x + h·d) - f(x - h·d)) / 2h`, or one-sided `(f(x + h·d) - f(x)) / h`. It
    equals the dot product of the gradient and d, except for the error of the formula.

    Arguments:
        function, at, step, two_sided: as for `numerical_gradient`.
        direction: d, in the shape of `at`.

    >>> round(directional_derivative(lambda x: float((x**2).sum()), np.array([1.0, -3.0]), np.array([0.5, 0.5])), 6)
    -2.0
    """
    above = function(at + step * direction)
    if two_sided:
        return (above - function(at - step * direction)) / (2 * step)
    return (above - function(at.copy())) / step


def relative_error(first: Array | float, second: Array | float) -> float:
    """Return the distance of two gradients, relative to the larger one.

    Formula: `|a - b| / max(|a|, |b|)` with the Euclidean norm; 0 when both are zero.

    Arguments:
        first, second: two arrays of the same shape, or two numbers.

    >>> round(relative_error(np.array([3.0, 4.0]), np.array([3.0, 4.5])), 4)
    0.0925
    """
    size = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    return float(np.linalg.norm(np.subtract(first, second))) / size if size else 0.0


def _moved(at: Numbers, index: tuple[int, ...], step: float) -> Numbers:
    """Return a copy with `step` added to one element."""
    moved = at.copy()
    moved[index] += step
    return moved
