"""The trainable array of a layer, together with its gradient."""

import numpy as np

from tinyml.core.arrays import Array
from tinyml.core.products import multiply


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
        self.require_grad = require_grad
        self._gradient: Array = np.empty_like(tensor)
        # The zeros are written only when somebody reads them: what is added first is simply put in their place.
        self._is_zero = True

    @property
    def gradient(self) -> Array:
        """Sum of the derivatives since the last `zero_grad`: always the same array, whose values may be changed.

        What is assigned is copied into it.
        """
        if self._is_zero:
            self._gradient.fill(0)
            self._is_zero = False
        return self._gradient

    @gradient.setter
    def gradient(self, gradient: Array) -> None:
        if gradient.dtype != self._gradient.dtype or gradient.shape != self._gradient.shape:
            self._gradient = gradient
        elif gradient is not self._gradient:
            self._gradient[...] = gradient
        self._is_zero = False

    def add_gradient(self, gradient: Array) -> None:
        """Add to the gradient: `gradient += …`, for less when it is zero. The array is not kept.

        Arguments:
            gradient: in the shape of the tensor.

        >>> parameter = Parameter(np.zeros(2))
        >>> parameter.add_gradient(np.array([1.0, 2.0]))
        >>> parameter.gradient
        array([1., 2.])
        """
        if self._is_zero:
            self._gradient[...] = gradient
            self._is_zero = False
        else:
            self._gradient += gradient

    def add_product(self, left: Array, right: Array) -> None:
        """Add a matrix product to the gradient: `gradient += left @ right`, for less when the gradient is zero.

        Arguments:
            left, right: `(M, D)` and `(D, K)`, when the tensor is `(M, K)`.
        """
        if self._is_zero:
            multiply(left, right, out=self._gradient)
            self._is_zero = False
        else:
            self._gradient += multiply(left, right)

    def zero_grad(self) -> None:
        """Forget the accumulated gradient."""
        self._is_zero = True

    def __repr__(self) -> str:
        return f"Parameter(shape={self.tensor.shape}, dtype={self.tensor.dtype})"
