"""Flatten: turns maps into one vector."""

import math

import numpy as np

from tinyml.core import Array, Shape, ShapeError, describe_count, describe_shape
from tinyml.core.windows import batch_to_end, batch_to_front, is_batch_last
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, pytorch_call


class FlattenSettings(LayerSettings):
    """`Flatten` has no settings."""

    family = "dense"
    summary = "turns maps into one vector"
    formula = "y = all numbers of x in a row"
    short_name = "flatten"
    aliases = ("vectorise", "unroll")

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def operations(self, input_shape: Shape) -> int:
        return 0

    def explain(self, input_shape: Shape) -> str:
        count = describe_count(math.prod(input_shape), "number")
        return (
            f"Turns the {describe_shape(input_shape)} input into one vector of {count}, map after map and row "
            "after row. It has no parameters."
        )

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return pytorch_call("nn.Flatten")


class Flatten(Layer):
    """Turn each example into a vector.

    Formula: `y[n, (c·H + h)·W + w] = x[n, c, h, w]`.

    Arguments:
        name: name of the layer.

    Shapes: input `(N, …)`, output `(N, D)` with D the product of the other sizes. The vector does not depend on the
    memory order of the input.

    Raises `ShapeError` when the input has no axis except the batch.

    >>> Flatten("flatten")(np.zeros((2, 16, 4, 4))).shape
    (2, 256)
    """

    Settings = FlattenSettings
    batch_separable = True
    deconvolution = Deconvolution("maps", "{layer} puts each number back to its pixel.")

    def __init__(self, name: str) -> None:
        super().__init__(name, FlattenSettings())

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self._input: Array | None = None

    def forward(self, input: Array) -> Array:
        if input.ndim < 2:
            raise ShapeError(
                f"Layer '{self.name}' needs an input of shape (N, …) but received {input.shape}; "
                "N is the number of examples."
            )
        self._input = input
        # Most layers return arrays with the batch axis last in memory. Nothing is copied for these.
        return batch_to_front(batch_to_end(input).reshape(math.prod(input.shape[1:]), len(input)))

    def backward(self, in_gradient: Array) -> Array:
        input = self.require_cached(self._input)
        gradient = in_gradient.reshape(input.shape)
        if is_batch_last(gradient) == is_batch_last(input):
            return gradient
        # The layers before this one work in the memory order of the input.
        reordered = np.empty_like(input, in_gradient.dtype)
        reordered[...] = gradient
        return reordered

    def input_gradient(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        """Put each number back to its pixel."""
        return signal.reshape(recorded_input.shape)
