"""The trainable array of a layer, together with its gradient."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""An array of floating-point numbers; float32 unless a caller asked otherwise."""


class Parameter:
    """A tensor that training changes, and the derivative of the loss with respect to it (seed 000, "Core").

    Arguments:
        tensor: the values, of any shape.
        require_grad: False freezes the parameter: optimisers leave it alone.

    Attributes:
        tensor: the values.
        gradient: sum of the derivatives of all `backward` calls since the last `zero_grad`; same shape and dtype.

    >>> weight = Parameter(np.ones((2, 3), np.float32))
    >>> weight.gradient.shape
    (2, 3)
    """

    def __init__(self, tensor: Array, require_grad: bool = True) -> None:
        self.tensor = tensor
        self.gradient: Array = np.zeros_like(tensor)
        self.require_grad = require_grad

    def zero_grad(self) -> None:
        """Forget the accumulated gradient."""
        self.gradient.fill(0)

    def __repr__(self) -> str:
        return f"Parameter(shape={self.tensor.shape}, dtype={self.tensor.dtype})"
