"""Network specifications: layers with their types, names and settings, without input shapes.

Files, the builder and the command line all use `NetworkSpecification`. `infer` computes the input and output shape of
every layer, and finds problems. `build` makes the network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import (
    AppendLayers,
    ChangeSettings,
    Fix,
    Problem,
    Shape,
    SpecificationError,
    describe_count,
    describe_shape,
)
from tinyml.layers.base.inference import LayerInference, infer_stack
from tinyml.layers.base.specification import LayerSpecification, apply_fix, free_name, read_settings
from tinyml.layers.base.stack import build_stack
from tinyml.net.sequential import Sequential

MOST_LAYERS = 1000
"""Largest number of layers in a network, so that a damaged or hostile file cannot fill the memory."""


class NetworkSpecification(BaseModel):
    """The specification of a network: its layers, from the input to the output."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Without FailFast, a hostile file with many wrong layers leads to gigabytes of error messages.
    layers: Annotated[tuple[LayerSpecification, ...], FailFast()] = Field(default=(), max_length=MOST_LAYERS)


@dataclass(frozen=True)
class Inference:
    """The result of shape inference for a network.

    Attributes:
        layers: the result for each layer of the specification, in order.
        output_shape: shape of the output for one example; None if it is unknown because of a problem.
        problems: all problems, in the order of the layers.
        input_shape: shape of one example, without the batch axis; None if the data is unknown.
        target_shape: shape of the target numbers of one example; None for classes, or if the data is unknown.
    """

    layers: tuple[LayerInference, ...]
    output_shape: Shape | None
    problems: tuple[Problem, ...]
    input_shape: Shape | None = None
    target_shape: Shape | None = None

    @property
    def parameter_count(self) -> int:
        """Number of elements in all parameters of the layers with known shapes."""
        return sum(inferred.parameter_count for inferred in self.layers)


def infer(
    specification: NetworkSpecification,
    input_shape: Shape | None,
    class_count: int | None = None,
    target_shape: Shape | None = None,
) -> Inference:
    """Infer the shapes of all layers, from the input to the output.

    Arguments:
        specification: the network.
        input_shape: shape of one example, without the batch axis: `(C, H, W)` or `(D,)`; None if the data is unknown.
        class_count: number of outputs that the loss needs, one for each class; None without classes.
        target_shape: shape of the target numbers of one example; None for classes. If both are None, any output shape
            is allowed.

    Does not raise for a faulty network: each fault is a `Problem` in the result. Shapes after the first fault are
    unknown, but the types and settings of all layers are checked.

    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc"),))
    >>> infer(network, (784,)).output_shape
    (64,)
    >>> infer(network, (1, 28, 28)).problems[0].sentence
    'Linear needs a vector but receives 1×28×28.'
    """
    inferred_layers = infer_stack(specification.layers, input_shape)
    shape = inferred_layers[-1].output_shape if inferred_layers else input_shape
    problems = [inferred.problem for inferred in inferred_layers if inferred.problem is not None]
    if not inferred_layers:
        problems.append(Problem(-1, "", "The network has no layers yet. Add one from the palette."))
    elif shape is not None and target_shape is not None:
        problems.extend(_check_target_shape(inferred_layers, shape, target_shape))
    elif shape is not None and class_count is not None:
        problems.extend(_check_class_count(inferred_layers, shape, class_count))
    return Inference(inferred_layers, shape, tuple(problems), input_shape, target_shape)


def build(
    specification: NetworkSpecification,
    input_shape: Shape,
    rng: np.random.Generator | None = None,
    dtype: type[np.floating] = np.float32,
) -> Sequential:
    """Make the network that the specification describes.

    Arguments:
        specification: the network.
        input_shape: shape of one example, without the batch axis.
        rng: draws the initial parameters, and the numbers that dropout removes; by default a new generator with a
            random seed.
        dtype: dtype of the parameters.

    Raises `SpecificationError`, with one problem for each faulty layer, if it cannot be built.

    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc"),))
    >>> build(network, (784,))(np.zeros((2, 784), np.float32)).shape
    (2, 64)
    """
    return build_inferred(infer(specification, input_shape), rng, dtype)


def build_inferred(
    inference: Inference, rng: np.random.Generator | None = None, dtype: type[np.floating] = np.float32
) -> Sequential:
    """Make the network from the result of `infer`, without inferring the shapes again.

    Arguments:
        inference: the result of `infer` with an input shape.
        rng, dtype: as for `build`.

    Raises `SpecificationError` if there are problems, or if the input shape is unknown.

    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc"),))
    >>> build_inferred(infer(network, (784,)))
    Sequential([
        Linear('fc', 64 outputs),
    ])
    """
    if inference.problems:
        raise SpecificationError(inference.problems)
    if inference.input_shape is None:
        sentence = "The network cannot be built, because the input shape is unknown. Call infer with an input shape."
        raise SpecificationError((Problem(-1, "", sentence),))
    return Sequential(build_stack(inference.layers, rng or np.random.default_rng(), dtype))


def _check_class_count(inferred_layers: Sequence[LayerInference], shape: Shape, class_count: int) -> list[Problem]:
    """Compare the output shape with the number of classes."""
    if shape == (class_count,):
        return []
    last = len(inferred_layers) - 1
    ends_with = f"The network ends with {describe_shape(shape)}"
    if len(shape) != 1:
        layers: tuple[tuple[str, dict[str, Any]], ...] = (("Flatten", {}), ("Linear", {"outputs": class_count}))
        fix: Fix = AppendLayers(f"Add Flatten and Linear with {describe_count(class_count, 'output')}", layers)
        sentence = f"{ends_with} but the loss needs a vector of {class_count} numbers, one for each class."
        return [Problem(last, inferred_layers[last].specification.name, sentence, fix)]
    sentence = f"{ends_with} numbers but the loss needs {class_count}, one for each class."
    return [_wrong_length(inferred_layers, shape, class_count, sentence)]


def _check_target_shape(inferred_layers: Sequence[LayerInference], shape: Shape, target_shape: Shape) -> list[Problem]:
    """Compare the output shape with the shape of the targets."""
    if shape == target_shape:
        return []
    last, count = len(inferred_layers) - 1, math.prod(target_shape)
    if len(shape) == len(target_shape) == 1:
        numbers = describe_count(shape[0], "number")
        sentence = f"The network ends with {numbers} but each target has {count}."
        return [_wrong_length(inferred_layers, shape, count, sentence)]
    sentence = f"The network ends with {_describe_numbers(shape)} but each target is {_describe_numbers(target_shape)}."
    if len(target_shape) == 3 and len(shape) == 1 and shape != (count,):
        return [_wrong_length(inferred_layers, shape, count, sentence)]
    if len(shape) == len(target_shape) == 3 and shape[1:] == target_shape[1:]:
        maps = target_shape[0]
        conv = AppendLayers(f"Add Conv2D with {describe_count(maps, 'filter')}", (("Conv2D", {"filters": maps}),))
        return [_wrong_size(inferred_layers, shape, "filters", maps, sentence, conv)]
    fix = _reach_target_shape(shape, target_shape)
    if fix is None:
        sentence += " Layers give vectors or maps, so choose data with such targets."
    return [Problem(last, inferred_layers[last].specification.name, sentence, fix)]


def _reach_target_shape(shape: Shape, target_shape: Shape) -> AppendLayers | None:
    """Return layers that turn an output into the target's shape; None if no layer gives such a shape."""
    count, size = math.prod(target_shape), target_shape[1:]
    linear: tuple[str, dict[str, Any]] = ("Linear", {"outputs": count})
    if len(target_shape) == 1:
        label = f"Add Flatten and Linear with {describe_count(count, 'output')}"
        return AppendLayers(label, (("Flatten", {}), linear))
    if len(target_shape) != 3:
        return None
    if shape == (count,):
        return AppendLayers(f"Add Reshape to {describe_shape(size)}", (("Reshape", {"size": list(size)}),))
    label = f"Add Flatten, Linear and Reshape to {describe_shape(size)}"
    return AppendLayers(label, (("Flatten", {}), linear, ("Reshape", {"size": list(size)})))


def _describe_numbers(shape: Shape) -> str:
    return describe_count(shape[0], "number") if len(shape) == 1 else describe_shape(shape)


def _wrong_length(inferred_layers: Sequence[LayerInference], shape: Shape, count: int, sentence: str) -> Problem:
    """Return the problem that the output vector has the wrong length. The fix changes a setting or adds a Linear."""
    fix = AppendLayers(f"Add Linear with {describe_count(count, 'output')}", (("Linear", {"outputs": count}),))
    return _wrong_size(inferred_layers, shape, "outputs", count, sentence, fix)


def _wrong_size(
    inferred_layers: Sequence[LayerInference], shape: Shape, setting: str, value: int, sentence: str, otherwise: Fix
) -> Problem:
    """Return the problem of the last layer that decides the output's size by a setting, with the fix to change it.

    If no layer decides it, the problem is one of the last layer, with the fix `otherwise`.
    """
    for index in range(len(inferred_layers) - 1, -1, -1):
        inferred = inferred_layers[index]
        if (
            inferred.layer_type is not None
            and inferred.output_shape == shape
            and setting in inferred.layer_type.Settings.model_fields
        ):
            change = ChangeSettings(f"Set {setting} to {value}", {setting: value})
            return Problem(index, inferred.specification.name, sentence, change)
    return Problem(len(inferred_layers) - 1, inferred_layers[-1].specification.name, sentence, otherwise)


__all__ = [
    "MOST_LAYERS",
    "Inference",
    "LayerInference",
    "LayerSpecification",
    "NetworkSpecification",
    "apply_fix",
    "build",
    "build_inferred",
    "free_name",
    "infer",
    "read_settings",
]
