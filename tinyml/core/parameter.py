"""The trainable array of a layer, together with its gradient."""

from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from tinyml.core.arrays import Array, as_floats
from tinyml.core.errors import ShapeError
from tinyml.core.products import multiply


class Parameter:
    """A tensor that training changes, and the derivative of the loss with respect to it (specification 000, "Core").

    Arguments:
        tensor: the values, of any shape. An array of floating-point numbers is used without a copy. A list or an
            array of whole numbers is converted to float32.
        require_grad: False freezes the parameter: `Sequential.update` does not change it.

    Attributes:
        tensor: the values. An assigned array needs the same shape and dtype; a list is converted.
        gradient: sum of the gradients of all `backward` calls since the last `zero_grad`; same shape and dtype.

    Raises `ShapeError` when an assigned tensor has another shape or dtype, `DataError` when it does not hold numbers.

    >>> weight = Parameter(np.ones((2, 3), np.float32))
    >>> weight.gradient.shape
    (2, 3)
    """

    def __init__(self, tensor: Array, require_grad: bool = True) -> None:
        self._tensor: Array = as_floats(tensor, "The tensor of a parameter")
        self.require_grad = require_grad
        self._gradient: Array = np.empty_like(self._tensor)
        # True if the gradient is zero, whatever `_gradient` holds. Only reading `gradient` writes the zeros, since
        # `add_gradient` and `add_product` would overwrite them.
        self._is_zero = True

    def _set_tensor(self, tensor: Array) -> None:
        if tensor is self._tensor:  # true for `parameter.tensor -= step`
            return
        if not isinstance(tensor, np.ndarray):
            tensor = as_floats(tensor, "The tensor of a parameter", self._tensor.dtype)
        self._check_shape("tensor", tensor)
        if tensor.dtype != self._tensor.dtype:
            raise ShapeError(
                f"The parameter is {self._tensor.dtype}, but the assigned tensor is {tensor.dtype}. "
                f"Assign tensor.astype(np.{self._tensor.dtype})."
            )
        self._tensor = tensor

    if TYPE_CHECKING:
        tensor: Array
    else:  # every step reads it several times, and attrgetter is twice as fast as a method
        tensor = property(attrgetter("_tensor"), _set_tensor, doc="The values, of any shape.")

    @property
    def gradient(self) -> Array:
        """Sum of the gradients since the last `zero_grad`: always the same array, and its values may be changed.

        Assigning copies the values into this array.
        """
        if self._is_zero:
            self._gradient.fill(0)
            self._is_zero = False
        return self._gradient

    @gradient.setter
    def gradient(self, gradient: Array) -> None:
        if gradient is not self._gradient:
            gradient = as_floats(gradient, "The gradient of a parameter")
            self._check_shape("gradient", gradient)
            self._gradient[...] = gradient
        self._is_zero = False

    def add_gradient(self, gradient: Array) -> None:
        """Add to the gradient: `gradient += …`, faster when it is zero. The argument is copied.

        Arguments:
            gradient: an array in the shape of the tensor.

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
        """Add a matrix product to the gradient: `gradient += left @ right`, faster when the gradient is zero.

        Arguments:
            left, right: `(M, D)` and `(D, K)`, when the tensor is `(M, K)`.
        """
        if self._is_zero:
            multiply(left, right, out=self._gradient)
            self._is_zero = False
        else:
            self._gradient += multiply(left, right)

    def zero_grad(self) -> None:
        """Set the gradient to zero."""
        self._is_zero = True

    def _check_shape(self, what: str, assigned: Array) -> None:
        if assigned.shape != self._tensor.shape:
            raise ShapeError(
                f"The parameter has the shape {self._tensor.shape}, but the assigned {what} has {assigned.shape}."
            )

    def __repr__(self) -> str:
        return f"Parameter(shape={self.tensor.shape}, dtype={self.tensor.dtype})"
