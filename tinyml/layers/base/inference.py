"""Shape inference: the shapes and the problems of a stack of layer specifications."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, cast

from tinyml.core import (
    Fix,
    InsertBefore,
    MoveBefore,
    Problem,
    RemoveLayer,
    RenameLayer,
    SettingsError,
    Shape,
    ShapeError,
)
from tinyml.layers.base.layer import Layer
from tinyml.layers.base.registry import display_name, find_layer_type
from tinyml.layers.base.settings import LayerSettings
from tinyml.layers.base.specification import LayerSpecification, free_name, read_settings


@dataclass(frozen=True)
class LayerInference:
    """The result of shape inference for one layer.

    Attributes:
        specification: of the layer.
        layer_type: its class, or None when the type is unknown.
        settings: its validated settings, or None when they are wrong.
        input_shape: of one example, or None when a layer before it has a problem.
        output_shape: of one example, or None when it is unknown.
        parameter_shapes: name and shape of each parameter; empty while shapes are unknown.
        buffer_shapes: name and shape of each buffer; empty while shapes are unknown.
        notes: one sentence for each thing that is allowed but worth knowing.
        paired_pooling: name of the layer whose switches this layer uses; empty for most layers.
        inside: the layers inside a block, also when a shape is unknown; empty for other layers.
        problem: of this layer; None if there is none. A problem of a layer inside is a problem of the block too.
    """

    specification: LayerSpecification
    layer_type: type[Layer] | None = None
    settings: LayerSettings | None = None
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    parameter_shapes: dict[str, Shape] = field(default_factory=dict)
    buffer_shapes: dict[str, Shape] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    paired_pooling: str = ""
    inside: "tuple[LayerInference, ...]" = ()
    problem: Problem | None = None

    @property
    def parameter_count(self) -> int:
        """Number of trainable values in the layer."""
        return sum(math.prod(shape) for shape in self.parameter_shapes.values())

    @property
    def tensor_shapes(self) -> dict[str, Shape]:
        """Name and shape of every tensor that files save: parameters, then buffers."""
        return {**self.parameter_shapes, **self.buffer_shapes}


class _HoldsLayers(Protocol):
    """Settings of a block. A Protocol, because `BlockSettings` needs `infer_stack` itself."""

    def inferred_inside(self, input_shape: Shape | None) -> tuple[LayerInference, ...]: ...


def infer_stack(layers: Sequence[LayerSpecification], input_shape: Shape | None) -> tuple[LayerInference, ...]:
    """Infer the shapes of a stack of layers. Mistakes become problems of the layers, never errors.

    Arguments:
        layers: specifications, from the input upwards.
        input_shape: of one example, without the batch axis; None when it is unknown.

    >>> (inferred,) = infer_stack([LayerSpecification(type="Flatten", name="flatten")], (2, 3, 4))
    >>> inferred.output_shape
    (24,)
    """
    inferred_layers: list[LayerInference] = []
    shape = input_shape
    pools: list[LayerInference] = []
    names: set[str] = set()
    tensors: set[str] = set()
    for index, layer in enumerate(layers):
        rename = partial(_rename, layers, layer.type)
        inferred = _infer_layer(index, layer, shape, pools, names, rename)
        inferred = _moved_to_maps(inferred, inferred_layers)
        inferred = _with_unique_tensors(inferred, index, tensors, rename)
        names.add(layer.name)
        if inferred.layer_type is not None and inferred.layer_type.records_switches:
            pools.append(inferred)
        shape = inferred.output_shape
        inferred_layers.append(inferred)
    return tuple(inferred_layers)


def _infer_layer(
    index: int,
    layer: LayerSpecification,
    shape: Shape | None,
    pools: list[LayerInference],
    names: set[str],
    rename: Callable[[], Fix],
) -> LayerInference:
    """Infer one layer. Remove its pooling layer from `pools`, the pooling layers that are not paired yet."""

    def faulty(sentence: str, fix: Fix | None = None) -> LayerInference:
        return LayerInference(layer, input_shape=shape, problem=Problem(index, layer.name, sentence, fix), **known)

    known: dict[str, Any] = {"layer_type": find_layer_type(layer.type)}
    try:
        settings = read_settings(layer)
    except SettingsError as error:
        return faulty(str(error), error.fix)
    known["settings"] = settings
    if layer.name in names:
        return faulty(f"Another layer is called '{layer.name}' too. Give one of them another name.", rename())
    # Blocks have this method. A check against a Protocol took half of the time of the inference.
    if hasattr(type(settings), "inferred_inside"):
        known["inside"] = cast(_HoldsLayers, settings).inferred_inside(shape)
    if settings.paired_pooling is not None:
        if not pools:
            needed = settings.paired_pooling
            sentence = f"{display_name(layer.type)} undoes a {needed}, but no {needed} before it is left to undo."
            return faulty(sentence, RemoveLayer())
        pooling = pools.pop()
        known["paired_pooling"] = pooling.specification.name
        settings = known["settings"] = _with_paired_pooling(settings, pooling)
    if shape is None:
        return LayerInference(layer, **known)
    try:
        output_shape = settings.output_shape(shape)
    except ShapeError as error:
        return faulty(str(error), error.fix)
    return LayerInference(
        layer,
        input_shape=shape,
        output_shape=output_shape,
        parameter_shapes=settings.parameter_shapes(shape),
        buffer_shapes=settings.buffer_shapes(shape),
        notes=settings.notes(shape),
        **known,
    )


def _moved_to_maps(inferred: LayerInference, before: Sequence[LayerInference]) -> LayerInference:
    """Let the fix of a layer that needs maps move it before the layer that turned the maps into a vector.

    The layers between them may only be some that keep each number in its place, such as ReLU.
    """
    problem, settings = inferred.problem, inferred.settings
    if problem is None or settings is None or not isinstance(problem.fix, InsertBefore | RemoveLayer):
        return inferred
    for places, previous in enumerate(reversed(before), 1):
        if previous.settings is None or previous.input_shape is None or previous.output_shape is None:
            break
        if len(previous.output_shape) == 1 and len(previous.input_shape) == 3:
            if _gives_maps(settings, previous.input_shape):
                fix = MoveBefore(previous.specification.name, places)
                return replace(inferred, problem=replace(problem, fix=fix))
            break
        if len(previous.output_shape) != 1 or previous.settings.reads_whole_input(previous.input_shape):
            break
    return inferred


def _gives_maps(settings: LayerSettings, input_shape: Shape) -> bool:
    """Return True if a layer with these settings turns an input of this shape into maps."""
    try:
        output_shape = settings.output_shape(input_shape)
    except ShapeError:
        return False
    return len(output_shape) == 3 and settings.paired_pooling is None


def _with_paired_pooling(settings: LayerSettings, pooling: LayerInference) -> LayerSettings:
    """Return settings with what the paired pooling layer decides, unless that layer has a problem."""
    if pooling.settings is None or pooling.input_shape is None or pooling.problem is not None:
        return settings
    return settings.with_paired_pooling(pooling.settings, pooling.input_shape)


def _with_unique_tensors(
    inferred: LayerInference, index: int, taken: set[str], rename: Callable[[], Fix]
) -> LayerInference:
    """Return a problem if two tensors have the same full name: `b.weight` in layer `a`, and `weight` in layer `a.b`.

    Otherwise add the names of the layer's tensors to `taken`.
    """
    name = inferred.specification.name
    names = {f"{name}.{tensor}" for tensor in inferred.tensor_shapes}
    if not names & taken:
        taken |= names
        return inferred
    shared = min(names & taken)
    sentence = f"Its tensor '{shared}' has the same name as one of another layer. Give one of them another name."
    return replace(inferred, output_shape=None, problem=Problem(index, name, sentence, rename()))


def _rename(layers: Sequence[LayerSpecification], layer_type: str) -> Fix:
    return RenameLayer(free_name({layer.name for layer in layers}, layer_type))
