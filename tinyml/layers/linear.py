"""Linear: connects every input to every output."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from tinyml.core import (
    Array,
    Fans,
    Initialiser,
    InsertBefore,
    Parameter,
    Shape,
    ShapeError,
    describe_count,
    describe_shape,
)
from tinyml.core.products import multiply, sum_columns
from tinyml.layers.base import (
    Deconvolution,
    InitialiserSetting,
    Layer,
    LayerSettings,
    PyTorchModule,
    describe_parameters,
    initialise_parameters,
    pytorch_call,
    validate_input_dim,
    validate_settings,
)


class LinearSettings(LayerSettings):
    """Settings of `Linear`."""

    family = "dense"
    summary = "connects every input to every output"
    formula = "y = W x + b"
    short_name = "linear"
    aliases = ("dense", "fc", "fully connected", "affine")

    outputs: Annotated[int, Field(ge=1, le=100_000, title="Outputs", description="Number of output values.")] = 64
    bias: Annotated[bool, Field(title="Bias", description="Add a trainable constant to each output.")] = True
    initialiser: InitialiserSetting = "uniform"

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(
                f"Linear needs a vector but receives {describe_shape(input_shape)}.", InsertBefore("Flatten", {})
            )
        return (self.outputs,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.outputs, input_shape[0])}
        if self.bias:
            shapes["bias"] = (self.outputs,)
        return shapes

    def operations(self, input_shape: Shape) -> int:
        return 2 * input_shape[0] * self.outputs + (self.outputs if self.bias else 0)

    def reads_whole_input(self, input_shape: Shape) -> bool:
        return True

    def describe(self) -> str:
        return describe_count(self.outputs, "output") + ("" if self.bias else " · no bias")

    def explain(self, input_shape: Shape) -> str:
        inputs, outputs = describe_count(input_shape[0], "input"), describe_count(self.outputs, "output")
        sums = f"Each of the {outputs} is" if self.outputs > 1 else "The output is"
        product = f"{self.outputs} × {input_shape[0]}"
        parameters = describe_parameters(product, self.outputs * input_shape[0], self.outputs if self.bias else 0)
        return f"{sums} a weighted sum of all {inputs}{' plus a constant' if self.bias else ''}. {parameters}"

    def constructor_arguments(self) -> dict[str, Any]:
        return {"output_dim": self.outputs, "bias": self.bias, "initialiser": self.initialiser}

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Linear", input_shape[0], self.outputs, defaults={"bias": True}, bias=self.bias)


class Linear(Layer):
    """Fully connected layer.

    Formula: `Y = X Wᵀ + b`. With ∇ = ∂ℓ/∂Y (specification 002, Law 1 and Law 2):
    `∂ℓ/∂W = ∇ᵀ X`, `∂ℓ/∂b = Σ_n ∇_n`, `∂ℓ/∂X = ∇ W`.

    Arguments:
        name: name of the layer.
        input_dim: number of inputs (D), at least 1.
        output_dim: number of outputs (K), at least 1.
        bias: True adds `b`.
        dtype: of the parameters.
        rng: random generator for the initial values; the shared generator by default.
        initialiser: how the initial values are drawn (`tinyml.core.initial_weight`); uniform in ±1/sqrt(D) by default.

    Shapes: input `(N, D)`, output `(N, K)`, weight `(K, D)`, bias `(K,)`.

    Raises `ShapeError` when the input is not `(N, D)`.

    >>> Linear("fc", 784, 10)(np.zeros((2, 784), np.float32)).shape
    (2, 10)
    """

    Settings = LinearSettings
    settings: LinearSettings
    backward_uses_output = False
    deconvolution = Deconvolution(
        "weights transposed",
        "The weights of {layer} spread each value over the numbers that they read, without the bias.",
        caption="{layer}ᵀ",
    )

    def __init__(
        self,
        name: str,
        input_dim: int,
        output_dim: int,
        bias: bool = True,
        dtype: type[np.floating] = np.float32,
        rng: np.random.Generator | None = None,
        initialiser: Initialiser = "uniform",
    ) -> None:
        settings = validate_settings(LinearSettings, name, outputs=output_dim, bias=bias, initialiser=initialiser)
        super().__init__(name, settings, validate_input_dim(name, input_dim), rng, dtype)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.input_dim, self.output_dim = input_shape, self.settings.outputs
        shapes, fans = self.settings.parameter_shapes(input_shape), Fans(input_shape[0], self.output_dim)
        self.named_parameters = initialise_parameters(shapes, self.settings.initialiser, fans, rng, dtype)
        # Column by column in memory: the products below read and write this order fastest.
        self.weight = Parameter(np.asfortranarray(self.named_parameters["weight"].tensor))
        self.named_parameters["weight"] = self.weight
        self.bias = self.named_parameters.get("bias")
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        memory = self.workspace_array("output", (len(input), self.output_dim), input.dtype)
        output = multiply(input, self.weight.tensor.T, out=memory)
        if self.bias is not None:
            output += self.bias.tensor
        return output

    def backward(self, in_gradient: Array) -> Array:
        self.accumulate_parameter_gradients(in_gradient)
        return self._input_gradient(in_gradient)

    def accumulate_parameter_gradients(self, in_gradient: Array) -> None:
        # ∂ℓ/∂W = ∇ᵀ X, written straight into the gradient of the weights.
        self.weight.add_product(in_gradient.T, self.require_cached(self._input))
        if self.bias is not None:
            self.bias.add_gradient(self._bias_gradient(in_gradient))

    def _input_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂X = ∇ W`."""
        memory = self.workspace_array_like("gradient", self.require_cached(self._input))
        return multiply(in_gradient, self.weight.tensor, out=memory)

    def _bias_gradient(self, in_gradient: Array) -> Array:
        """Return `∂ℓ/∂b = Σ_n ∇_n`."""
        return sum_columns(in_gradient)

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Multiply by the same weights transposed: `∂ℓ/∂X = ∇ W`."""
        return multiply(signal, self.weight.tensor)
