"""Initial values of weights and biases."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.seeding import uniform_fan_in

Initialiser = Literal["uniform", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"]
"""Names of the initialisers; see `initial_weight`."""


class Fans(NamedTuple):
    """Fan-in and fan-out of a weight.

    Attributes:
        inputs: number of inputs that one output sums over, at least 1.
        outputs: number of outputs that one input contributes to, at least 1.
    """

    inputs: int
    outputs: int


def initial_weight(
    initialiser: Initialiser,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    fans: Fans,
    dtype: np.dtype[np.floating],
) -> Array:
    """Draw initial weights.

    Formulas, with i and o the fans' inputs and outputs:

    - "uniform": uniform in `±1/sqrt(i)` (He et al. 2015, as in specification 003), the default everywhere;
    - "glorot_uniform": uniform in `±sqrt(6 / (i + o))`; "glorot_normal": normal with variance `2 / (i + o)` (Glorot &
      Bengio 2010), which keeps the size of signals and gradients between layers with tanh;
    - "he_uniform": uniform in `±sqrt(6 / i)`; "he_normal": normal with variance `2 / i` (He et al. 2015), which keeps
      the size of signals between layers with ReLU;
    - "orthogonal": rows (or columns, if there are more rows) of length 1 at right angles to each other; all such
      matrices are equally likely (Saxe et al. 2014).

    Arguments:
        initialiser: name of the initialiser.
        rng: random generator.
        shape: of the weight, at least two axes; for "orthogonal" the first axis is the rows, all others the columns.
        fans: fan-in and fan-out of the weight.
        dtype: of the result. Numbers are drawn in float64 and rounded: both precisions start with the same values.

    >>> weight = initial_weight("orthogonal", np.random.default_rng(0), (2, 3), Fans(3, 2), np.dtype(np.float64))
    >>> np.abs(weight @ weight.T).round(12)
    array([[1., 0.],
           [0., 1.]])
    """
    return _DRAW[initialiser](rng, shape, fans).astype(dtype)


def initial_spread(initialiser: Initialiser, fans: Fans) -> float:
    """Return the limit of initial weights that are drawn uniformly, or the standard deviation of normal ones.

    Arguments:
        initialiser: name of the initialiser, not "orthogonal".
        fans: fan-in and fan-out of the weight.

    >>> initial_spread("uniform", Fans(4, 3)), initial_spread("he_normal", Fans(8, 3))
    (0.5, 0.5)
    """
    both = fans.inputs + fans.outputs
    squares = {
        "uniform": 1 / fans.inputs,
        "glorot_uniform": 6 / both,
        "glorot_normal": 2 / both,
        "he_uniform": 6 / fans.inputs,
        "he_normal": 2 / fans.inputs,
    }
    return math.sqrt(squares[initialiser])


def initial_bias(
    initialiser: Initialiser,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    fans: Fans,
    dtype: np.dtype[np.floating],
) -> Array:
    """Draw initial biases: like the weights for "uniform" (specification 003), zeros for all others.

    Arguments:
        initialiser: that of the weights.
        rng, shape, fans, dtype: as for `initial_weight`.

    >>> initial_bias("he_normal", np.random.default_rng(0), (2,), Fans(3, 2), np.dtype(np.float32))
    array([0., 0.], dtype=float32)
    """
    return uniform_fan_in(rng, shape, fans.inputs, dtype) if initialiser == "uniform" else np.zeros(shape, dtype)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    return uniform_fan_in(rng, shape, fans.inputs, np.dtype(np.float64))


def _glorot_uniform(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    limit = initial_spread("glorot_uniform", fans)
    return rng.uniform(-limit, limit, shape)


def _glorot_normal(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    return rng.normal(0, initial_spread("glorot_normal", fans), shape)


def _he_uniform(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    limit = initial_spread("he_uniform", fans)
    return rng.uniform(-limit, limit, shape)


def _he_normal(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    return rng.normal(0, initial_spread("he_normal", fans), shape)


def _orthogonal(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans) -> Array:
    rows, columns = shape[0], math.prod(shape[1:])
    directions, triangle = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    # The factorisation prefers some signs. This removes the preference: all orthogonal matrices are equally likely.
    directions *= np.where(np.diag(triangle) < 0, -1, 1)
    matrix: Array = directions if rows >= columns else directions.T
    return matrix.reshape(shape)


_DRAW: dict[Initialiser, Callable[[np.random.Generator, tuple[int, ...], Fans], Array]] = {
    "uniform": _uniform,
    "glorot_uniform": _glorot_uniform,
    "glorot_normal": _glorot_normal,
    "he_uniform": _he_uniform,
    "he_normal": _he_normal,
    "orthogonal": _orthogonal,
}
