"""ReLU: keeps positive values and sets negative values to 0."""

import math

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.elementwise import number_like, rectify
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, pytorch_call


class ReLUSettings(LayerSettings):
    """`ReLU` has no settings."""

    family = "activation"
    summary = "max(0, x)"
    formula = "y = max(0, x)"
    short_name = "relu"
    aliases = ("rectifier", "rectified linear unit")

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        return "Keeps every positive number and replaces every negative one by 0. It has no parameters."

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.ReLU")


class ReLU(Layer):
    """Rectified linear unit (specification 003, equations 2 and 3).

    Formula: `y = max(x, 0)`; `∂y/∂x` is 1 where x > 0 and 0 elsewhere, also at x = 0.

    Arguments:
        name: name of the layer.

    Shapes: any; output and input have the same.

    >>> ReLU("relu")(np.array([[-1.0, 2.0]], np.float32))
    array([[0., 2.]], dtype=float32)
    """

    Settings = ReLUSettings
    type_name = "ReLu"
    batch_separable = True
    commutes_with_maximum = True
    can_die = True
    deconvolution = Deconvolution(
        "rectify",
        "{layer} keeps positive values and sets negative values to 0.",
        blank_reason="every value that reached it was negative and was rectified away",
    )

    def __init__(self, name: str) -> None:
        super().__init__(name, ReLUSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._output: Array | None = None

    def forward(self, input: Array) -> Array:
        self._output = rectify(input, out=input if self.inplace else self.workspace_array_like("output", input))
        return self._output

    def backward(self, in_gradient: Array) -> Array:
        output = self.require_cached(self._output)
        positive = np.greater(output, number_like(0, output), out=self.workspace_array_like("positive", output, bool))
        gradient: Array = np.multiply(in_gradient, positive, out=self.workspace_array_like("gradient", output))
        return gradient

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Rectify the signal itself: a positive value of the signal says that the pattern is there."""
        return rectify(signal)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Pass the gradient where the recorded input is positive."""
        return signal * (recorded_input > 0)

    def guided_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Pass the positive values of the gradient where the recorded input is positive: both rules at once."""
        return rectify(signal) * (recorded_input > 0)


ReLu = ReLU
"""The spelling of the specifications; both names work."""
