"""Make the parameters of a new layer."""

import numpy as np

from tinyml.core import Fans, Initialiser, Parameter, Shape, initial_bias, initial_weight


def initialise_parameters(
    shapes: dict[str, Shape],
    initialiser: Initialiser,
    fans: Fans,
    rng: np.random.Generator,
    dtype: type[np.floating],
) -> dict[str, Parameter]:
    """Make the parameters of a layer that has a "weight" and perhaps a "bias", in this order.

    Arguments:
        shapes: name and shape of each parameter, from the settings' `parameter_shapes`.
        initialiser: how the weights are drawn.
        fans: number of inputs and outputs that each weight connects.
        rng: random generator for the values.
        dtype: of the tensors.

    >>> rng = np.random.default_rng(0)
    >>> drawn = initialise_parameters({"weight": (3, 2), "bias": (3,)}, "he_normal", Fans(2, 3), rng, np.float32)
    >>> drawn["bias"].tensor
    array([0., 0., 0.], dtype=float32)
    """
    draw = {"weight": initial_weight, "bias": initial_bias}
    kind = np.dtype(dtype)
    return {name: Parameter(draw[name](initialiser, rng, shape, fans, kind)) for name, shape in shapes.items()}
