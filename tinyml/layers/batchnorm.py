"""BatchNorm1D and BatchNorm2D: every feature to mean 0 and variance 1."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeType, InsertBefore, Parameter, Shape, ShapeError, describe_count, describe_shape
from tinyml.layers.base import Layer, LayerSettings, require_maps, validate_input_dim, validate_settings


class BatchNormSettings(LayerSettings):
    """What the settings of both kinds share."""

    family = "regularisation"
    aliases = ("bn", "batch normalisation", "batch normalization")
    thing: ClassVar[str]
    """What is normalised: "number" or "map"."""

    eps: Annotated[
        float,
        Field(ge=1e-12, le=1, title="Epsilon", description="Added to the variance, so that nothing is divided by 0."),
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
        # A subtraction and a multiplication to normalise, another one and an addition to scale and shift.
        return 4 * math.prod(input_shape)

    def explain(self, input_shape: Shape) -> str:
        features = describe_count(input_shape[0], self.thing)
        subject = f"Each of the {features}" if input_shape[0] > 1 else f"The {self.thing}"
        return (
            f"{subject} is shifted and scaled to mean 0 and variance 1, over the batch while training and by running "
            "statistics in prediction, then multiplied by a trainable weight and shifted by a trainable bias. "
            f"2 × {input_shape[0]} = {describe_count(2 * input_shape[0], 'parameter')}."
        )


class BatchNorm1DSettings(BatchNormSettings):
    """Settings of `BatchNorm1D`."""

    summary = "numbers to mean 0, variance 1"
    formula = "y = w (x − mean) / √(variance + ε) + b"
    short_name = "batchnorm1d"
    thing = "number"

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(
                f"BatchNorm1D needs a vector but receives {describe_shape(input_shape)}. For maps there is "
                "BatchNorm2D.",
                InsertBefore("Flatten", {}),
            )
        return input_shape

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "BatchNorm1D":
        return BatchNorm1D(name, input_shape[0], self.eps, self.momentum, dtype)


class BatchNorm2DSettings(BatchNormSettings):
    """Settings of `BatchNorm2D`."""

    summary = "maps to mean 0, variance 1"
    formula = "y_c = w_c (x_c − mean_c) / √(variance_c + ε) + b_c"
    short_name = "batchnorm"
    thing = "map"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps("BatchNorm2D", input_shape, ChangeType("BatchNorm1D") if len(input_shape) == 1 else None)
        return input_shape

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "BatchNorm2D":
        return BatchNorm2D(name, input_shape, self.eps, self.momentum, dtype)


class _Kept(NamedTuple):
    """What `backward` needs: the normalised input, what it was divided by, and whether the batch decided that."""

    normalised: Array
    inverse: Array
    from_batch: bool


class BatchNorm(Layer):
    """What both kinds share: the arithmetic over all axes but that of the features (Ioffe & Szegedy 2015).

    With ∇ = ∂ℓ/∂y, and m values of each feature in the batch, the gradients are
    `∂ℓ/∂w = Σ ∇·x̂`, `∂ℓ/∂b = Σ ∇`, `∂ℓ/∂x = w / sqrt(σ² + eps)·(∇ - mean(∇) - x̂·mean(∇·x̂))`.
    In prediction the layer is linear, so `∂ℓ/∂x = ∇·w / sqrt(σ² + eps)`.

    A subclass shapes the input as `(N, features, …)`.
    """

    @abstractmethod  # each of the two kinds reads its own arguments
    def __init__(self, name: str, settings: BatchNormSettings, input_dim: Shape, dtype: type[np.floating]) -> None:
        super().__init__(name, settings)
        self.eps, self.momentum = settings.eps, settings.momentum
        self.input_dim = input_dim
        self.output_shape(input_dim)
        self.weight = self.named_parameters["weight"] = Parameter(np.ones(input_dim[0], dtype))
        self.bias = self.named_parameters["bias"] = Parameter(np.zeros(input_dim[0], dtype))
        self.running_mean = self.named_buffers["running_mean"] = np.zeros(input_dim[0], dtype)
        self.running_var = self.named_buffers["running_var"] = np.ones(input_dim[0], dtype)
        self._axes = (0, *range(2, len(input_dim) + 1))
        self._kept: _Kept | None = None

    def forward(self, input: Array) -> Array:
        input = self.validate_input(input, self.input_dim)
        values = input.size // len(self.weight.tensor)
        from_batch = self.training and values > 1
        if from_batch:
            mean = input.mean(axis=self._axes)
            normalised = input - self._along(mean)
            variance = np.square(normalised).mean(axis=self._axes)
            self._remember(mean, variance * (values / (values - 1)))
        else:
            variance = self.running_var
            normalised = input - self._along(self.running_mean)
        inverse = 1 / np.sqrt(variance + self.eps)
        normalised *= self._along(inverse)
        self._kept = _Kept(normalised, inverse, from_batch)
        output = normalised * self._along(self.weight.tensor)
        output += self._along(self.bias.tensor)
        return output

    def backward(self, in_gradient: Array) -> Array:
        normalised, inverse, from_batch = self.require_cached(self._kept)
        along_normalised = (in_gradient * normalised).sum(axis=self._axes)
        along_ones = in_gradient.sum(axis=self._axes)
        self.weight.gradient += along_normalised
        self.bias.gradient += along_ones
        scale = self._along(self.weight.tensor * inverse)
        if not from_batch:
            return in_gradient * scale
        # The mean and the variance depend on every value, so what is common to all values has no effect.
        values = in_gradient.size // len(inverse)
        gradient = in_gradient - self._along(along_ones / values)
        gradient -= normalised * self._along(along_normalised / values)
        gradient *= scale
        return gradient

    def _remember(self, mean: Array, variance: Array) -> None:
        """Move the running statistics towards those of a batch, in place."""
        for running, batch in ((self.running_mean, mean), (self.running_var, variance)):
            running *= 1 - self.momentum
            running += self.momentum * batch

    def _along(self, features: Array) -> Array:
        """Lay one number for each feature along the feature axis of the input."""
        return features.reshape(-1, *[1] * (len(self.input_dim) - 1))


class BatchNorm1D(BatchNorm):
    """Batch normalisation of vectors (Ioffe & Szegedy 2015).

    Formula: `y = w·x̂ + b` with `x̂ = (x - μ) / sqrt(σ² + eps)`. While training, μ and σ² are mean and variance of each
    number over the batch. For prediction they are the running ones: after each training batch
    `running = (1 - momentum)·running + momentum·batch`, the batch's variance there being `Σ (x - μ)² / (m - 1)` over
    its m values. The derivative is that of the whole: while training, μ and σ² depend on x too.

    As in PyTorch, but for one thing: a batch with a single value for each number has no variance. PyTorch refuses
    it; here the running statistics normalise it, and stay as they are.

    A deconvnet has no way back through it, since it starts from maps.

    Arguments:
        name: how the layer is called.
        input_dim: numbers that come in (D), at least 1.
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
    its m values. The derivative is that of the whole: while training, μ and σ² depend on x too.

    As in PyTorch, but for one thing: a batch with a single value for each map has no variance. PyTorch refuses
    it; here the running statistics normalise it, and stay as they are.

    In prediction the layer multiplies each map by a number and adds another. As with the filters of a convolution and
    their bias, a deconvnet multiplies its signal by the first and leaves out the second.

    Arguments:
        name: how the layer is called.
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
    deconvolution = "scale"

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

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Multiply each map by what prediction multiplies it by, without adding anything."""
        return signal * self._along(self.weight.tensor / np.sqrt(self.running_var + self.eps))
