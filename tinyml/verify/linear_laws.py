"""The two laws of linear transformations (specification 002), compared with numerical differentiation.

Every derivative of a matrix product in this framework follows from one of the two laws.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.core import Array
from tinyml.verify.numerical import Numbers, numerical_gradient, relative_error


@dataclass(frozen=True)
class LawCheck:
    """The result of checking one law at one point.

    Attributes:
        by_law: the gradient that the law gives.
        numerical: the gradient by two-sided differences.
    """

    by_law: Array
    numerical: Array

    @property
    def relative_error(self) -> float:
        """The distance of the two gradients, relative to the larger one."""
        return relative_error(self.by_law, self.numerical)


def check_law_1(
    f: Callable[[Numbers], float], gradient: Callable[[Numbers], Numbers], a: Numbers, x: Numbers, b: Numbers
) -> LawCheck:
    """Check Law 1, for a matrix A that multiplies X from the left.

    Formula: for `Y = A X + B`, `∂f/∂X = Aᵀ ∂f/∂Y` (specification 002, Law 1).

    Arguments:
        f: takes Y and returns one number.
        gradient: takes Y and returns `∂f/∂Y`, computed by a formula.
        a: A `(m, p)`.
        x: X `(p, n)`, the point at which the law is checked.
        b: B `(m, n)`.

    >>> import numpy as np
    >>> check = check_law_1(lambda y: float((y**2).sum()), lambda y: 2 * y, np.eye(2), np.ones((2, 3)), np.ones((2, 3)))
    >>> check.by_law[0]
    array([4., 4., 4.])
    """
    return LawCheck(a.T @ gradient(a @ x + b), numerical_gradient(lambda moved: f(a @ moved + b), x))


def check_law_2(
    f: Callable[[Numbers], float], gradient: Callable[[Numbers], Numbers], x: Numbers, c: Numbers, d: Numbers
) -> LawCheck:
    """Check Law 2, for a matrix C that multiplies X from the right.

    Formula: for `Y = X C + D`, `∂f/∂X = ∂f/∂Y Cᵀ` (specification 002, Law 2).

    Arguments:
        f: takes Y and returns one number.
        gradient: takes Y and returns `∂f/∂Y`, computed by a formula.
        x: X `(m, p)`, the point at which the law is checked.
        c: C `(p, n)`.
        d: D `(m, n)`.

    >>> import numpy as np
    >>> check = check_law_2(lambda y: float((y**2).sum()), lambda y: 2 * y, np.ones((3, 2)), np.eye(2), np.ones((3, 2)))
    >>> check.relative_error < 1e-8
    True
    """
    return LawCheck(gradient(x @ c + d) @ c.T, numerical_gradient(lambda moved: f(moved @ c + d), x))
