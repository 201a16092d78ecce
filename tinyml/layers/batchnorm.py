"""BatchNorm1D and BatchNorm2D: shift and scale every feature to mean 0 and variance 1."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeType, InsertBefore, Parameter, Shape, ShapeError, describe_count, describe_shape
from tinyml.layers.base import (
    Deconvolution,
    Layer,
    LayerSettings,
    PyTorchModule,
    pytorch_call,
    require_maps,
    validate_input_dim,
    validate_settings,
)

_PYTORCH_DEFAULTS = {"eps": 1e-5, "momentum": 0.1}


class BatchNormSettings(LayerSettings):
    """Settings that both batch normalisations share."""

    family = "regularisation"
    aliases = ("bn", "batch normalisation", "batch normalization")
    feature: ClassVar[str]
    """What is normalised: "number" or "map"."""

    eps: Annotated[
        float,
        Field(ge=1e-12, le=1, title="Epsilon", description="Added to the variance, so that no value is divided by 0."),
    ] = 1e-5
    momentum: Annotated[
        float,
        Field(ge=0, le=1, title="Momentum", description="Share of each batch in the statistics used for prediction."),
    ] = 0.1

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"weight": input_shape[:1], "bias": input_shape[:1]}

    def buffer_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"running_mean": input_shape[:1], "running_var": input_shape[:1]}

    def operations(self, input_shape: Shape) -> int:
        # A subtraction and a multiplication to normalise, a multiplication and an addition to scale and shift.
        return 4 * math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        features = describe_count(input_shape[0], self.feature)
        subject = f"Each of the {features}" if input_shape[0] > 1 else f"The {self.feature}"
        return (
            f"{subject} is shifted and scaled to mean 0 and variance 1, over the batch while training and by running "
            "statistics in prediction, then multiplied by a trainable weight and shifted by a trainable bias. "
            f"2 × {input_shape[0]} = {describe_count(2 * input_shape[0], 'parameter')}."
        )


class BatchNorm1DSettings(BatchNormSettings):
    """Settings of `BatchNorm1D`."""

    summary = "scales numbers to mean 0, variance 1"
    formula = "y = w (x − mean) / √{variance + ε} + b"
    short_name = "batchnorm1d"
    feature = "number"

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(
                f"BatchNorm1D needs a vector but receives {describe_shape(input_shape)}. Use BatchNorm2D for maps.",
                InsertBefore("Flatten", {}),
            )
        return input_shape

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        named = {"eps": self.eps, "momentum": self.momentum}
        return pytorch_call("nn.BatchNorm1d", input_shape[0], defaults=_PYTORCH_DEFAULTS, **named)


class BatchNorm2DSettings(BatchNormSettings):
    """Settings of `BatchNorm2D`."""

    summary = "scales maps to mean 0, variance 1"
    formula = "y_c = w_c (x_c − mean_c) / √{variance_c + ε} + b_c"
    short_name = "batchnorm"
    feature = "map"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps("BatchNorm2D", input_shape, ChangeType("BatchNorm1D") if len(input_shape) == 1 else None)
        return input_shape

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        named = {"eps": self.eps, "momentum": self.momentum}
        return pytorch_call("nn.BatchNorm2d", input_shape[0], defaults=_PYTORCH_DEFAULTS, **named)


class _Pass(NamedTuple):
    """What `backward` needs of a forward pass.

    Attributes:
        normalised: x̂, the normalised input.
        inverse: 1 / sqrt(σ² + eps) of each feature.
        from_batch: True if mean and variance are those of the batch.
    """

    normalised: Array
    inverse: Array
    from_batch: bool


class BatchNorm(Layer):
    """Normalisation over all axes except the features: the part that both layers share (Ioffe & Szegedy 2015).

    With ∇ = ∂ℓ/∂y, and m values of each feature in the batch, the gradients are
    `∂ℓ/∂w = Σ ∇·x̂`, `∂ℓ/∂b = Σ ∇`, `∂ℓ/∂x = w / sqrt(σ² + eps)·(∇ - mean(∇) - x̂·mean(∇·x̂))`.
    In prediction the layer is linear, so `∂ℓ/∂x = ∇·w / sqrt(σ² + eps)`.

    The input is `(N, features, …)`.
    """

    settings: BatchNormSettings
    deconvolution = Deconvolution(
        "scale", "{layer} multiplies each feature by the number that it was multiplied by in the forward pass."
    )

    @abstractmethod  # the constructor of each of the two layers has its own arguments
    def __init__(self, name: str, settings: BatchNormSettings, input_shape: Shape, dtype: type[np.floating]) -> None:
        super().__init__(name, settings, input_shape, dtype=dtype)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.eps, self.momentum = self.settings.eps, self.settings.momentum
        self.input_dim = input_shape
        self.output_shape(input_shape)
        features = input_shape[0]
        self.weight = self.named_parameters["weight"] = Parameter(np.ones(features, dtype))
        self.bias = self.named_parameters["bias"] = Parameter(np.zeros(features, dtype))
        self.running_mean = self.named_buffers["running_mean"] = np.zeros(features, dtype)
        self.running_var = self.named_buffers["running_var"] = np.ones(features, dtype)
        self._axes = (0, *range(2, len(input_shape) + 1))
        self._last_pass: _Pass | None = None

    def forward(self, input: Array) -> Array:
        input = self.validate_input(input, self.input_dim)
        values = input.size // len(self.weight.tensor)
        from_batch = self.training and values > 1
        if from_batch:
            mean = input.mean(axis=self._axes)
            normalised = input - self._along(mean)
            variance = np.square(normalised).mean(axis=self._axes)
            self._update_running(mean, variance * (values / (values - 1)))
        else:
            variance = self.running_var
            normalised = input - self._along(self.running_mean)
        inverse = 1 / np.sqrt(variance + self.eps)
        normalised *= self._along(inverse)
        self._last_pass = _Pass(normalised, inverse, from_batch)
        output = normalised * self._along(self.weight.tensor)
        output += self._along(self.bias.tensor)
        return output

    def backward(self, in_gradient: Array) -> Array:
        weight_gradient, bias_gradient = self._weight_gradient(in_gradient), self._bias_gradient(in_gradient)
        self.weight.add_gradient(weight_gradient)
        self.bias.add_gradient(bias_gradient)
        return self._input_gradient(in_gradient, weight_gradient, bias_gradient)

    def _weight_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂w = Σ ∇·x̂`."""
        gradient: Array = (in_gradient * self.require_cached(self._last_pass).normalised).sum(axis=self._axes)
        return gradient

    def _bias_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂b = Σ ∇`."""
        gradient: Array = in_gradient.sum(axis=self._axes)
        return gradient

    def _input_gradient(self, in_gradient: Array, weight_gradient: Array, bias_gradient: Array) -> Array:
        """Return `∂ℓ/∂x`; mean(∇) and mean(∇·x̂) are the bias and the weight gradient divided by m."""
        normalised, inverse, from_batch = self.require_cached(self._last_pass)
        scale = self._along(self.weight.tensor * inverse)
        if not from_batch:
            return in_gradient * scale
        values = in_gradient.size // len(inverse)
        gradient = in_gradient - self._along(bias_gradient / values)
        gradient -= normalised * self._along(weight_gradient / values)
        gradient *= scale
        return gradient

    def _update_running(self, mean: Array, variance: Array) -> None:
        """Move the running statistics towards those of a batch, in place."""
        for running, batch in ((self.running_mean, mean), (self.running_var, variance)):
            running *= 1 - self.momentum
            running += self.momentum * batch

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Multiply each feature by the factor of the prediction, without the bias."""
        return signal * self._along(self.weight.tensor / np.sqrt(self.running_var + self.eps))

    def _along(self, features: Array) -> Array:
        """Return one number for each feature in a shape that NumPy combines with the input."""
        return features.reshape(-1, *[1] * (len(self.input_dim) - 1))


class BatchNorm1D(BatchNorm):
    """Batch normalisation of vectors (Ioffe & Szegedy 2015).

    Formula: `y = w·x̂ + b` with `x̂ = (x - μ) / sqrt(σ² + eps)`. While training, μ and σ² are mean and variance of each
    number over the batch. For prediction they are the running ones: after each training batch
    `running = (1 - momentum)·running + momentum·batch`, the batch's variance there being `Σ (x - μ)² / (m - 1)` over
    its m values. The derivative includes that μ and σ² depend on x while training.

    One difference from PyTorch: a batch with a single value for each number has no variance. PyTorch refuses it. Here
    the running statistics normalise it, and do not change.

    In prediction the layer multiplies each number by one factor and adds another. A deconvnet multiplies its signal by
    the factor and leaves out the other, as it leaves out the bias of a Linear.

    Arguments:
        name: name of the layer.
        input_dim: number of inputs (D), at least 1.
        eps: added to the variance, 1e-12 to 1.
        momentum: share of each batch in the running statistics, 0 to 1.
        dtype: of the parameters and buffers.

    Shapes: input and output `(N, D)`; weight, bias, running_mean and running_var `(D,)`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the input is not `(N, D)`.

    >>> BatchNorm1D("norm", 1, eps=1e-12)(np.array([[1.0], [3.0]], np.float32))
    array([[-1.],
           [ 1.]], dtype=float32)
    """

    Settings = BatchNorm1DSettings

    def __init__(
        self, name: str, input_dim: int, eps: float = 1e-5, momentum: float = 0.1, dtype: type[np.floating] = np.float32
    ) -> None:
        settings = validate_settings(BatchNorm1DSettings, name, eps=eps, momentum=momentum)
        super().__init__(name, settings, validate_input_dim(name, input_dim), dtype)


class BatchNorm2D(BatchNorm):
    """Batch normalisation of maps (Ioffe & Szegedy 2015).

    Formula: `y = w·x̂ + b` with `x̂ = (x - μ) / sqrt(σ² + eps)`. While training, μ and σ² are mean and variance of each
    map over the batch, the rows and the columns. For prediction they are the running ones: after each training batch
    `running = (1 - momentum)·running + momentum·batch`, the batch's variance there being `Σ (x - μ)² / (m - 1)` over
    its m values. The derivative includes that μ and σ² depend on x while training.

    One difference from PyTorch: a batch with a single value for each map has no variance. PyTorch refuses it. Here the
    running statistics normalise it, and do not change.

    In prediction the layer multiplies each map by one number and adds another. A deconvnet multiplies its signal by the
    first number and leaves out the second, as it leaves out the bias of a convolution.

    Arguments:
        name: name of the layer.
        input_dim: (C, H, W) of one example.
        eps: added to the variance, 1e-12 to 1.
        momentum: share of each batch in the running statistics, 0 to 1.
        dtype: of the parameters and buffers.

    Shapes: input and output `(N, C, H, W)`; weight, bias, running_mean and running_var `(C,)`.

    Raises `SettingsError` for an impossible argument, `ShapeError` when the input is not `(N, C, H, W)`.

    >>> BatchNorm2D("norm", (8, 4, 4))(np.ones((2, 8, 4, 4), np.float32)).shape
    (2, 8, 4, 4)
    """

    Settings = BatchNorm2DSettings

    def __init__(
        self,
        name: str,
        input_dim: Sequence[int],
        eps: float = 1e-5,
        momentum: float = 0.1,
        dtype: type[np.floating] = np.float32,
    ) -> None:
        settings = validate_settings(BatchNorm2DSettings, name, eps=eps, momentum=momentum)
        super().__init__(name, settings, validate_input_dim(name, input_dim), dtype)
