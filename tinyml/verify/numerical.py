"""Numerical differentiation: slopes from values of a function alone (seed 002, "Numerical Differentiation").

It knows nothing of layers or the chain rule, which is why it can judge what `backward` claims.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tinyml.core import Array

Numbers = NDArray[np.float64]
"""Numbers in double precision: in single precision a difference of two values has hardly a correct digit left."""

Function = Callable[[Numbers], float]
"""A function of an array that gives one number, like a loss."""

STEP = 1e-6
"""How far to go from a point: near it the errors of cutting off and of rounding are both small in float64."""


def numerical_gradient(function: Function, at: Numbers, step: float = STEP, *, two_sided: bool = True) -> Numbers:
    """Differentiate a function with respect to each element of its argument.

    Formula: two-sided `(f(x + h) - f(x - h)) / 2h`, whose error shrinks with h²; one-sided `(f(x + h) - f(x)) / h`,
    whose error shrinks with h only (seed 002).

    Arguments:
        function: gives one number for an array of the shape of `at`; it is handed a new array each time.
        at: where to differentiate, any shape, float64.
        step: h, greater than 0.
        two_sided: which of the two formulas.

    Returns the gradient in the shape of `at`. It calls the function about twice for each element.

    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    gradient = np.zeros(at.shape)
    here = 0.0 if two_sided else function(at.copy())
    for index in np.ndindex(at.shape):
        above = function(_moved(at, index, step))
        if two_sided:
            gradient[index] = (above - function(_moved(at, index, -step))) / (2 * step)
        else:
            gradient[index] = (above - here) / step
    return gradient


def directional_derivative(
    function: Function, at: Numbers, direction: Numbers, step: float = STEP, *, two_sided: bool = True
) -> float:
    """Differentiate a function along a direction: one number that all elements have a part in.

    Formula: with d for the direction, `(f(x + h·d) - f(x - h·d)) / 2h`, or one-sided `(f(x + h·d) - f(x)) / h`. It is
    to equal the gradient's product with d, summed.

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
    """Tell how far two gradients are apart, relative to the larger one.

    Formula: `|a - b| / max(|a|, |b|)` with the Euclidean norm; 0 when both are zero.

    >>> round(relative_error(np.array([3.0, 4.0]), np.array([3.0, 4.5])), 4)
    0.0925
    """
    size = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    return float(np.linalg.norm(np.subtract(first, second))) / size if size else 0.0


def _moved(at: Numbers, index: tuple[int, ...], step: float) -> Numbers:
    """Return a copy in which one element has moved by `step`."""
    moved = at.copy()
    moved[index] += step
    return moved
