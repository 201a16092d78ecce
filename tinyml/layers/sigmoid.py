"""Sigmoid: squashes every value into the range from 0 to 1."""

import math

import numpy as np

from tinyml.core import Array, Shape
from tinyml.layers.base import Layer, LayerSettings, PyTorchModule, pytorch_call


class SigmoidSettings(LayerSettings):
    """`Sigmoid` has no settings."""

    family = "activation"
    summary = "squashes to 0…1"
    formula = "y = 1 / (1 + exp(−x))"
    short_name = "sigmoid"
    aliases = ("logistic", "squashing function")

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        return (
            "Squashes every number smoothly into the range from 0 to 1, which can be read as a probability. "
            "It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Sigmoid")


class Sigmoid(Layer):
    """Logistic function (Rumelhart et al. 1986, the unit of the first networks that learned by backpropagation).

    Formula: `y = 1 / (1 + e⁻ˣ)`; `∂y/∂x = y·(1 - y)`. For negative x it is computed as `eˣ / (1 + eˣ)`, which is
    equal and never overflows.

    A deconvnet cannot go back through Sigmoid: the deconvnet takes the output 0 for "no effect", but Sigmoid gives 0.5
    for the input 0.

    Arguments:
        name: name of the layer.

    Shapes: any; output and input have the same.

    >>> Sigmoid("sigmoid")(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """

    Settings = SigmoidSettings
    output_range = (0.0, 1.0)

    def __init__(self, name: str) -> None:
        super().__init__(name, SigmoidSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._output: Array | None = None

    def forward(self, input: Array) -> Array:
        power = np.exp(-np.abs(input))
        output: Array = np.where(input >= 0, 1, power) / (1 + power)
        self._output = output
        return output

    def backward(self, in_gradient: Array) -> Array:
        output = self.require_cached(self._output)
        return in_gradient * (output * (1 - output))
