"""LeakyReLu: lets a little of the negative through."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Shape
from tinyml.core.elementwise import rectify
from tinyml.layers.base import Layer, LayerSettings, validate_settings


class LeakyReLUSettings(LayerSettings):
    """Settings of `LeakyReLU`."""

    family = "activation"
    summary = "max(a x, x), a small"
    formula = "y = x where x > 0, a x elsewhere"
    short_name = "leaky"
    aliases = ("lrelu", "leaky rectifier")

    slope: Annotated[
        float, Field(ge=0, le=1, title="Slope", description="By how much negative numbers are multiplied.")
    ] = 0.01

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def describe(self) -> str:
        return f"slope {self.slope:g}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Keeps every positive number and multiplies every negative one by {self.slope:g}, so that no unit ever "
            "stops learning. It has no parameters."
        )

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "LeakyReLU":
        return LeakyReLU(name, self.slope)


class LeakyReLU(Layer):
    """Leaky rectified linear unit (Maas et al. 2013).

    Formula: `y = x` where x > 0, `y = a·x` elsewhere; `∂y/∂x` is 1 where x > 0 and a elsewhere, also at x = 0.

    A deconvnet sends its signal through the same function: ReLU rectifies on the way down because its maps are never
    negative, and a leaky map is hardly ever.

    Arguments:
        name: how the layer is called.
        slope: of the negative side (a), 0 to 1.

    Shapes: any; the output has the input's.

    Raises `SettingsError` when the slope is impossible.

    >>> LeakyReLU("leaky", 0.1)(np.array([[-1.0, 2.0]]))
    array([[-0.1,  2. ]])
    """

    Settings = LeakyReLUSettings
    type_name = "LeakyReLu"
    deconvolution = "leaky rectify"

    def __init__(self, name: str, slope: float = 0.01) -> None:
        settings = validate_settings(LeakyReLUSettings, name, slope=slope)
        super().__init__(name, settings)
        self.slope = settings.slope
        self._positive: np.ndarray | None = None

    def forward(self, input: Array) -> Array:
        self._positive = input > 0
        return self._leak(input)

    def backward(self, in_gradient: Array) -> Array:
        gradient: Array = np.where(self.require_cached(self._positive), in_gradient, self.slope * in_gradient)
        return gradient

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Send the signal through the layer's own function."""
        return self._leak(signal)

    def _leak(self, values: Array) -> Array:
        if self.slope == 0:  # 0 times infinity would be NaN
            return rectify(values)
        # The slope is at most 1, so the larger of the two is the right one.
        leaked: Array = np.maximum(values, self.slope * values)
        return leaked


LeakyReLu = LeakyReLU
"""The spelling of the seeds; both names work."""
