"""AvgPool2D: the mean of each window."""

import math
from collections.abc import Sequence

import numpy as np

from tinyml.core import Array, Pair, Shape
from tinyml.layers.base import (
    Deconvolution,
    Pooling,
    PoolingSettings,
    PyTorchModule,
    pytorch_call,
    validate_input_dim,
    validate_settings,
)


class AvgPool2DSettings(PoolingSettings):
    """Settings of `AvgPool2D`."""

    summary = "the mean of each window"
    formula = "y = mean x over each window"
    short_name = "avgpool"
    aliases = ("average pooling", "mean pooling", "downsampling")
    layer_name = "AvgPool2D"
    action = "Takes the mean of"

    def operations(self, input_shape: Shape) -> int:
        return math.prod(self.output_shape(input_shape)) * math.prod(self.window)

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.AvgPool2d", kernel_size=self.window, stride=self.stride)


class AvgPool2D(Pooling):
    """Average pooling over windows, map by map (LeCun et al. 1989).

    Formula: `y[n, c, p, q] = 1/(h·w) Σ x[n, c, p·stride + i, q·stride + j]`, the sum over all i and j. Each pixel of a
    window gets the same share of its gradient.

    A deconvnet shares out its signal in the same way, because the layer is linear.

    Arguments:
        name: name of the layer.
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
    deconvolution = Deconvolution("share out", "{layer} shares each value out evenly among the pixels of its window.")

    def __init__(self, name: str, input_dim: Sequence[int], size: int | Pair, stride: int | Pair) -> None:
        settings = validate_settings(AvgPool2DSettings, name, window=size, stride=stride)
        super().__init__(name, settings, validate_input_dim(name, input_dim))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        super().build(input_shape, rng, dtype)
        self._share = 1 / math.prod(self.settings.window)
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        first, *others = self._tap_views(input)
        output = first.copy(order="K")
        for pixels in others:
            output += pixels
        output *= self._share
        return output

    def backward(self, in_gradient: Array) -> Array:
        return self._share_out(in_gradient, np.zeros_like(self.require_cached(self._input), dtype=in_gradient.dtype))

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Share each value out evenly among the pixels of its window; shares of overlapping windows add up."""
        return self._share_out(signal, np.zeros((len(signal), *self.input_dim), signal.dtype))

    def _share_out(self, values: Array, image: Array) -> Array:
        """Add the share of each value to the pixels of its window, and return the image."""
        share = values * self._share
        for received in self._tap_views(image):
            received += share
        return image
