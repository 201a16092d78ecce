"""GlobalAvgPool2D: the mean of each map."""

import math

import numpy as np

from tinyml.core import Array, Shape, describe_count
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, require_maps


class GlobalAvgPool2DSettings(LayerSettings):
    """`GlobalAvgPool2D` has no settings."""

    family = "pooling"
    summary = "one number for each map"
    formula = "y_c = mean of map x_c"
    short_name = "globalpool"
    aliases = ("gap", "global average pooling")

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, _, _ = require_maps("GlobalAvgPool2D", input_shape)
        return (channels,)

    def operations(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def reads_whole_input(self, input_shape: Shape) -> bool:
        return True

    def explain(self, input_shape: Shape) -> str:
        channels, rows, columns = input_shape
        return (
            f"Takes the mean of each map of {rows}×{columns} pixels, so that {describe_count(channels, 'map')} become "
            f"a vector of {describe_count(channels, 'number')} for any size of the image. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return PyTorchModule("nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())")


class GlobalAvgPool2D(Layer):
    """Mean of every map (Lin et al. 2014). Many networks use it between the last maps and the last Linear.

    Formula: `y[n, c] = 1/(H·W) Σ x[n, c, h, w]`; each pixel of a map gets the same share of the gradient.

    A deconvnet shares out its signal in the same way, because the layer is linear.

    Arguments:
        name: name of the layer.

    Shapes: input `(N, C, H, W)`, output `(N, C)`.

    Raises `ShapeError` when the input has no maps.

    >>> GlobalAvgPool2D("pool")(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    Settings = GlobalAvgPool2DSettings
    deconvolution = Deconvolution("share out", "{layer} shares each value out evenly among the pixels of its map.")

    def __init__(self, name: str) -> None:
        super().__init__(name, GlobalAvgPool2DSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self.output_shape(input.shape[1:])
        self._input = input
        output: Array = input.mean(axis=(2, 3))
        return output

    def backward(self, in_gradient: Array) -> Array:
        # In the memory order of the input, which the layers below use.
        gradient = np.empty_like(self.require_cached(self._input), dtype=in_gradient.dtype)
        gradient[...] = (in_gradient / (gradient.shape[2] * gradient.shape[3]))[:, :, np.newaxis, np.newaxis]
        return gradient
