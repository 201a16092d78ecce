"""MaxPool2D: keeps the strongest of a window."""

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, Pair, Shape
from tinyml.core.shapes import ignored_border
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


class MaxPool2DSettings(LayerSettings):
    """Settings of `MaxPool2D`."""

    family = "pooling"
    summary = "keeps the strongest of a window"
    formula = "y = max x over each window"
    short_name = "pool"
    aliases = ("max pooling", "subsampling", "downsampling")

    window: Annotated[
        PositivePair, Field(title="Window", description="Rows and columns of the patch of which one value is kept.")
    ] = (2, 2)
    stride: Annotated[
        PositivePair, Field(title="Stride", description="Pixels from one position of the window to the next.")
    ] = (2, 2)

    @property
    def geometry(self) -> WindowGeometry:
        """How the window slides."""
        return WindowGeometry(self.window, self.stride)

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = require_maps("MaxPool2D", input_shape)
        return (channels, *require_fit((height, width), self.geometry))

    def operations(self, input_shape: Shape) -> int:
        return math.prod(self.output_shape(input_shape)) * (math.prod(self.window) - 1)

    def describe(self) -> str:
        return describe_window(self.geometry, with_padding=False)

    def explain(self, input_shape: Shape) -> str:
        pixels = self.window[0] * self.window[1]
        _, rows, columns = self.output_shape(input_shape)
        return (
            f"Keeps the largest of every {pixels} neighbouring values, map by map, so that "
            f"{input_shape[1]}×{input_shape[2]} pixels become {rows}×{columns}. It has no parameters."
        )

    def notes(self, input_shape: Shape) -> tuple[str, ...]:
        return describe_ignored_pixels((input_shape[1], input_shape[2]), self.geometry)

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = (
            input_span(span, *axis) for span, *axis in zip(box, *self.geometry, input_shape[1:], strict=True)
        )
        return rows, columns

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "MaxPool2D":
        return MaxPool2D(name, input_shape, self.window, self.stride)


class MaxPool2D(Layer):
    """Max pooling over windows, map by map (LeCun et al. 1998 subsample; Scherer et al. 2010 take the maximum).

    Formula: `y[n, c, y, x] = max over i, j of x[n, c, y·stride + i, x·stride + j]`. The gradient goes to the pixel that
    won its window, to the first one in scan order when several are equal, as in PyTorch.

    Arguments:
        name: how the layer is called.
        input_dim: (C, H, W) of one example.
        size: window; a number or (rows, columns), at least 1.
        stride: pixels between two positions; a number or (rows, columns), at least 1.
        return_index: let `forward` return (output, switches) instead of the output alone.

    Attributes:
        switches: `(N, C, H_out, W_out)` flat position `row · W + column` in its input plane of each pooled value of the
            last forward pass, as PyTorch's `return_indices`. Worked out when asked for, so ask before the next pass.

    Shapes: input `(N, C, H, W)`, output `(N, C, H_out, W_out)` with `H_out = floor((H - h) / stride) + 1`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the window is larger than the input or when the
    input is not `(N, C, H, W)`.

    >>> MaxPool2D("pool", (1, 2, 4), size=2, stride=2)(np.arange(8.0).reshape(1, 1, 2, 4))
    array([[[[5., 7.]]]])
    """

    Settings = MaxPool2DSettings
    batch_separable = True
    records_switches = True
    selects_maximum = True
    deconvolution = "unpool"

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        size: int | Pair,
        stride: int | Pair,
        return_index: bool = False,
    ) -> None:
        settings = validate_settings(MaxPool2DSettings, name, window=size, stride=stride)
        super().__init__(name, settings)
        self.input_dim = validate_input_dim(name, input_dim)
        self.output_dim = self.output_shape(self.input_dim)
        self.return_index = return_index
        self._geometry = settings.geometry
        height, width = self.input_dim[1:]
        unseen = ignored_border((height, width), *settings.geometry)
        # Every pixel lies in exactly one window.
        self._tiles_input = settings.window == settings.stride and unseen == (0, 0)
        self._input: Array | None = None
        self._output: Array | None = None

    # Gives a pair where every other layer gives one array, as the original tinyml does; Sequential knows.
    def forward(self, input: Array) -> Array | tuple[Array, np.ndarray]:  # type: ignore[override]
        self._input = input = self.validate_input(input, self.input_dim)
        first, *others = self._tap_views(input)
        output = self.workspace_maps("output", (len(input), *self.output_dim), input.dtype)
        output[...] = first
        for seen in others:
            np.maximum(output, seen, out=output)
        self._output = output
        return (output, self.switches) if self.return_index else output

    def backward(self, in_gradient: Array) -> Array:
        input, output = self.require_cached(self._input), self.require_cached(self._output)
        gradient = self.workspace_maps("gradient", input.shape, in_gradient.dtype)
        if not self._tiles_input:
            gradient[...] = 0
        # The first winner in scan order takes all of it, and the last tap what no other has won.
        won = self.workspace_maps("won", output.shape, bool)
        share, rest = (self.workspace_maps(name, output.shape, in_gradient.dtype) for name in ("share", "rest"))
        left = in_gradient
        *others, (_, last) = zip(self._tap_views(input), self._tap_views(gradient), strict=True)
        for seen, received in others:
            np.multiply(left, np.equal(seen, output, out=won), out=share)
            left = np.subtract(left, share, out=rest)
            self._give(received, share)
        self._give(last, left)
        return gradient

    @property
    def switches(self) -> np.ndarray:
        winners = self._winners().astype(np.int64)
        (height, width), (rows, columns) = self.output_dim[1:], self._geometry.stride
        row = np.arange(height)[:, np.newaxis] * rows + winners // self._geometry.window[1]
        column = np.arange(width) * columns + winners % self._geometry.window[1]
        return np.ascontiguousarray(row * self.input_dim[2] + column)

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Put each value back to where the maximum came from, zero elsewhere (Zeiler & Fergus 2014, section 2.1).

        Values that overlapping windows send to the same pixel add up, which makes this the transpose of the pooling.
        """
        positions, (_, height, width) = self.require_cached(switches), self.input_dim
        image = np.zeros((*signal.shape[:2], height, width), signal.dtype)
        plane = np.arange(height * width).reshape(1, 1, height, width)
        for received, pixels in zip(self._tap_views(image), self._tap_views(plane), strict=True):
            received += signal * (positions == pixels)
        return image

    def _give(self, received: np.ndarray, share: np.ndarray) -> None:
        """Let pixels receive a share; where other windows can share them, besides what those give."""
        if self._tiles_input:
            received[...] = share
        else:
            received += share

    def _tap_views(self, image: np.ndarray) -> list[np.ndarray]:
        """Return one view for each tap of the window, in scan order: the pixels it meets, `(N, C, H_out, W_out)`."""
        positions = (self.output_dim[1], self.output_dim[2])
        return [image[:, :, tap.rows, tap.columns] for tap in taps(self._geometry, positions)]

    def _winners(self) -> np.ndarray:
        """Tell which tap, counted in scan order, gave each output of the last forward pass: `(N, C, H_out, W_out)`."""
        output, tap_views = self.require_cached(self._output), self._tap_views(self.require_cached(self._input))
        last = len(tap_views) - 1
        winners = np.full_like(output, last, dtype=np.min_scalar_type(last))
        # From the last tap to the first, so that the first of several equal values has the last word.
        for tap in range(last - 1, -1, -1):
            winners = np.where(tap_views[tap] == output, winners.dtype.type(tap), winners)
        return winners
