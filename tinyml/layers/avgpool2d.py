"""AvgPool2D: the mean of a window."""

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Pair, Shape
from tinyml.core.windows import WindowGeometry, input_span, taps
from tinyml.layers.base import (
    Box,
    Layer,
    LayerSettings,
    PositivePair,
    describe_ignored_pixels,
    describe_window,
    require_fit,
    require_maps,
    validate_input_dim,
    validate_settings,
)


class AvgPool2DSettings(LayerSettings):
    """Settings of `AvgPool2D`."""

    family = "pooling"
    summary = "the mean of a window"
    formula = "y = mean x over each window"
    short_name = "avgpool"
    aliases = ("average pooling", "mean pooling", "downsampling")

    window: Annotated[
        PositivePair, Field(title="Window", description="Rows and columns of the patch whose mean is taken.")
    ] = (2, 2)
    stride: Annotated[
        PositivePair, Field(title="Stride", description="Pixels from one position of the window to the next.")
    ] = (2, 2)

    @property
    def geometry(self) -> WindowGeometry:
        """How the window slides."""
        return WindowGeometry(self.window, self.stride)

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = require_maps("AvgPool2D", input_shape)
        return (channels, *require_fit((height, width), self.geometry))

    def operations(self, input_shape: Shape) -> int:
        return math.prod(self.output_shape(input_shape)) * math.prod(self.window)

    def describe(self) -> str:
        return describe_window(self.geometry, with_padding=False)

    def explain(self, input_shape: Shape) -> str:
        pixels = self.window[0] * self.window[1]
        _, rows, columns = self.output_shape(input_shape)
        return (
            f"Takes the mean of every {pixels} neighbouring values, map by map, so that "
            f"{input_shape[1]}×{input_shape[2]} pixels become {rows}×{columns}. It has no parameters."
        )

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        return describe_ignored_pixels((input_shape[1], input_shape[2]), self.geometry)

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = (
            input_span(span, *axis) for span, *axis in zip(box, *self.geometry, input_shape[1:], strict=True)
        )
        return rows, columns

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "AvgPool2D":
        return AvgPool2D(name, input_shape, self.window, self.stride)


class AvgPool2D(Layer):
    """Average pooling over windows, map by map (LeCun et al. 1989).

    Formula: `y[n, c, p, q] = 1/(h·w) Σ x[n, c, p·stride + i, q·stride + j]`, the sum over all i and j. The gradient is
    shared out evenly among the pixels of each window.

    A deconvnet does the same with its signal, since the layer is linear.

    Arguments:
        name: how the layer is called.
        input_dim: (C, H, W) of one example.
        size: window; a number or (rows, columns), at least 1.
        stride: pixels between two positions; a number or (rows, columns), at least 1.

    Shapes: input `(N, C, H, W)`, output `(N, C, H_out, W_out)` with `H_out = floor((H - h) / stride) + 1`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the window is larger than the input or when the
    input is not `(N, C, H, W)`.

    >>> AvgPool2D("pool", (1, 2, 4), size=2, stride=2)(np.arange(8.0).reshape(1, 1, 2, 4))
    array([[[[2.5, 4.5]]]])
    """

    Settings = AvgPool2DSettings
    deconvolution = "share out"

    def __init__(self, name: str, input_dim: Sequence[int], size: int | Pair, stride: int | Pair) -> None:
        settings = validate_settings(AvgPool2DSettings, name, window=size, stride=stride)
        super().__init__(name, settings)
        self.input_dim = validate_input_dim(name, input_dim)
        self.output_dim = self.output_shape(self.input_dim)
        self._geometry = settings.geometry
        self._share = 1 / (settings.window[0] * settings.window[1])
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        first, *others = self._tap_views(input)
        output = first.copy(order="K")
        for seen in others:
            output += seen
        output *= self._share
        return output

    def backward(self, in_gradient: Array) -> Array:
        return self._share_out(in_gradient, np.zeros_like(self.require_cached(self._input), dtype=in_gradient.dtype))

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Share each value out evenly among the pixels of its window; where windows overlap, shares add up."""
        return self._share_out(signal, np.zeros((len(signal), *self.input_dim), signal.dtype))

    def _share_out(self, values: Array, image: Array) -> Array:
        """Add each value's share to the pixels of its window."""
        share = values * self._share
        for received in self._tap_views(image):
            received += share
        return image

    def _tap_views(self, image: Array) -> list[Array]:
        """Return one view for each tap of the window, in scan order: the pixels it meets, `(N, C, H_out, W_out)`."""
        positions = (self.output_dim[1], self.output_dim[2])
        return [image[:, :, tap.rows, tap.columns] for tap in taps(self._geometry, positions)]
