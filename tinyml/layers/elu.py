"""ELU: bends negative values towards a limit."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Shape
from tinyml.layers.base import Layer, LayerSettings, PyTorchModule, pytorch_call, validate_settings


class ELUSettings(LayerSettings):
    """Settings of `ELU`."""

    family = "activation"
    summary = "bends the negative side to −a"
    formula = "y = x where x > 0, a (exp x − 1) elsewhere"
    short_name = "elu"
    aliases = ("exponential linear unit",)

    alpha: Annotated[
        float, Field(ge=0, le=10, title="Floor", description="Distance of the smallest possible result below 0 (a).")
    ] = 1.0

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def describe(self) -> str:
        return f"floor {self._floor()}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Keeps every positive number and bends the negative ones smoothly towards {self._floor()}, so that the "
            "mean of the results stays near 0. It has no parameters."
        )

    def _floor(self) -> str:
        return f"−{self.alpha:g}" if self.alpha else "0"

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.ELU", alpha=self.alpha)


class ELU(Layer):
    """Exponential linear unit (Clevert et al. 2016).

    Formula: `y = x` where x > 0, `y = a·(eˣ - 1)` elsewhere; `∂y/∂x` is 1 where x > 0, `a·eˣ` elsewhere. The derivative
    jumps at 0 unless a is 1.

    A deconvnet cannot go back through it: for a negative value, the result is neither zero nor a multiple of it.

    Arguments:
        name: name of the layer.
        alpha: minus the floor (a), 0 to 10.

    Shapes: any; output and input have the same.

    Raises `SettingsError` when alpha is impossible.

    >>> ELU("elu")(np.array([[-1000.0, 0.0, 2.0]]))
    array([[-1.,  0.,  2.]])
    """

    Settings = ELUSettings
    settings: ELUSettings

    def __init__(self, name: str, alpha: float = 1.0) -> None:
        super().__init__(name, validate_settings(ELUSettings, name, alpha=alpha))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.alpha = self.settings.alpha
        self._slope: Array | None = None

    def forward(self, input: Array) -> Array:
        below = np.minimum(input, 0)  # the exponential of large positive numbers would overflow
        self._slope = np.where(input > 0, 1, self.alpha * np.exp(below))
        output: Array = np.where(input > 0, input, self.alpha * np.expm1(below))
        return output

    def backward(self, in_gradient: Array) -> Array:
        return in_gradient * self.require_cached(self._slope)
