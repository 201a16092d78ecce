"""The least work of each layer: floating-point operations, and bytes to and from memory.

Together with the rates of a machine (`machine.Limits`) this gives the least time of a layer. The model is simple:

- One multiplication and one addition count as two operations. Products with the zeros of a padding count too.
- Every array is read or written once. The model ignores caches, so a layer whose arrays stay in a cache can be faster
  than its "least time". It also ignores that neighbouring layers could be fused.
- The loss is left out, because it uses only a few numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.machine import Limits
from tinyml.core import Shape
from tinyml.layers.base.inference import LayerInference

NUMBER_BYTES = 4
"""Bytes of a float32."""

_BY_NUMBER = {"ReLu": 1, "Tanh": 1}
"""Operations for each number of an element-wise layer; a function such as tanh counts as one operation."""


@dataclass(frozen=True)
class Cost:
    """Floating-point operations, and bytes read or written."""

    operations: int = 0
    bytes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.operations + other.operations, self.bytes + other.bytes)

    def least_seconds(self, limits: Limits) -> float:
        """Return the least time in seconds: the time for the operations or for the bytes, the longer of both.

        >>> Cost(operations=200, bytes=10).least_seconds(Limits(threads=1, operations=100.0, bytes=10.0))
        2.0
        """
        return max(self.operations / limits.operations, self.bytes / limits.bytes)


@dataclass(frozen=True)
class LayerCost:
    """The cost of one training step in one layer.

    Attributes:
        name: name of the layer.
        forward: cost of the forward pass.
        to_weights: cost of the gradients of the parameters.
        to_input: cost of the gradient of the input; zero if no layer below has parameters.
        update: cost of the optimiser's step.
    """

    name: str
    forward: Cost
    to_weights: Cost
    to_input: Cost
    update: Cost

    @property
    def training(self) -> Cost:
        """The sum of all parts."""
        return self.forward + self.to_weights + self.to_input + self.update

    def least_backward_seconds(self, limits: Limits) -> float:
        """Return the least time of both gradients, one after the other, in seconds."""
        return self.to_weights.least_seconds(limits) + self.to_input.least_seconds(limits)


def network_cost(
    inferred_layers: Sequence[LayerInference], batch: int, momentum: bool = False
) -> tuple[LayerCost, ...]:
    """Count the cost of one training step, layer by layer.

    Arguments:
        inferred_layers: the layers with their shapes (`tinyml.layers.base.inference.infer_stack`).
        batch: number of examples in the batch.
        momentum: True if gradient descent stores a velocity for every parameter.

    Raises `ValueError` for a layer type that the model does not know.
    """
    costs = []
    learns_below = False
    for inferred in inferred_layers:
        costs.append(_layer_cost(inferred, batch, momentum, learns_below))
        learns_below = learns_below or inferred.parameter_count > 0
    return tuple(costs)


def total(costs: Sequence[Cost]) -> Cost:
    """Add up costs.

    >>> total([Cost(1, 2), Cost(10, 20)])
    Cost(operations=11, bytes=22)
    """
    return sum(costs, Cost())


def _layer_cost(inferred: LayerInference, batch: int, momentum: bool, learns_below: bool) -> LayerCost:
    kind = inferred.specification.type
    if inferred.input_shape is None or inferred.output_shape is None:
        raise ValueError(f"The shapes of layer '{inferred.specification.name}' are unknown.")
    if kind in ("Conv2D", "Linear"):
        parts = _weighted(inferred.parameter_shapes, inferred.input_shape, inferred.output_shape, batch)
    elif kind == "MaxPool2D":
        parts = _max_pool(inferred.settings.window, inferred.input_shape, inferred.output_shape, batch)  # type: ignore[union-attr]
    elif kind == "Flatten":
        parts = Cost(), Cost(), Cost()  # the same numbers under another shape
    elif kind in _BY_NUMBER:
        parts = _by_number(_BY_NUMBER[kind], math.prod(inferred.output_shape) * batch)
    else:
        raise ValueError(f"The cost model does not know the layer type {kind}.")
    forward, to_weights, to_input = parts
    update = _update(inferred.parameter_count, momentum)
    return LayerCost(inferred.specification.name, forward, to_weights, to_input if learns_below else Cost(), update)


def _weighted(
    parameters: dict[str, Shape], input_shape: Shape, output_shape: Shape, batch: int
) -> tuple[Cost, Cost, Cost]:
    """Count a layer that applies all its weights at each position of its output: Conv2D, and Linear with one position.

    The three products (output, gradient of the weights, gradient of the input) have the same number of factors.
    """
    weight, bias = math.prod(parameters["weight"]), math.prod(parameters.get("bias", (0,)))
    positions = math.prod(output_shape[1:]) * batch
    product, additions = 2 * weight * positions, bias * positions
    inputs, outputs = math.prod(input_shape) * batch, math.prod(output_shape) * batch
    return (
        Cost(product + additions, NUMBER_BYTES * (inputs + weight + bias + outputs)),
        Cost(product + additions, NUMBER_BYTES * (outputs + inputs + weight + bias)),
        Cost(product, NUMBER_BYTES * (outputs + weight + inputs)),
    )


def _max_pool(window: tuple[int, int], input_shape: Shape, output_shape: Shape, batch: int) -> tuple[Cost, Cost, Cost]:
    """Count the comparisons. The position of each maximum takes one byte."""
    inputs, outputs = math.prod(input_shape) * batch, math.prod(output_shape) * batch
    compare = Cost(outputs * (math.prod(window) - 1), NUMBER_BYTES * (inputs + outputs) + outputs)
    return compare, Cost(), Cost(0, NUMBER_BYTES * (outputs + inputs) + outputs)


def _by_number(operations: int, numbers: int) -> tuple[Cost, Cost, Cost]:
    """Count an element-wise layer; its derivative is computed from its output."""
    forward = Cost(operations * numbers, NUMBER_BYTES * 2 * numbers)
    return forward, Cost(), Cost(operations * numbers, NUMBER_BYTES * 3 * numbers)


def _update(parameters: int, momentum: bool) -> Cost:
    """Count `v = momentum · v - rate · gradient; w += v`, or the same without a velocity."""
    operations, moves = (4, 5) if momentum else (2, 3)
    return Cost(operations * parameters, NUMBER_BYTES * moves * parameters)
