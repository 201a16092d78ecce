"""Linear: every input to every output."""

from typing import Annotated

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
    InitialiserSetting,
    Layer,
    LayerSettings,
    describe_parameters,
    initialise_parameters,
    validate_input_dim,
    validate_settings,
)


class LinearSettings(LayerSettings):
    """Settings of `Linear`."""

    family = "dense"
    summary = "every input to every output"
    formula = "y = W x + b"
    short_name = "linear"
    aliases = ("dense", "fc", "fully connected", "affine")

    outputs: Annotated[int, Field(ge=1, le=100_000, title="Outputs", description="How many numbers come out.")] = 64
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

    def describe(self) -> str:
        return describe_count(self.outputs, "output") + ("" if self.bias else " · no bias")

    def explain(self, input_shape: Shape) -> str:
        inputs, outputs = describe_count(input_shape[0], "input"), describe_count(self.outputs, "output")
        sums = f"Each of the {outputs} is" if self.outputs > 1 else "The output is"
        product = f"{self.outputs} × {input_shape[0]}"
        parameters = describe_parameters(product, self.outputs * input_shape[0], self.outputs if self.bias else 0)
        return f"{sums} a weighted sum of all {inputs}{' plus a constant' if self.bias else ''}. {parameters}"

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Linear":
        return Linear(name, input_shape[0], self.outputs, self.bias, dtype, rng, self.initialiser)


class Linear(Layer):
    """Fully connected layer.

    Formula: `Y = X Wᵀ + b`. With ∇ = ∂ℓ/∂Y (seed 002, Law 1 and Law 2):
    `∂ℓ/∂W = ∇ᵀ X`, `∂ℓ/∂b = Σ_n ∇_n`, `∂ℓ/∂X = ∇ W`.

    Arguments:
        name: how the layer is called.
        input_dim: numbers that come in (D), at least 1.
        output_dim: numbers that go out (K), at least 1.
        bias: add `b`.
        dtype: of the parameters.
        rng: source of the initial values; the shared generator by default.
        initialiser: how they are drawn (`tinyml.core.initial_weight`); by default uniform in ±1/sqrt(D).

    Shapes: input `(N, D)`, output `(N, K)`, weight `(K, D)`, bias `(K,)`.

    Raises `ShapeError` when the input is not `(N, D)`.

    >>> Linear("fc", 784, 10)(np.zeros((2, 784), np.float32)).shape
    (2, 10)
    """

    Settings = LinearSettings
    backward_uses_output = False

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
        super().__init__(name, settings)
        self.input_dim, self.output_dim = validate_input_dim(name, input_dim), settings.outputs
        shapes, fans = settings.parameter_shapes(self.input_dim), Fans(self.input_dim[0], settings.outputs)
        self.named_parameters = initialise_parameters(shapes, settings.initialiser, fans, rng, dtype)
        # By columns in memory, as the products below read and write it fastest.
        self.weight = Parameter(np.asfortranarray(self.named_parameters["weight"].tensor))
        self.named_parameters["weight"] = self.weight
        self.bias = self.named_parameters.get("bias")
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        self._input = input = self.validate_input(input, self.input_dim)
        workspace_array = (
            None
            if self.workspace is None
            else self.workspace_array("output", (len(input), self.output_dim), input.dtype)
        )
        output = multiply(input, self.weight.tensor.T, out=workspace_array)
        if self.bias is not None:
            output += self.bias.tensor
        return output

    def backward(self, in_gradient: Array) -> Array:
        self.accumulate_parameter_gradients(in_gradient)
        return multiply(
            in_gradient, self.weight.tensor, out=self.workspace_array_like("gradient", self.require_cached(self._input))
        )

    def accumulate_parameter_gradients(self, in_gradient: Array) -> None:
        self.weight.add_product(in_gradient.T, self.require_cached(self._input))
        if self.bias is not None:
            self.bias.add_gradient(sum_columns(in_gradient))
