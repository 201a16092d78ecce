"""Conv2D: slides filters over an image."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from tinyml.core import Array, Fans, Initialiser, Pair, Shape, describe_count, describe_shape
from tinyml.core.narrow_products import multiply_along_columns_of_few_rows
from tinyml.core.products import multiply_along_columns, multiply_columns, sum_rows
from tinyml.core.windows import WindowGeometry, col2im_blocks, im2col_blocks, maps_to_rows
from tinyml.layers.base import (
    PIXELS,
    Deconvolution,
    InitialiserSetting,
    Layer,
    NonNegativePair,
    PositivePair,
    PyTorchModule,
    WindowSettings,
    describe_parameters,
    describe_window,
    initialise_parameters,
    pytorch_call,
    require_fit,
    require_maps,
    validate_input_dim,
    validate_settings,
)


class Conv2DSettings(WindowSettings):
    """Settings of `Conv2D`."""

    family = "convolution"
    summary = "slides filters over the image"
    formula = "y_k = Σ_c w_{k,c} ⋆ x_c + b_k"
    short_name = "conv"
    aliases = ("convolution", "convolutional layer")

    filters: Annotated[
        int, Field(ge=1, le=4096, title="Filters", description="Number of patterns to look for; each gives one map.")
    ] = 8
    window: Annotated[
        PositivePair,
        Field(
            title="Window", description="Rows and columns of the patch that a filter reads.", json_schema_extra=PIXELS
        ),
    ] = (3, 3)
    stride: Annotated[
        PositivePair,
        Field(
            title="Stride", description="Pixels from one position of the window to the next.", json_schema_extra=PIXELS
        ),
    ] = (1, 1)
    padding: Annotated[
        NonNegativePair,
        Field(title="Padding", description="Zeros added at each border of the image.", json_schema_extra=PIXELS),
    ] = (1, 1)
    dilation: Annotated[
        PositivePair,
        Field(
            title="Dilation",
            description="Distance between the pixels that neighbouring weights read.",
            json_schema_extra=PIXELS,
        ),
    ] = (1, 1)
    bias: Annotated[bool, Field(title="Bias", description="Add a trainable constant to each map.")] = True
    initialiser: InitialiserSetting = "uniform"

    @property
    def geometry(self) -> WindowGeometry:
        """How the window slides."""
        return WindowGeometry(self.window, self.stride, self.padding, self.dilation)

    @property
    def same_padding(self) -> Pair | None:
        return self.geometry.same_padding

    def output_shape(self, input_shape: Shape) -> Shape:
        _, height, width = require_maps("Conv2D", input_shape)
        return (self.filters, *require_fit((height, width), self.geometry))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.filters, input_shape[0], *self.window)}
        if self.bias:
            shapes["bias"] = (self.filters,)
        return shapes

    def operations(self, input_shape: Shape) -> int:
        filters, rows, columns = self.output_shape(input_shape)
        taps = input_shape[0] * math.prod(self.window)
        return filters * rows * columns * (2 * taps + (1 if self.bias else 0))

    def describe(self) -> str:
        filters = describe_count(self.filters, "filter")
        return f"{filters} · {describe_window(self.geometry)}" + ("" if self.bias else " · no bias")

    def explain(self, input_shape: Shape) -> str:
        channels, (rows, columns), filters = input_shape[0], self.window, self.filters
        looks = f"Each of the {describe_count(filters, 'filter')} looks" if filters > 1 else "The filter looks"
        maps = f"all {describe_count(channels, 'map')}" if channels > 1 else "the map"
        product = f"{filters} × ({channels} × {rows} × {columns})"
        parameters = describe_parameters(product, filters * channels * rows * columns, filters if self.bias else 0)
        return f"{looks} at {maps} through a {describe_shape(self.window)} window. {parameters}"

    def constructor_arguments(self) -> dict[str, Any]:
        others = super().constructor_arguments()
        filters, (rows, columns) = others.pop("filters"), others.pop("window")
        return {"n_filter": filters, "h_filter": rows, "w_filter": columns, **others}

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call(
            "nn.Conv2d",
            input_shape[0],
            self.filters,
            defaults={"stride": 1, "padding": 0, "dilation": 1, "bias": True},
            kernel_size=self.window,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            bias=self.bias,
        )


class Conv2D(Layer):
    """Two-dimensional convolution (specification 002; Dumoulin & Visin 2016). As usual, filters are not flipped.

    Formula: `y[n, k, p, q] = b[k] + Σ w[k, c, i, j] · padded[n, c, p·stride + i·dilation, q·stride + j·dilation]`, the
    sum over all c, i and j.
    With the windows unrolled into columns, `Y = W X* + b`. With ∇ = ∂ℓ/∂Y (specification 002, Law 1 and Law 2):
    `∂ℓ/∂W = ∇ X*ᵀ`, `∂ℓ/∂b = Σ ∇`, `∂ℓ/∂X* = Wᵀ ∇`, whose columns are added back to the pixels.

    Arguments:
        name: name of the layer.
        input_dim: (C, H, W) of one example.
        n_filter: number of filters (K), at least 1; each gives one map.
        h_filter, w_filter: rows and columns of the window, at least 1.
        stride: pixels between two positions; a number or (rows, columns), at least 1.
        padding: zeros added at each border; a number or (rows, columns), at least 0.
        dilation: pixels between two taps of the window; a number or (rows, columns), at least 1.
        bias: True adds `b`.
        dtype: of the parameters.
        rng: random generator for the initial values; the shared generator by default.
        initialiser: how the initial values are drawn (`tinyml.core.initial_weight`); uniform in ±1/sqrt(C·h·w) by
            default.

    Shapes: input `(N, C, H, W)`, output `(N, K, H_out, W_out)` with
    `H_out = floor((H + 2·padding - dilation·(h - 1) - 1) / stride) + 1`, weight `(K, C, h, w)`, bias `(K,)`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the window is larger than the padded input or
    when the input is not `(N, C, H, W)`.

    >>> Conv2D("conv", (3, 32, 32), n_filter=8, h_filter=5, w_filter=5, stride=1, padding=2)(
    ...     np.zeros((2, 3, 32, 32), np.float32)
    ... ).shape
    (2, 8, 32, 32)
    """

    Settings = Conv2DSettings
    settings: Conv2DSettings
    backward_uses_output = False
    batch_separable = True
    deconvolution = Deconvolution(
        "filters transposed",
        "The filters of {layer} spread each value over the pixels that they read, without the bias.",
        caption="{layer}ᵀ",
    )

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        n_filter: int,
        h_filter: int,
        w_filter: int,
        stride: int | Pair,
        padding: int | Pair,
        dilation: int | Pair = 1,
        bias: bool = True,
        dtype: type[np.floating] = np.float32,
        rng: np.random.Generator | None = None,
        initialiser: Initialiser = "uniform",
    ) -> None:
        settings = validate_settings(
            Conv2DSettings,
            name,
            filters=n_filter,
            window=(h_filter, w_filter),
            stride=stride,
            padding=padding,
            dilation=dilation,
            bias=bias,
            initialiser=initialiser,
        )
        super().__init__(name, settings, validate_input_dim(name, input_dim), rng, dtype)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.input_dim = input_shape
        self.output_dim = self.output_shape(input_shape)
        self._geometry = self.settings.geometry
        taps = math.prod(self.settings.window)
        fans = Fans(input_shape[0] * taps, self.settings.filters * taps)
        shapes = self.settings.parameter_shapes(input_shape)
        self.named_parameters = initialise_parameters(shapes, self.settings.initialiser, fans, rng, dtype)
        self.weight = self.named_parameters["weight"]
        self.bias = self.named_parameters.get("bias")
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        output = self.workspace_maps("output", (len(input), *self.output_dim), input.dtype)
        rows, filters = maps_to_rows(output), self._weight_matrix()
        if self.bias is not None:
            # [W b] times the columns with a row of ones is W X* + b, without a pass over the output.
            filters = np.concatenate((filters, self.bias.tensor[:, np.newaxis]), axis=1)
        for positions, columns in im2col_blocks(input, self._geometry, row_of_ones=self.bias is not None):
            multiply_columns(filters, columns, out=rows[:, positions])
        return output

    def backward(self, in_gradient: Array) -> Array:
        if not self._one_unrolling_is_cheaper():
            self.accumulate_parameter_gradients(in_gradient)
            return self._input_gradient(in_gradient)
        return self._backward_stride1(in_gradient)

    def accumulate_parameter_gradients(self, in_gradient: Array) -> None:
        """Add `∂ℓ/∂W = ∇ X*ᵀ` and `∂ℓ/∂b = Σ ∇`. With a row of ones below `X*`, one product gives both."""
        gradient, taps = maps_to_rows(in_gradient), self._weight_matrix().shape[1]
        has_bias = self.bias is not None
        # `forward` does not keep the columns, which are h·w times as large as the input: they are unrolled again.
        transposed = np.zeros((taps + has_bias, len(gradient)), gradient.dtype)
        for positions, columns in im2col_blocks(self.require_cached(self._input), self._geometry, has_bias):
            transposed += multiply_along_columns(columns, gradient[:, positions])  # X* ∇ᵀ is faster than ∇ X*ᵀ
        self.weight.add_gradient(transposed[:taps].T.reshape(self.weight.tensor.shape))
        if self.bias is not None:
            self.bias.add_gradient(transposed[taps])

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Apply the same filters transposed, without the bias: the formula of the input gradient."""
        return self._input_gradient(signal)

    def _input_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂X`: the columns `Wᵀ ∇` added back to the pixels of their windows."""
        pixels = self.workspace_maps("gradient", (len(in_gradient), *self.input_dim), in_gradient.dtype)
        rows, filters = maps_to_rows(in_gradient), self._weight_matrix()
        for positions, columns in col2im_blocks(pixels, self._geometry):
            multiply_columns(filters.T, rows[:, positions], out=columns)
        return pixels

    def _one_unrolling_is_cheaper(self) -> bool:
        """Return True if `_backward_stride1` moves fewer numbers in memory than the general way.

        It unrolls the gradient once. The general way unrolls the input and adds as many columns back to pixels, so it
        moves the columns of the input twice.
        """
        columns_of_gradient = self.output_dim[0] * math.prod(self.input_dim[1:])
        columns_of_input = self.input_dim[0] * math.prod(self.output_dim[1:])
        return self._geometry.stride == (1, 1) and columns_of_gradient <= 2 * columns_of_input

    def _backward_stride1(self, in_gradient: Array) -> Array:
        """Do the work of `backward` for stride 1, with both gradients from the same columns.

        With stride 1 the input gradient is a convolution too: the filters, turned by 180°, slide over ∇. The column of
        ∇* at a pixel holds the gradients of all outputs that the pixel contributed to. Then `∂ℓ/∂X = W' ∇*` and
        `∂ℓ/∂W' = X ∇*ᵀ`, where W' are the turned filters, with a row for each map of the input.
        """
        input = self.require_cached(self._input)
        gradient = self.workspace_maps("gradient", input.shape, in_gradient.dtype)
        rows, pixel_rows = maps_to_rows(gradient), maps_to_rows(input)
        filters, channels, height, width = self.weight.tensor.shape
        turned = self.weight.tensor[:, :, ::-1, ::-1].transpose(1, 0, 2, 3).reshape(channels, -1)
        by_tap = np.zeros((turned.shape[1], channels), gradient.dtype)
        for pixels, columns in im2col_blocks(in_gradient, self._geometry.transposed):
            multiply_columns(turned, columns, out=rows[:, pixels])
            by_tap += multiply_along_columns_of_few_rows(columns, pixel_rows[:, pixels])
        by_tap = by_tap.reshape(filters, height, width, channels)[:, ::-1, ::-1]
        self.weight.add_gradient(by_tap.transpose(0, 3, 1, 2))
        if self.bias is not None:
            self.bias.add_gradient(sum_rows(maps_to_rows(in_gradient)))
        return gradient

    def _weight_matrix(self) -> Array:
        """Return the weights as a matrix with one filter in each row."""
        return self.weight.tensor.reshape(len(self.weight.tensor), -1)
