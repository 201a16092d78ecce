"""ConvTranspose2D: spreads each value of a map over a window of pixels."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from tinyml.core import (
    Array,
    ChangeSettings,
    Fans,
    Initialiser,
    Pair,
    Shape,
    ShapeError,
    describe_count,
    describe_pair,
    describe_shape,
)
from tinyml.core.shapes import transposed_output_size
from tinyml.core.windows import (
    WindowGeometry,
    col2im,
    im2col,
    maps_to_rows,
    rows_to_maps,
    transposed_input_span,
)
from tinyml.layers.base import (
    PIXELS,
    Box,
    Deconvolution,
    InitialiserSetting,
    Layer,
    LayerSettings,
    NonNegativePair,
    PositivePair,
    PyTorchModule,
    describe_parameters,
    describe_window,
    initialise_parameters,
    pytorch_call,
    require_maps,
    validate_input_dim,
    validate_settings,
)


class ConvTranspose2DSettings(LayerSettings):
    """Settings of `ConvTranspose2D`."""

    family = "convolution"
    summary = "spreads values over windows of pixels"
    formula = "y_k = Σ_c w_{c,k} ⋆^T x_c + b_k"
    short_name = "deconv"
    aliases = ("transposed convolution", "deconvolution", "deconv2d", "fractionally strided convolution")

    filters: Annotated[int, Field(ge=1, le=4096, title="Filters", description="Number of output maps.")] = 8
    window: Annotated[
        PositivePair,
        Field(
            title="Window",
            description="Rows and columns of the patch that each pixel is spread over.",
            json_schema_extra=PIXELS,
        ),
    ] = (3, 3)
    stride: Annotated[
        PositivePair,
        Field(
            title="Stride",
            description="Distance between the patches of two neighbouring pixels.",
            json_schema_extra=PIXELS,
        ),
    ] = (1, 1)
    padding: Annotated[
        NonNegativePair,
        Field(title="Padding", description="Pixels cut off at each border of the result.", json_schema_extra=PIXELS),
    ] = (1, 1)
    dilation: Annotated[
        PositivePair,
        Field(
            title="Dilation",
            description="Distance between the pixels that neighbouring weights write to.",
            json_schema_extra=PIXELS,
        ),
    ] = (1, 1)
    bias: Annotated[bool, Field(title="Bias", description="Add a trainable constant to each map.")] = True
    initialiser: InitialiserSetting = "uniform"

    @property
    def geometry(self) -> WindowGeometry:
        """How the window slides over the result."""
        return WindowGeometry(self.window, self.stride, self.padding, self.dilation)

    @property
    def same_padding(self) -> Pair | None:
        return self.geometry.same_padding

    def output_shape(self, input_shape: Shape) -> Shape:
        _, *size = require_maps("ConvTranspose2D", input_shape)
        rows, columns = (transposed_output_size(*axis) for axis in zip(size, *self.geometry, strict=True))
        if rows < 1 or columns < 1:
            raise self._padding_error(tuple(size))
        return self.filters, rows, columns

    def _padding_error(self, size: Shape) -> ShapeError:
        """Return the error for a padding that cuts everything off, with the largest padding that leaves a pixel."""
        unpadded = [
            transposed_output_size(pixels, window, stride, dilation=dilation)
            for pixels, window, stride, _, dilation in zip(size, *self.geometry, strict=True)
        ]
        fitting = [min(padding, (pixels - 1) // 2) for padding, pixels in zip(self.padding, unpadded, strict=True)]
        return ShapeError(
            f"A padding of {describe_pair(self.padding)} cuts off all of the {describe_shape(tuple(unpadded))} pixels "
            f"that {describe_shape(size)} inputs are spread over, because it is cut off at both ends.",
            ChangeSettings(f"Set padding to {describe_shape(tuple(fitting))}", {"padding": fitting}),
        )

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (input_shape[0], self.filters, *self.window)}
        if self.bias:
            shapes["bias"] = (self.filters,)
        return shapes

    def fans(self, input_shape: Shape) -> Fans:
        """Return between how many numbers each weight is, for its initial value: windows overlap if they move less.

        Arguments:
            input_shape: shape `(C, H, W)` of one example.

        >>> ConvTranspose2DSettings(filters=5, window=(4, 4), stride=(2, 2)).fans((3, 8, 8))
        Fans(inputs=12, outputs=80)
        """
        overlaps = [-(-taps // step) for taps, step in zip(self.window, self.stride, strict=True)]
        return Fans(input_shape[0] * math.prod(overlaps), self.filters * math.prod(self.window))

    def operations(self, input_shape: Shape) -> int:
        taps = self.filters * math.prod(self.window)
        biases = math.prod(self.output_shape(input_shape)) if self.bias else 0
        return 2 * math.prod(input_shape) * taps + biases

    def receptive_field(self, box: Box, input_shape: Shape) -> Box:
        rows, columns = (
            transposed_input_span(span, *axis) for span, *axis in zip(box, *self.geometry, input_shape[1:], strict=True)
        )
        return rows, columns

    def describe(self) -> str:
        filters = describe_count(self.filters, "filter")
        return f"{filters} · {describe_window(self.geometry)}" + ("" if self.bias else " · no bias")

    def explain(self, input_shape: Shape) -> str:
        channels, (rows, columns), filters = input_shape[0], self.window, self.filters
        maps = f"all {describe_count(channels, 'map')}" if channels > 1 else "the map"
        product = f"{channels} × ({filters} × {rows} × {columns})"
        parameters = describe_parameters(product, channels * filters * rows * columns, filters if self.bias else 0)
        return (
            f"Each pixel of {maps} is spread over a {describe_shape(self.window)} window of "
            f"{describe_count(filters, 'new map')}, and where windows overlap they add up. {parameters}"
        )

    def constructor_arguments(self) -> dict[str, Any]:
        others = super().constructor_arguments()
        filters, (rows, columns) = others.pop("filters"), others.pop("window")
        return {"n_filters": filters, "h_filter": rows, "w_filter": columns, **others}

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call(
            "nn.ConvTranspose2d",
            input_shape[0],
            self.filters,
            defaults={"stride": 1, "padding": 0, "dilation": 1, "bias": True},
            kernel_size=self.window,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            bias=self.bias,
        )


class ConvTranspose2D(Layer):
    """Transposed convolution: it maps from the output shape of a `Conv2D` with the same settings to its input shape.

    Formula: `y[n, k, u, v] = b[k] + Σ w[c, k, i, j] · x[n, c, p, q]` over all c, i, j, p, q with
    `p·stride + i·dilation - padding = u` and `q·stride + j·dilation - padding = v` (Zeiler et al. 2010; Dumoulin &
    Visin 2016, chapter 4). Its backward pass is a convolution. With ∇* the windows of ∂ℓ/∂Y as columns,
    `∂ℓ/∂X = W ∇*`, `∂ℓ/∂W = X ∇*ᵀ`, `∂ℓ/∂b = Σ ∇`.

    Arguments:
        name: name of the layer.
        input_dim: (C, H, W) of one example.
        n_filters: number of output maps (K), at least 1.
        h_filter, w_filter: rows and columns of the window, at least 1.
        stride: distance between the windows of two neighbouring pixels; a number or (rows, columns), at least 1.
        dilation: pixels between two taps of the window; a number or (rows, columns), at least 1.
        padding: pixels cut off at each border of the result; a number or (rows, columns), at least 0.
        bias: True adds `b`.
        dtype: of the parameters.
        rng: random generator for the initial values; the shared generator by default.
        initialiser: how the initial values are drawn (`tinyml.core.initial_weight`); uniform in ±1/sqrt(f) by default,
            where f = C·ceil(h/stride)·ceil(w/stride) is the largest number of inputs that one output sums over.

    Shapes: input `(N, C, H, W)`, output `(N, K, H_out, W_out)` with
    `H_out = (H - 1)·stride + dilation·(h - 1) + 1 - 2·padding`, weight `(C, K, h, w)`, bias `(K,)`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the padding cuts everything off or when the
    input is not `(N, C, H, W)`.

    >>> ConvTranspose2D("deconv", (8, 14, 14), n_filters=3, h_filter=2, w_filter=2, stride=2)(
    ...     np.zeros((2, 8, 14, 14), np.float32)
    ... ).shape
    (2, 3, 28, 28)
    """

    Settings = ConvTranspose2DSettings
    settings: ConvTranspose2DSettings
    type_name = "Deconv2D"
    backward_uses_output = False
    deconvolution = Deconvolution(
        "convolve", "The filters of {layer} gather each value from the pixels that they wrote, without the bias."
    )

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        n_filters: int,
        h_filter: int,
        w_filter: int,
        stride: int | Pair,
        dilation: int | Pair = 1,
        padding: int | Pair = 0,
        bias: bool = True,
        dtype: type[np.floating] = np.float32,
        rng: np.random.Generator | None = None,
        initialiser: Initialiser = "uniform",
    ) -> None:
        settings = validate_settings(
            ConvTranspose2DSettings,
            name,
            filters=n_filters,
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
        fans = self.settings.fans(input_shape)
        shapes = self.settings.parameter_shapes(input_shape)
        self.named_parameters = initialise_parameters(shapes, self.settings.initialiser, fans, rng, dtype)
        self.weight = self.named_parameters["weight"]
        self.bias = self.named_parameters.get("bias")
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        filters, height, width = self.output_dim
        columns = self._weight_matrix().T @ maps_to_rows(input)
        output = col2im(columns, (len(input), filters, height, width), self._geometry)
        if self.bias is not None:
            output += self.bias.tensor[:, np.newaxis, np.newaxis]
        return output

    def backward(self, in_gradient: Array) -> Array:
        columns = im2col(in_gradient, self._geometry)
        self.weight.add_gradient(self._weight_gradient(columns))
        if self.bias is not None:
            self.bias.add_gradient(self._bias_gradient(in_gradient))
        return self._input_gradient(columns)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Convolve with the same filters, without the bias."""
        return self._input_gradient(im2col(signal, self._geometry))

    def _input_gradient(self, columns: Array) -> Array:
        """Return `∂ℓ/∂X = W ∇*`, with ∇* in `columns`."""
        return rows_to_maps(self._weight_matrix() @ columns, (self.input_dim[1], self.input_dim[2]))

    def _weight_gradient(self, columns: Array) -> Array:
        """Return `∂ℓ/∂W = X ∇*ᵀ`, with ∇* in `columns`."""
        gradient: Array = maps_to_rows(self.require_cached(self._input)) @ columns.T
        return gradient.reshape(self.weight.tensor.shape)

    def _bias_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂b = Σ ∇`."""
        gradient: Array = in_gradient.sum(axis=(0, 2, 3))
        return gradient

    def _weight_matrix(self) -> Array:
        """Return the weights as a matrix with one input channel in each row."""
        return self.weight.tensor.reshape(len(self.weight.tensor), -1)


Deconv2D = ConvTranspose2D
"""The spelling of the specifications; both names work."""
