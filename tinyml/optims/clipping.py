"""Gradient clipping: a limit for the norm of the gradient."""

import math
from collections.abc import Iterable

import numpy as np

from tinyml.core import Parameter
from tinyml.optims.base import check_positive

_TINY = 1e-6
"""Avoids a division by 0, as in PyTorch."""


def gradient_norm(parameters: Iterable[Parameter]) -> float:
    """Return the norm of all gradients as one vector: `√(Σ g²)`.

    >>> weight = Parameter(np.zeros(2))
    >>> weight.gradient += [3.0, 4.0]
    >>> gradient_norm([weight])
    5.0
    """
    total = 0.0
    for parameter in parameters:
        # In float32, squares of numbers above 1e19 overflow, and sums lose digits.
        flat = parameter.gradient.astype(np.float64, copy=False).ravel()
        total += float(flat @ flat)
    return math.sqrt(total)


def clip_gradients(parameters: Iterable[Parameter], max_norm: float) -> float:
    """Scale the gradients of all trainable parameters so that their norm, as one vector, is at most `max_norm`.

    Formula: `g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶))` (Pascanu et al. 2013; as `torch.nn.utils.clip_grad_norm_`). The
    direction stays the same.

    Arguments:
        parameters: those of a network. Frozen ones do not count and stay as they are.
        max_norm: the limit, greater than 0.

    Returns the norm before clipping. Raises `SettingsError` if the limit is invalid.

    >>> weight = Parameter(np.zeros(2))
    >>> weight.gradient += [3.0, 4.0]
    >>> clip_gradients([weight], max_norm=1.0), weight.gradient.round(3)
    (5.0, array([0.6, 0.8]))
    """
    limit = check_positive("largest gradient norm", max_norm)
    trainable = [parameter for parameter in parameters if parameter.require_grad]
    norm = gradient_norm(trainable)
    share = limit / (norm + _TINY)
    if share < 1:
        for parameter in trainable:
            parameter.gradient *= share
    return norm
