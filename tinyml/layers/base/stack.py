"""Stacks of layers: construction, checks, shapes and the forward pass.

A network is a stack, and so is the inside of a layer that holds layers (`Residual`). Everything here is for both.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from tinyml.core import Array, SettingsError, Shape, TinymlError
from tinyml.layers.base.inference import LayerInference
from tinyml.layers.base.layer import Layer
from tinyml.layers.base.registry import layer_types
from tinyml.layers.base.settings import UnknownShapeError


def build_stack(
    inferred_layers: Iterable[LayerInference], rng: np.random.Generator, dtype: type[np.floating]
) -> list[Layer]:
    """Make the layers of a stack without problems.

    Arguments:
        inferred_layers: the result of `infer_stack`.
        rng: random generator for the parameters, which are drawn in the order of the layers.
        dtype: of the parameters.
    """
    return [
        inferred.layer_type.from_settings(
            inferred.specification.name, inferred.settings, inferred.input_shape, rng, dtype
        )
        for inferred in inferred_layers
        if inferred.layer_type is not None and inferred.settings is not None and inferred.input_shape is not None
    ]


def forward_through(layer: Layer, input: Array, pending_pools: list[Layer]) -> Array:
    """Run one layer of a stack.

    Arguments:
        layer: the layer.
        input: `(N, …)`.
        pending_pools: the pooling layers before it that no layer has undone yet; changed in place. It holds layers, not
            switches, because most networks never need the switches and they take time.

    Raises `TinymlError` when the layer undoes a pooling and `pending_pools` is empty.
    """
    if layer.settings.paired_pooling is None:
        result: Any = layer.forward(input)
    elif pending_pools:
        result = layer.forward(input, pending_pools.pop().switches)  # type: ignore[call-arg]  # layers with a paired pooling
    else:
        raise TinymlError(
            f"Layer '{layer.name}' undoes a {layer.settings.paired_pooling}, but none before it is left to undo. "
            f"Put a {layer.settings.paired_pooling} in front of it, or remove it."
        )
    if layer.records_switches:
        pending_pools.append(layer)
    # A pooling layer with return_index=True returns a pair: output and switches.
    output: Array = result[0] if isinstance(result, tuple) else result
    return output


def copies_to_run(layers: Iterable[Layer]) -> list[Layer]:
    """Return copies of the layers in evaluation mode. They share the tensors, and have their own memory of a pass.

    So the copies can run in one thread while the layers run in another. Do not call `backward` of a copy, because it
    shares the gradients too; `input_gradient` leaves them as they are.

    Arguments:
        layers: of a stack.
    """
    copies = [copy.copy(layer) for layer in layers]
    for layer in copies:
        layer.training, layer.workspace, layer.inplace = False, None, False
    return copies


def switches_for(layer: Layer, pending_pools: list[Layer]) -> np.ndarray | None:
    """Return the switches that `forward_through` will hand to the layer; None for a layer that undoes no pooling.

    Arguments:
        layer, pending_pools: as for `forward_through`.
    """
    return pending_pools[-1].switches if layer.settings.paired_pooling is not None and pending_pools else None


def check_layers(layers: Sequence[Layer]) -> None:
    """Check that the layers of a stack are layers, that each appears once, and that their names differ.

    A layer remembers one pass only, so it would give wrong gradients if it appeared twice. Two tensors with the same
    name would overwrite each other in a file. Layers inside of layers are checked too.

    Raises `SettingsError`, with the name.

    >>> from tinyml.layers.relu import ReLU
    >>> check_layers([ReLU("relu_1"), ReLU("relu_2")])
    """
    for layer in layers:
        if not isinstance(layer, Layer):
            raise SettingsError(_describe_other(layer))
    found: set[int] = set()
    for layer in all_layers(layers):
        if id(layer) in found:
            raise SettingsError(
                f"The layer '{layer.name}' is in the network twice, but it can remember only one pass. "
                "Make another layer for the second place."
            )
        found.add(id(layer))
    _check_names(layers)


def all_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield each layer, followed by the layers inside it."""
    for layer in layers:
        yield layer
        yield from all_layers(inner_layers(layer))


def inner_layers(layer: Layer) -> list[Layer]:
    """Return the layers inside a built layer. A user's own layer may have an attribute `layers` of another kind.

    Arguments:
        layer: any layer.

    >>> from tinyml.layers.relu import ReLU
    >>> inner_layers(ReLU("relu"))
    []
    """
    inside = getattr(layer, "layers", ())
    return [each for each in inside if isinstance(each, Layer)] if isinstance(inside, list | tuple) else []


def _check_names(layers: Iterable[Layer]) -> None:
    """Check that no two layers of a stack, and no two of their tensors, have the same name."""
    names: set[str] = set()
    tensors: set[str] = set()
    for layer in layers:
        if layer.name in names:
            raise SettingsError(f"Two layers are called '{layer.name}'. Give one of them another name.")
        names.add(layer.name)
        own = {f"{layer.name}.{tensor}" for tensor in layer.named_tensors}
        if own & tensors:
            raise SettingsError(
                f"Two tensors are called '{min(own & tensors)}'. Give the layer '{layer.name}' another name."
            )
        tensors |= own
        _check_names(inner_layers(layer))


def _describe_other(value: Any) -> str:
    """Return why something that is not a layer cannot be in a network."""
    if isinstance(value, type):
        return f"A network holds layers, but {value.__name__} is a class. Make a layer: {value.__name__}('name', …)."
    if isinstance(getattr(value, "layers", None), list):
        return "A network cannot hold a network. Write its layers into the list: [*inner.layers, …]."
    return f"A network holds layers, but {value!r:.60} is not a layer."


def shapes_through(layers: Iterable[Layer], input_shape: Shape | None) -> list[Shape | None]:
    """Return the output shape of each layer for one example; None where it is unknown.

    Arguments:
        layers: from the input upwards.
        input_shape: of one example; None when it is unknown. A layer that fits only one shape then uses this shape.

    Raises `ShapeError`, with the name of the layer, when an input does not fit.

    >>> from tinyml.layers.linear import Linear
    >>> shapes_through([Linear("fc_1", 4, 8), Linear("fc_2", 8, 3)], None)
    [(8,), (3,)]
    """
    shapes: list[Shape | None] = []
    shape = input_shape
    for layer in layers:
        shape = input_shape_of(layer, shape)
        try:
            shape = None if shape is None else layer.output_shape(shape)
        except UnknownShapeError:
            shape = None
        shapes.append(shape)
    return shapes


def are_registered(layers: Iterable[Layer]) -> bool:
    """Return True if all layers are of types that files know; a user's own layer types are not."""
    return all(type(layer) is layer_types().get(layer.type_name) for layer in layers)


def input_shape_of(layer: Layer, given: Shape | None) -> Shape | None:
    """Return `given`; if it is None, the only input shape that the layer accepts, or None if it accepts several."""
    return getattr(layer, "input_dim", None) if given is None else given
