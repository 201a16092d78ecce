"""The shared random generator, and initial values. A seed decides all random numbers.

A network that is built from a specification has a separate generator. Layers that are created in code, such as
`Linear("fc", 784, 10)`, share the generator of this module. `set_seed` starts it again.
"""

import numpy as np

_shared = np.random.default_rng()


def set_seed(seed: int) -> None:
    """Start the shared generator again with a seed, so that each run creates the same layers.

    >>> set_seed(0)
    >>> first = shared_generator().random()
    >>> set_seed(0)
    >>> first == shared_generator().random()
    True
    """
    global _shared
    _shared = np.random.default_rng(seed)


def shared_generator() -> np.random.Generator:
    """Return the generator of all layers that are created without one.

    >>> set_seed(0)
    >>> round(shared_generator().random(), 3)
    0.637
    """
    return _shared


def uniform_fan_in(
    rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, dtype: np.dtype[np.floating]
) -> np.typing.NDArray[np.floating]:
    """Draw initial values for weights and biases: uniform in ±1/sqrt(fan_in) (He et al. 2015, as in specification 003).

    Arguments:
        rng: random generator.
        shape: shape of the array.
        fan_in: number of inputs that one output sums over, at least 1.
        dtype: dtype of the result. The numbers are drawn in float64 and rounded, so both precisions start with the same
            values.

    >>> values = uniform_fan_in(np.random.default_rng(0), (3, 4), fan_in=4, dtype=np.dtype(np.float32))
    >>> bool(abs(values).max() <= 0.5)
    True
    """
    limit = 1.0 / np.sqrt(fan_in)
    return rng.uniform(-limit, limit, size=shape).astype(dtype)
