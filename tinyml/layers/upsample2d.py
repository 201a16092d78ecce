"""Upsample2D: repeats every pixel."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Pair, Shape, describe_pair, describe_shape
from tinyml.layers.base import (
    Box,
    Deconvolution,
    Layer,
    LayerSettings,
    PositivePair,
    PyTorchModule,
    pytorch_call,
    require_maps,
    validate_settings,
)


class Upsample2DSettings(LayerSettings):
    """Settings of `Upsample2D`."""

    family = "pooling"
    summary = "repeats every pixel"
    formula = "y[p, q] = x[⌊p / rows⌋, ⌊q / columns⌋]"
    short_name = "upsample"
    aliases = ("upsampling", "nearest neighbour")

    scale: Annotated[PositivePair, Field(title="Scale", description="Rows and columns that each pixel becomes.")] = (
        2,
        2,
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = require_maps("Upsample2D", input_shape)
        return channels, height * self.scale[0], width * self.scale[1]

    def operations(self, input_shape: Shape) -> int:
        return 0

    def describe(self) -> str:
        return f"× {describe_pair(self.scale)}"

    def explain(self, input_shape: Shape) -> str:
        return (
            f"Repeats every pixel over {self.scale[0]}×{self.scale[1]} pixels, so that {describe_shape(input_shape)} "
            f"becomes {describe_shape(self.output_shape(input_shape))}. It has no parameters."
        )

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = ((first // by, -(-end // by)) for (first, end), by in zip(box, self.scale, strict=True))
        return rows, columns

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Upsample", scale_factor=self.scale, mode="nearest")


class Upsample2D(Layer):
    """Nearest-neighbour upsampling: each pixel becomes a block of equal pixels (Odena et al. 2016).

    Formula: `y[n, c, p, q] = x[n, c, floor(p / r), floor(q / s)]` for a scale of r rows and s columns; the gradient of
    a pixel is the sum over its block.

    A deconvnet adds up the signal of each block, because the layer is linear.

    Arguments:
        name: name of the layer.
        scale: rows and columns that each pixel becomes; a number or (rows, columns), at least 1.

    Shapes: input `(N, C, H, W)`, output `(N, C, H·r, W·s)`.

    Raises `SettingsError` for an impossible scale, `ShapeError` when the input has no maps.

    >>> Upsample2D("up", (1, 2))(np.array([[[[1.0, 2.0]]]]))
    array([[[[1., 1., 2., 2.]]]])
    """

    Settings = Upsample2DSettings
    settings: Upsample2DSettings
    deconvolution = Deconvolution("add up", "{layer} adds up the pixels that it made from the same pixel.")

    def __init__(self, name: str, scale: int | Pair = 2) -> None:
        super().__init__(name, validate_settings(Upsample2DSettings, name, scale=scale))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.scale = self.settings.scale
        self._ran = False

    def forward(self, input: Array) -> Array:
        self.output_shape(input.shape[1:])
        self._ran = True
        # Repeated with the batch last in memory, the order of the layers around it.
        batch_last = input.transpose(1, 2, 3, 0)
        return batch_last.repeat(self.scale[0], axis=1).repeat(self.scale[1], axis=2).transpose(3, 0, 1, 2)

    def backward(self, in_gradient: Array) -> Array:
        self.require_cached(self._ran or None)
        return self._add_up(in_gradient)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Add up the signal of each block: this is the transpose of the layer."""
        return self._add_up(signal)

    def _add_up(self, values: Array) -> Array:
        """Return the sum over the block of each pixel."""
        rows, columns = self.scale
        first, *others = (values[:, :, row::rows, column::columns] for row in range(rows) for column in range(columns))
        total = first.copy(order="K")
        for other in others:
            total += other
        return total
