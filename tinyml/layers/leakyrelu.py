"""LeakyReLU: keeps positive values and multiplies negative values by a small slope."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Shape
from tinyml.core.elementwise import rectify
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, pytorch_call, validate_settings


class LeakyReLUSettings(LayerSettings):
    """Settings of `LeakyReLU`."""

    family = "activation"
    summary = "max(a x, x), a small"
    formula = "y = x where x > 0, a x elsewhere"
    short_name = "leaky"
    aliases = ("lrelu", "leaky rectifier")

    slope: Annotated[float, Field(ge=0, le=1, title="Slope", description="Factor for negative numbers.")] = 0.01

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def describe(self) -> str:
        return f"slope {self.slope:g}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Keeps every positive number and multiplies every negative one by {self.slope:g}, so that no unit ever "
            "stops learning. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.LeakyReLU", negative_slope=self.slope)


class LeakyReLU(Layer):
    """Leaky rectified linear unit (Maas et al. 2013).

    Formula: `y = x` where x > 0, `y = a·x` elsewhere; `∂y/∂x` is 1 where x > 0 and a elsewhere, also at x = 0.

    A deconvnet applies the same function to its signal, as it applies ReLU to the signal at a ReLU layer. So the signal
    leaks, and with the slope 0 it is what ReLU does. Captum passes the plain gradient here, because it knows only ReLU.

    Arguments:
        name: name of the layer.
        slope: of the negative side (a), 0 to 1.

    Shapes: any; output and input have the same.

    Raises `SettingsError` when the slope is impossible.

    >>> LeakyReLU("leaky", 0.1)(np.array([[-1.0, 2.0]]))
    array([[-0.1,  2. ]])
    """

    Settings = LeakyReLUSettings
    settings: LeakyReLUSettings
    type_name = "LeakyReLu"
    deconvolution = Deconvolution(
        "leaky rectify",
        "{layer} keeps positive values and multiplies negative values by its slope.",
        remark="{layer} lets some of the negative signal leak through, as it does in the forward pass. Other "
        "libraries, such as Captum, pass the plain gradient at a LeakyReLU.",
    )

    def __init__(self, name: str, slope: float = 0.01) -> None:
        super().__init__(name, validate_settings(LeakyReLUSettings, name, slope=slope))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.slope = self.settings.slope
        self.can_die = self.slope == 0
        self._positive: np.ndarray | None = None

    def forward(self, input: Array) -> Array:
        self._positive = input > 0
        return self._leak(input)

    def backward(self, in_gradient: Array) -> Array:
        gradient: Array = np.where(self.require_cached(self._positive), in_gradient, self.slope * in_gradient)
        return gradient

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Apply the function of the layer to the signal."""
        return self._leak(signal)

    def guided_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Apply both rules: the function of the layer to the gradient, then the derivative at the recorded input."""
        return self.input_gradient(self._leak(signal), recorded_input, switches)

    def _leak(self, values: Array) -> Array:
        if self.slope == 0:  # 0 times infinity would be NaN
            return rectify(values)
        # The slope is at most 1, so the larger of the two is the result.
        leaked: Array = np.maximum(values, self.slope * values)
        return leaked


LeakyReLu = LeakyReLU
"""The spelling of the specifications; both names work."""
