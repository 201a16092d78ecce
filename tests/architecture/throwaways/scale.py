"""Scale: multiplies each input by its own factor."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Parameter, Shape
from tinyml.layers.base import Layer, LayerSettings, validate_input_dim, validate_settings


class ScaleSettings(LayerSettings):
    family = "activation"
    summary = "multiplies each input by its own factor"
    formula = "y = a x"
    short_name = "scale"
    pytorch_exception = "it is a test"

    start: Annotated[float, Field(ge=0, le=2, title="Start", description="First value of each factor.")] = 1.5

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"factor": input_shape}


class Scale(Layer):
    Settings = ScaleSettings
    settings: ScaleSettings

    def __init__(self, name: str, input_dim: Shape, start: float = 1.5) -> None:
        super().__init__(name, validate_settings(ScaleSettings, name, start=start), validate_input_dim(name, input_dim))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.factor = self.named_parameters["factor"] = Parameter(np.full(input_shape, self.settings.start, dtype))

    def forward(self, input: Array) -> Array:
        self._input = input
        return input * self.factor.tensor

    def backward(self, in_gradient: Array) -> Array:
        self.factor.gradient += (in_gradient * self._input).sum(axis=0)
        return in_gradient * self.factor.tensor
