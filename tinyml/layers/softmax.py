"""Softmax: scores to probabilities."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeSettings, Shape, ShapeError, describe_shape
from tinyml.layers.base import Layer, LayerSettings, validate_settings


class SoftmaxSettings(LayerSettings):
    """Settings of `Softmax`."""

    family = "activation"
    summary = "scores to probabilities"
    formula = "yₖ = exp xₖ / Σⱼ exp xⱼ"
    short_name = "softmax"
    aliases = ("probabilities",)

    axis: Annotated[
        int,
        Field(
            ge=1,
            le=8,
            title="Axis",
            description="Along which axis the results add up to 1; the batch is axis 0, so 1 is right for scores.",
        ),
    ] = 1
    eps: Annotated[
        float,
        Field(
            ge=0,
            le=1e-3,
            title="Smallest probability",
            description="Smaller results are raised to this, so that their logarithm stays finite.",
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
        # For each number: a comparison and a subtraction of the largest, an exponential, an addition, a division.
        return 5 * math.prod(input_shape)

    def describe(self) -> str:
        return "" if self.axis == 1 else f"axis {self.axis}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Turns {input_shape[self.axis - 1]} scores into probabilities: all positive, adding up to 1, the largest "
            "score gets the largest. It has no parameters."
        )

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Softmax":
        return Softmax(name, self.axis, self.eps)


class Softmax(Layer):
    """Probabilities proportional to the exponentials of the scores (seed 004).

    Formula: `y[k] = max(eps, exp(x[k] - m) / Σ_j exp(x[j] - m))` with `m = max_j x[j]`, which changes nothing but keeps
    every exponential at 1 or below, so that none overflows.

    `backward` passes the gradient through unchanged. That is not the derivative of this layer: it is made for
    `cross_entropy_loss`, whose gradient is already the one with respect to the scores, `(y - truth) / N`. Computing
    both steps at once is simpler and more precise (seed 004). Use no other loss behind this layer.

    Arguments:
        name: how the layer is called.
        axis: along which the results add up to 1; 0 is the batch, so at least 1.
        eps: smallest result, 0 to 0.001; keeps the logarithm in the loss finite.

    Shapes: any with the axis; the output has the input's.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the input lacks the axis.

    >>> Softmax()(np.array([[0.0, 1000.0, 1000.0]])).round(3)
    array([[0. , 0.5, 0.5]])
    """

    Settings = SoftmaxSettings
    gradient_exception = (
        "Softmax passes the gradient through: it is paired with cross_entropy_loss, whose gradient is already with "
        "respect to the scores that Softmax receives."
    )

    def __init__(self, name: str = "softmax", axis: int = 1, eps: float = 1e-10) -> None:
        settings = validate_settings(SoftmaxSettings, name, axis=axis, eps=eps)
        super().__init__(name, settings)
        self.axis, self.eps = settings.axis, settings.eps

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
        """Replace each set of scores with one infinite score by finite ones: that one has all the probability."""
        infinite = np.isposinf(input)
        # The largest of scores with NaN among them is NaN.
        alone = np.isposinf(largest) & (np.count_nonzero(infinite, axis=self.axis, keepdims=True) == 1)
        return np.where(alone & infinite, 0, np.where(alone, -np.inf, input)).astype(input.dtype)

    def backward(self, in_gradient: Array) -> Array:
        return in_gradient
