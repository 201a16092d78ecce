"""Reshape: turns a vector into maps."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeSettings, Pair, Shape, ShapeError, describe_count, describe_shape
from tinyml.layers.base import (
    PIXELS,
    Deconvolution,
    Layer,
    LayerSettings,
    PositivePair,
    PyTorchModule,
    validate_settings,
)


class ReshapeSettings(LayerSettings):
    """Settings of `Reshape`."""

    family = "dense"
    summary = "turns a vector into maps"
    formula = "y = the numbers of x in rows and columns"
    short_name = "reshape"
    aliases = ("unflatten", "view")

    size: Annotated[
        PositivePair,
        Field(
            title="Size",
            description="Rows and columns of each map. The number of maps follows from the input.",
            json_schema_extra=PIXELS,
        ),
    ] = (1, 1)

    def output_shape(self, input_shape: Shape) -> Shape:
        numbers, pixels = math.prod(input_shape), math.prod(self.size)
        if numbers % pixels:
            fitting = self._fitting_size(numbers)
            raise ShapeError(
                f"The {describe_count(numbers, 'number')} of {describe_shape(input_shape)} do not fill whole maps of "
                f"{describe_shape(self.size)}: {describe_count(numbers)} is no multiple of {describe_count(pixels)}.",
                ChangeSettings(f"Set size to {describe_shape(fitting)}", {"size": list(fitting)}),
            )
        return (numbers // pixels, *self.size)

    def _fitting_size(self, numbers: int) -> Pair:
        """Return a size whose maps the numbers fill; its rows and columns divide the chosen ones."""
        rows = math.gcd(numbers, self.size[0])
        return rows, math.gcd(numbers // rows, self.size[1])

    def operations(self, input_shape: Shape) -> int:
        return 0

    def reads_whole_input(self, input_shape: Shape) -> bool:
        # After a Flatten, a number would still see only some pixels. But the layer moves it to another place.
        return True

    def describe(self) -> str:
        return f"maps of {describe_shape(self.size)}"

    def explain(self, input_shape: Shape) -> str:
        maps = self.output_shape(input_shape)[0]
        return (
            f"Turns the {describe_count(math.prod(input_shape), 'number')} of the input into "
            f"{describe_count(maps, 'map')} of {describe_shape(self.size)}, map after map and row after row. "
            "It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return PyTorchModule(f"nn.Sequential(nn.Flatten(), nn.Unflatten(1, {self.output_shape(input_shape)}))")


class Reshape(Layer):
    """Write the numbers of each example as maps: the inverse of `Flatten` (also known as unflatten).

    Formula: `y[n, c, h, w] = x[n, (c·H + h)·W + w]`, x flattened first if it is no vector.

    Arguments:
        name: name of the layer.
        size: (H, W) of each map; one number stands for both. The number of maps follows from the input.

    Shapes: input `(N, …)` with D numbers in each example, output `(N, D / (H·W), H, W)`. Any memory order of the input
    gives the same maps.

    Raises `SettingsError` for an impossible size, `ShapeError` when the numbers do not fill whole maps.

    >>> Reshape("reshape", (4, 4))(np.zeros((2, 128))).shape
    (2, 8, 4, 4)
    """

    Settings = ReshapeSettings
    deconvolution = Deconvolution("vector", "{layer} puts each number back to its place before it became a pixel.")

    def __init__(self, name: str, size: int | Pair = 1) -> None:
        super().__init__(name, validate_settings(ReshapeSettings, name, size=size))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        if input.ndim < 2:
            raise ShapeError(
                f"Layer '{self.name}' needs an input of shape (N, …) but received {input.shape}; "
                "N is the number of examples."
            )
        shape = self.output_shape(input.shape[1:])
        self._input = input
        return input.reshape(len(input), *shape)

    def backward(self, in_gradient: Array) -> Array:
        # In the memory order of the input, which the layers below use.
        gradient = np.empty_like(self.require_cached(self._input), dtype=in_gradient.dtype)
        gradient[...] = in_gradient.reshape(gradient.shape)
        return gradient

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Put each number back to its place."""
        return signal.reshape(recorded_input.shape)
