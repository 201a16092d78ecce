"""MaxUnpool2D: puts maxima back to their pixels."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from tinyml.core import Array, Pair, RemoveLayer, SettingsError, Shape, ShapeError, TinymlError, describe_shape
from tinyml.core.shapes import transposed_output_size, window_output_size
from tinyml.core.windows import WindowGeometry, transposed_input_span
from tinyml.layers.base import (
    Box,
    Deconvolution,
    Layer,
    LayerSettings,
    PositivePair,
    PyTorchModule,
    describe_window,
    require_maps,
    validate_input_dim,
    validate_settings,
)

FROM_POOLING: dict[str, Any] = {"from_pooling": True}
"""Marks a setting that the pooling layer decides, so no form shows it."""

_PYTORCH_DEFINITION = '''class SizedMaxUnpool2d(nn.MaxUnpool2d):
    """MaxUnpool2d with a fixed output size. Call it with the input and the indices of the pooling."""

    def __init__(self, kernel_size, stride, output_size):
        super().__init__(kernel_size, stride)
        self.output_size = output_size

    def forward(self, input, indices):
        return super().forward(input, indices, self.output_size)
'''


class MaxUnpool2DSettings(LayerSettings):
    """Settings of `MaxUnpool2D`. All of them come from the pooling layer that it undoes."""

    family = "pooling"
    summary = "puts maxima back to their pixels"
    formula = "y[where the maximum was] = x, 0 elsewhere"
    short_name = "unpool"
    aliases = ("unpooling", "max unpooling")
    paired_pooling = "MaxPool2D"

    window: Annotated[
        PositivePair,
        Field(title="Window", description="Window of the pooling that is undone.", json_schema_extra=FROM_POOLING),
    ] = (2, 2)
    stride: Annotated[
        PositivePair,
        Field(title="Stride", description="Stride of the pooling that is undone.", json_schema_extra=FROM_POOLING),
    ] = (2, 2)
    output_size: Annotated[
        PositivePair | None,
        Field(
            title="Output size",
            description="Rows and columns of the input of the pooling; by default as many as its windows cover.",
            json_schema_extra=FROM_POOLING,
        ),
    ] = None
    channels: Annotated[
        int | None,
        Field(ge=1, title="Maps", description="Number of maps that were pooled.", json_schema_extra=FROM_POOLING),
    ] = None

    def with_paired_pooling(self, pooling: LayerSettings, pooling_input_shape: Shape) -> "MaxUnpool2DSettings":
        channels, rows, columns = pooling_input_shape
        geometry = {name: getattr(pooling, name) for name in ("window", "stride")}
        # Not validated again: the values come from settings that are.
        return self.model_copy(update={**geometry, "output_size": (rows, columns), "channels": channels})

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = require_maps("MaxUnpool2D", input_shape)
        if self.output_size is None:
            covered = zip((height, width), self.window, self.stride, strict=True)
            rows, columns = (transposed_output_size(*axis) for axis in covered)
            return channels, rows, columns
        pooled = [window_output_size(*axis) for axis in zip(self.output_size, self.window, self.stride, strict=True)]
        expected = (self.channels or channels, *pooled)
        if input_shape != expected:
            raise ShapeError(
                f"MaxUnpool2D undoes a MaxPool2D that gave {describe_shape(expected)} but receives "
                f"{describe_shape(input_shape)}. Both must be the same.",
                RemoveLayer(),
            )
        return (channels, *self.output_size)

    def operations(self, input_shape: Shape) -> int:
        return 0

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = (
            transposed_input_span(span, *axis)
            for span, *axis in zip(box, *WindowGeometry(self.window, self.stride), input_shape[1:], strict=True)
        )
        return rows, columns

    def describe(self) -> str:
        return describe_window(WindowGeometry(self.window, self.stride), with_padding=False)

    def explain(self, input_shape: Shape) -> str:
        return (
            "Puts every value back to the pixel where the pooling layer found its maximum, and sets the rest to "
            f"zero, so that {describe_shape(input_shape)} becomes {describe_shape(self.output_shape(input_shape))}. "
            "It has no parameters."
        )

    def constructor_arguments(self) -> dict[str, Any]:
        # The number of maps follows from the input.
        return {"size": self.window, "stride": self.stride, "output_size": self.output_size}

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        size = self.output_shape(input_shape)[1:]
        call = f"SizedMaxUnpool2d(kernel_size={self.window}, stride={self.stride}, output_size={size})"
        return PyTorchModule(call, (_PYTORCH_DEFINITION,))


class MaxUnpool2D(Layer):
    """Undo a max pooling as far as possible: put values back to the pixels of the maxima.

    Source: Zeiler & Fergus 2014, section 2.1.

    Formula: `y[n, c, max_indices[n, c, p, q]] = x[n, c, p, q]`, everything else is 0. When windows overlap, two maxima
    can be the same pixel. Then the later one in scan order is written last, as in PyTorch on one thread, and gets the
    gradient.

    Called as `layer(input, max_indices)`. In a `Sequential` the indices come from the nearest pooling layer before it
    that no other layer has undone.

    Arguments:
        name: name of the layer.
        input_dim: (C, H, W) of one example: the output of the pooling layer.
        size: window of the pooling; a number or (rows, columns), at least 1.
        stride: stride of the pooling; a number or (rows, columns), at least 1.
        output_size: (rows, columns) of the input of the pooling, needed when it ignored border pixels;
            `(H - 1)·stride + h` by `(W - 1)·stride + w` by default.

    Shapes: input and max_indices `(N, C, H, W)`, output `(N, C, *output_size)`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the input or the indices have another shape,
    `TinymlError` when an index lies outside the output.

    >>> unpool = MaxUnpool2D("unpool", (1, 1, 2), size=2, stride=2)
    >>> unpool(np.array([[[[5.0, 7.0]]]]), np.array([[[[5, 7]]]]))
    array([[[[0., 0., 0., 0.],
             [0., 5., 0., 7.]]]])
    """

    Settings = MaxUnpool2DSettings
    settings: MaxUnpool2DSettings
    deconvolution = Deconvolution("pick", "{layer} picks the values at the pixels that it wrote to.")

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        size: int | Pair,
        stride: int | Pair,
        output_size: int | Pair | None = None,
    ) -> None:
        settings = validate_settings(MaxUnpool2DSettings, name, window=size, stride=stride, output_size=output_size)
        super().__init__(name, settings, validate_input_dim(name, input_dim))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.input_dim = input_shape
        self.output_dim = self.output_shape(input_shape)
        self._targets: np.ndarray | None = None

    # Has a second argument, the indices; Sequential passes it.
    def forward(self, input: Array, max_indices: np.ndarray) -> Array:  # type: ignore[override]
        input = self.validate_input(input, self.input_dim)
        self._check_indices(input, max_indices)
        maps, pixels = input.shape[0] * input.shape[1], self.output_dim[1] * self.output_dim[2]
        first_pixel = np.arange(maps).reshape(*input.shape[:2], 1, 1) * pixels
        self._targets = first_pixel + max_indices
        output = np.zeros((len(input), *self.output_dim), input.dtype)
        output.reshape(-1)[self._targets.ravel()] = input.ravel()
        return output

    def backward(self, in_gradient: Array) -> Array:
        targets = self.require_cached(self._targets)
        gradient: Array = in_gradient.ravel()[targets]
        # A value that a later one overwrote has no effect on the output.
        order = np.arange(targets.size).reshape(targets.shape)
        written_last = np.zeros(in_gradient.size, order.dtype)
        written_last[targets.ravel()] = order.ravel()
        gradient *= written_last[targets] == order
        return gradient

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Pick the values at the pixels that the layer wrote to; `switches` are the indices that it received."""
        replica = self.replica()
        replica.forward(recorded_input, self.require_cached(switches))
        return replica.backward(signal)

    def _check_indices(self, input: Array, max_indices: np.ndarray) -> None:
        """Raise an error with the name of the layer when the indices do not fit this input and output."""
        if max_indices.shape != input.shape:
            raise ShapeError(
                f"Layer '{self.name}' received max_indices of shape {max_indices.shape} for an input of shape "
                f"{input.shape}; each value needs one index."
            )
        if not np.issubdtype(max_indices.dtype, np.integer):
            raise SettingsError(
                f"Layer '{self.name}': max_indices are {max_indices.dtype} but should be whole numbers."
            )
        pixels = self.output_dim[1] * self.output_dim[2]
        if max_indices.size and not (max_indices.min() >= 0 and max_indices.max() < pixels):
            raise TinymlError(
                f"Layer '{self.name}': max_indices reach from {max_indices.min()} to {max_indices.max()} but the "
                f"output of {describe_shape(self.output_dim[1:])} has the pixels 0 to {pixels - 1}. "
                "Set output_size to the rows and columns of the pooling layer's input."
            )
