"""Softmax: turns scores into probabilities."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeSettings, Shape, ShapeError, describe_shape
from tinyml.layers.base import Layer, LayerSettings, PyTorchModule, validate_settings

_PYTORCH_DEFINITION = '''class ClampedSoftmax(nn.Softmax):
    """Softmax whose results are at least `eps`."""

    def __init__(self, dim, eps):
        super().__init__(dim)
        self.eps = eps

    def forward(self, input):
        return super().forward(input).clamp(min=self.eps)
'''


class SoftmaxSettings(LayerSettings):
    """Settings of `Softmax`."""

    family = "activation"
    summary = "turns scores into probabilities"
    formula = "y_k = exp x_k / Σ_j exp x_j"
    short_name = "softmax"
    aliases = ("probabilities",)

    axis: Annotated[
        int,
        Field(
            ge=1,
            le=8,
            title="Axis",
            description="Axis along which the results add up to 1. The batch is axis 0, so scores have axis 1.",
        ),
    ] = 1
    eps: Annotated[
        float,
        Field(
            ge=0,
            le=1e-3,
            title="Smallest probability",
            description="Smaller results become this number, so their logarithm stays finite.",
        ),
    ] = 1e-10

    def output_shape(self, input_shape: Shape) -> Shape:
        if self.axis > len(input_shape):
            raise ShapeError(
                f"Softmax works along axis {self.axis}, but its input {describe_shape(input_shape)} has the axes "
                f"1 to {len(input_shape)}.",
                ChangeSettings("Set axis to 1", {"axis": 1}),
            )
        return input_shape

    def operations(self, input_shape: Shape) -> int:
        # Five for each number: comparison with the largest, subtraction of it, exponential, addition, division.
        return 5 * math.prod(input_shape)

    def reads_whole_input(self, input_shape: Shape) -> bool:
        return len(input_shape) == 1 or self.axis > 1  # along axis 1, maps are compared pixel by pixel

    def describe(self) -> str:
        return "" if self.axis == 1 else f"axis {self.axis}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Turns {input_shape[self.axis - 1]} scores into probabilities: they are positive and add up to 1, and the "
            "largest score gets the largest probability. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return PyTorchModule(f"ClampedSoftmax(dim={self.axis}, eps={self.eps!r})", (_PYTORCH_DEFINITION,))


class Softmax(Layer):
    """Probabilities proportional to the exponentials of the scores (specification 004).

    Formula: `y[k] = max(eps, exp(x[k] - m) / Σ_j exp(x[j] - m))` with `m = max_j x[j]`. Subtracting m does not
    change the result, and no exponential overflows.

    `backward` returns the gradient unchanged. This is not the derivative of the layer: `cross_entropy_loss` already
    returns the gradient with respect to the scores, `(y - truth) / N`. Computing both steps at once is simpler and more
    precise (specification 004). Use no other loss after this layer.

    Arguments:
        name: name of the layer.
        axis: the results add up to 1 along this axis; at least 1, because 0 is the batch.
        eps: smallest result, 0 to 0.001; keeps the logarithm in the loss finite.

    Shapes: any with the axis; output and input have the same.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the input lacks the axis.

    >>> Softmax()(np.array([[0.0, 1000.0, 1000.0]])).round(3)
    array([[0. , 0.5, 0.5]])
    """

    Settings = SoftmaxSettings
    settings: SoftmaxSettings
    gradient_exception = (
        "Softmax passes the gradient through: it is paired with cross_entropy_loss, whose gradient is already with "
        "respect to the scores that Softmax receives."
    )

    def __init__(self, name: str = "softmax", axis: int = 1, eps: float = 1e-10) -> None:
        super().__init__(name, validate_settings(SoftmaxSettings, name, axis=axis, eps=eps))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.axis, self.eps = self.settings.axis, self.settings.eps

    def forward(self, input: Array) -> Array:
        self.output_shape(input.shape[1:])
        largest = input.max(axis=self.axis, keepdims=True)
        if np.isposinf(largest).any():
            input = self._without_infinity(input, largest)
            largest = input.max(axis=self.axis, keepdims=True)
        powers = np.exp(input - largest)
        probabilities: Array = np.maximum(powers / powers.sum(axis=self.axis, keepdims=True), self.eps)
        return probabilities

    def _without_infinity(self, input: Array, largest: Array) -> Array:
        """Make scores finite where exactly one of a set is +infinity: this one gets the probability 1."""
        infinite = np.isposinf(input)
        # The largest of scores with NaN among them is NaN.
        alone = np.isposinf(largest) & (np.count_nonzero(infinite, axis=self.axis, keepdims=True) == 1)
        return np.where(alone & infinite, 0, np.where(alone, -np.inf, input)).astype(input.dtype)

    def backward(self, in_gradient: Array) -> Array:
        return in_gradient

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Return the derivative of the layer itself, `y·(∇ - Σ ∇·y)`, which `backward` leaves to the loss."""
        output = self.forward(recorded_input)
        free = output > self.eps  # a clamped probability does not change
        along = np.where(free, signal, 0)
        gradient: Array = output * (along - (along * output).sum(axis=self.axis, keepdims=True))
        return gradient
