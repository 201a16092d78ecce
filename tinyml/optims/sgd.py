"""Stochastic gradient descent, with or without momentum."""

import math
from numbers import Real
from weakref import WeakKeyDictionary

from tinyml.core import Array, Parameter, SettingsError


class SGDOptimizer:
    """Stochastic gradient descent (seed 000, "Optimizer"; momentum: Polyak 1964, in the form that PyTorch uses).

    Formula: `v = momentum · v + gradient`, `tensor = tensor - lr · v`; v starts at 0. Without momentum it is the
    gradient.

    Arguments:
        lr: learning rate, greater than 0.
        momentum: share of the former step that is kept, at least 0 and less than 1; None is 0.

    Attributes:
        velocities: v of each parameter that was updated so far. An entry lives as long as its parameter; a checkpoint
            saves and restores them.

    Raises `SettingsError` when an argument is impossible.

    >>> import numpy as np
    >>> weight = Parameter(np.array([1.0]))
    >>> weight.gradient += 2.0
    >>> SGDOptimizer(lr=0.1).update(weight)
    >>> weight.tensor
    array([0.8])
    """

    def __init__(self, lr: float, momentum: float | None = None) -> None:
        if not _is_number(lr) or not (0 < lr < math.inf):
            raise SettingsError(f"The learning rate is {lr!r} but should be a number greater than 0.")
        if momentum is not None and not (_is_number(momentum) and 0 <= momentum < 1):
            raise SettingsError(f"The momentum is {momentum!r} but should be at least 0 and less than 1.")
        self.lr = float(lr)
        self.momentum = float(momentum or 0)
        self.velocities: WeakKeyDictionary[Parameter, Array] = WeakKeyDictionary()

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place; its gradient stays as it is."""
        if self.momentum == 0:
            param.tensor -= self.lr * param.gradient
            return
        velocity = self.velocities.get(param)
        if velocity is None:
            velocity = self.velocities[param] = param.gradient.copy()
        else:
            velocity *= self.momentum
            velocity += param.gradient
        param.tensor -= self.lr * velocity

    def __repr__(self) -> str:
        return f"SGDOptimizer(lr={self.lr:g}, momentum={self.momentum:g})"


def _is_number(value: object) -> bool:
    """Tell whether a value is a real number; True and False are not."""
    return isinstance(value, Real) and not isinstance(value, bool)
