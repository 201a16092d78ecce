"""MaxPool2D: keeps the maximum of each window."""

import math
from collections.abc import Sequence

import numpy as np

from tinyml.core import Array, Pair, Shape
from tinyml.core.shapes import ignored_border
from tinyml.layers.base import (
    Deconvolution,
    Pooling,
    PoolingSettings,
    PyTorchModule,
    pytorch_call,
    validate_input_dim,
    validate_settings,
)


class MaxPool2DSettings(PoolingSettings):
    """Settings of `MaxPool2D`."""

    summary = "keeps the maximum of each window"
    formula = "y = max x over each window"
    short_name = "pool"
    aliases = ("max pooling", "subsampling", "downsampling")
    layer_name = "MaxPool2D"
    action = "Keeps the largest of"

    def operations(self, input_shape: Shape) -> int:
        return math.prod(self.output_shape(input_shape)) * (math.prod(self.window) - 1)

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.MaxPool2d", kernel_size=self.window, stride=self.stride)


class MaxPool2D(Pooling):
    """Max pooling over windows, map by map (LeCun et al. 1998 subsample; Scherer et al. 2010 take the maximum).

    Formula: `y[n, c, y, x] = max over i, j of x[n, c, y·stride + i, x·stride + j]`. The gradient goes to the pixel with
    the maximum. If several are equal, it goes to the first one in scan order, as in PyTorch.

    Arguments:
        name: name of the layer.
        input_dim: (C, H, W) of one example.
        size: window; a number or (rows, columns), at least 1.
        stride: pixels between two positions; a number or (rows, columns), at least 1.
        return_index: True lets `forward` return (output, switches) instead of the output alone.

    Attributes:
        switches: `(N, C, H_out, W_out)` flat position `row · W + column` in its input plane of each pooled value of the
            last forward pass, as PyTorch's `return_indices`. Computed on request, so read it before the next pass.

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
    deconvolution = Deconvolution(
        "unpool", "{layer} puts each value back to the pixel of the maximum in this forward pass."
    )
    return_index = False

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        size: int | Pair,
        stride: int | Pair,
        return_index: bool = False,
    ) -> None:
        settings = validate_settings(MaxPool2DSettings, name, window=size, stride=stride)
        super().__init__(name, settings, validate_input_dim(name, input_dim))
        self.return_index = return_index

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        super().build(input_shape, rng, dtype)
        ignored = ignored_border((input_shape[1], input_shape[2]), *self._geometry)
        # True if every pixel lies in exactly one window.
        self._windows_tile_input = self._geometry.window == self._geometry.stride and ignored == (0, 0)
        self._input: Array | None = None
        self._output: Array | None = None

    # Returns a pair with return_index, as the original tinyml does; Sequential knows this.
    def forward(self, input: Array) -> Array | tuple[Array, np.ndarray]:  # type: ignore[override]
        self._input = input = self.validate_input(input, self.input_dim)
        first, *others = self._tap_views(input)
        output = self.workspace_maps("output", (len(input), *self.output_dim), input.dtype)
        output[...] = first
        for pixels in others:
            np.maximum(output, pixels, out=output)
        self._output = output
        return (output, self.switches) if self.return_index else output

    def backward(self, in_gradient: Array) -> Array:
        input, output = self.require_cached(self._input), self.require_cached(self._output)
        gradient = self.workspace_maps("gradient", input.shape, in_gradient.dtype)
        if not self._windows_tile_input:
            gradient[...] = 0
        # The gradient of a window goes to its first tap with the maximum; the last tap gets it if no other tap did.
        is_maximum = self.workspace_maps("is_maximum", output.shape, bool)
        share, rest = (self.workspace_maps(name, output.shape, in_gradient.dtype) for name in ("share", "rest"))
        left = in_gradient
        *others, (_, last) = zip(self._tap_views(input), self._tap_views(gradient), strict=True)
        for pixels, received in others:
            np.multiply(left, np.equal(pixels, output, out=is_maximum), out=share)
            left = np.subtract(left, share, out=rest)
            self._receive(received, share)
        self._receive(last, left)
        return gradient

    @property
    def switches(self) -> np.ndarray:
        taps = self._maximum_taps().astype(np.int64)
        (height, width), (rows, columns) = self.output_dim[1:], self._geometry.stride
        row = np.arange(height)[:, np.newaxis] * rows + taps // self._geometry.window[1]
        column = np.arange(width) * columns + taps % self._geometry.window[1]
        return np.ascontiguousarray(row * self.input_dim[2] + column)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Put each value back to the pixel of its maximum, zero elsewhere (Zeiler & Fergus 2014, section 2.1).

        Values that overlapping windows put to the same pixel add up: this is the transpose of the pooling.
        """
        positions, (_, height, width) = self.require_cached(switches), self.input_dim
        image = np.zeros((*signal.shape[:2], height, width), signal.dtype)
        plane = np.arange(height * width).reshape(1, 1, height, width)
        for received, pixels in zip(self._tap_views(image), self._tap_views(plane), strict=True):
            received += signal * (positions == pixels)
        return image

    def _receive(self, received: np.ndarray, share: np.ndarray) -> None:
        """Write a share of the gradient to pixels, or add it where windows can overlap."""
        if self._windows_tile_input:
            received[...] = share
        else:
            received += share

    def _maximum_taps(self) -> np.ndarray:
        """Return the tap, counted in scan order, with the maximum of each window of the last forward pass.

        Shape: `(N, C, H_out, W_out)`.
        """
        output, tap_views = self.require_cached(self._output), self._tap_views(self.require_cached(self._input))
        last = len(tap_views) - 1
        taps = np.full_like(output, last, dtype=np.min_scalar_type(last))
        # From the last tap to the first, so the first of several equal values is written last.
        for tap in range(last - 1, -1, -1):
            taps = np.where(tap_views[tap] == output, taps.dtype.type(tap), taps)
        return taps
