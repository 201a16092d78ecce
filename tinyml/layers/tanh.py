"""Tanh: squashes every value into −1…1."""

import math

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.elementwise import number_like
from tinyml.layers.base import Layer, LayerSettings, PyTorchModule, pytorch_call


class TanhSettings(LayerSettings):
    """`Tanh` has no settings."""

    family = "activation"
    summary = "squashes to −1…1"
    formula = "y = tanh x"
    short_name = "tanh"
    aliases = ("hyperbolic tangent", "squashing function")

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        return "Squashes every number smoothly into the range from −1 to 1. It has no parameters."

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Tanh")


class Tanh(Layer):
    """Hyperbolic tangent (specification 003, equations 4 and 5).

    Formula: `y = tanh x = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)`; `∂y/∂x = 1 - y²`.

    Arguments:
        name: name of the layer.

    Shapes: any; output and input have the same.

    >>> Tanh("tanh")(np.array([[-100.0, 0.0, 100.0]]))
    array([[-1.,  0.,  1.]])
    """

    Settings = TanhSettings
    output_range = (-1.0, 1.0)

    def __init__(self, name: str) -> None:
        super().__init__(name, TanhSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._output: Array | None = None

    def forward(self, input: Array) -> Array:
        output: Array = np.tanh(input)
        self._output = output
        return output

    def backward(self, in_gradient: Array) -> Array:
        output = self.require_cached(self._output)
        return in_gradient * (number_like(1, output) - output * output)
