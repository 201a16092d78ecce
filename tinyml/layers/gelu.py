"""GELU: a smooth variant of ReLU."""

import math

import numpy as np

from tinyml.core import Array, Shape
from tinyml.layers.base import Layer, LayerSettings, PyTorchModule, pytorch_call

_SCALE = float(np.sqrt(2 / np.pi))
_CUBE = 0.044715


class GELUSettings(LayerSettings):
    """`GELU` has no settings."""

    family = "activation"
    summary = "a smooth variant of ReLU"
    formula = "y = ½ x (1 + tanh(√{2/π} (x + 0.044715 x^3)))"
    short_name = "gelu"
    aliases = ("gaussian error linear unit",)

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        return (
            "Keeps large positive numbers and replaces large negative ones by 0. The curve between them is smooth, "
            "with the minimum −0.17 at −0.75. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.GELU", approximate="tanh")


class GELU(Layer):
    """Gaussian error linear unit, approximated with tanh (Hendrycks & Gimpel 2016).

    Formula: `y = ½·x·(1 + t)` with `t = tanh(u)` and `u = √(2/π)·(x + 0.044715·x³)`;
    `∂y/∂x = ½·(1 + t) + ½·x·(1 - t²)·√(2/π)·(1 + 3·0.044715·x²)`. The exact function is `x·Φ(x)`, where Φ is the
    cumulative normal distribution; the largest difference is less than 0.0005.

    A deconvnet cannot go back through GELU: for a negative value, the output is neither 0 nor a fixed multiple of it.

    Arguments:
        name: name of the layer.

    Shapes: any; output and input have the same.

    >>> GELU("gelu")(np.array([[-100.0, 0.0, 100.0]]))
    array([[ -0.,   0., 100.]])
    """

    Settings = GELUSettings

    def __init__(self, name: str) -> None:
        super().__init__(name, GELUSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._bounded: Array | None = None
        self._tanh: Array | None = None

    def forward(self, input: Array) -> Array:
        # The cube of a large number would overflow. For |x| > 20, tanh is rounded to ±1, so the bound changes nothing.
        self._bounded = bounded = np.clip(input, -20, 20)
        self._tanh = tanh = np.tanh(_SCALE * (bounded + _CUBE * bounded * bounded * bounded))
        # Without the lower bound, an input of -∞ would give -∞ · 0 = NaN.
        output: Array = 0.5 * np.maximum(input, -20) * (1 + tanh)
        return output

    def backward(self, in_gradient: Array) -> Array:
        input, tanh = self.require_cached(self._bounded), self.require_cached(self._tanh)
        inner_slope = _SCALE * (1 + 3 * _CUBE * input * input)
        gradient: Array = in_gradient * (0.5 * (1 + tanh) + 0.5 * input * (1 - tanh * tanh) * inner_slope)
        return gradient
