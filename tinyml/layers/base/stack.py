"""A stack of layers: on paper, with shapes flowing through it, and at work.

Networks are one, and so is the inside of a layer that holds layers (`Residual`). Everything here is for both.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tinyml.core import (
    AppendLayers,
    Array,
    ChangeSettings,
    ChangeType,
    Fix,
    InsertBefore,
    Problem,
    RemoveLayer,
    RenameLayer,
    SettingsError,
    Shape,
    ShapeError,
    TinymlError,
)
from tinyml.core.suggestions import did_you_mean
from tinyml.core.validation import describe_validation_error
from tinyml.layers.base.fixes import fix_for_settings, fix_for_type
from tinyml.layers.base.layer import Layer
from tinyml.layers.base.registry import display_name, find_layer_type, layer_types
from tinyml.layers.base.settings import LayerSettings, UnknownShapeError

_LONGEST_STEM = 80
"""Of a name that is made from an unknown type, so that it is no longer than names may be."""


class LayerSpecification(BaseModel):
    """One layer on paper. An unknown `type` and its settings are kept word for word, so that no file loses anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=100)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("settings")
    @classmethod
    def _as_in_a_file(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Turn tuples into lists, as JSON does, so that a network equals itself after saving and opening."""
        try:
            return {name: _as_json(value) for name, value in settings.items()}
        except RecursionError as error:
            raise ValueError("nested less deeply") from error


@dataclass(frozen=True)
class LayerInference:
    """What shape inference knows of one layer.

    Attributes:
        specification: the layer on paper.
        layer_type: its class, or None when the type is unknown.
        settings: its validated settings, or None when they are impossible.
        input_shape: what it receives, or None when a layer before it has a problem.
        output_shape: what it gives, or None when that is unknown.
        parameter_shapes: name and shape of each parameter; empty while shapes are unknown.
        buffer_shapes: name and shape of each array that is saved but not trained; empty while shapes are unknown.
        notes: what is allowed but worth knowing, one sentence each.
        paired_pooling: name of the layer whose switches this one uses; empty for most layers.
        problem: what is wrong with it, if anything.
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
    problem: Problem | None = None

    @property
    def parameter_count(self) -> int:
        """Number of trainable numbers in the layer."""
        return sum(int(np.prod(shape)) for shape in self.parameter_shapes.values())

    @property
    def tensor_shapes(self) -> dict[str, Shape]:
        """Name and shape of everything that is saved of the layer: parameters, then buffers."""
        return {**self.parameter_shapes, **self.buffer_shapes}


def infer_stack(layers: Sequence[LayerSpecification], input_shape: Shape | None) -> tuple[LayerInference, ...]:
    """Let shapes flow through a stack of layers; faults are problems of the plans, never errors.

    Arguments:
        layers: on paper, from the input upwards.
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
        inferred = _with_own_tensors(_infer_layer(index, layer, shape, pools, names, rename), index, tensors, rename)
        names.add(layer.name)
        if inferred.layer_type is not None and inferred.layer_type.records_switches:
            pools.append(inferred)
        shape = inferred.output_shape
        inferred_layers.append(inferred)
    return tuple(inferred_layers)


def build_stack(
    inferred_layers: Iterable[LayerInference], rng: np.random.Generator, dtype: type[np.floating]
) -> list[Layer]:
    """Make the layers of plans that have no problem, with fresh parameters drawn from `rng` in their order."""
    return [
        inferred.settings.build(inferred.specification.name, inferred.input_shape, rng, dtype)
        for inferred in inferred_layers
        if inferred.settings is not None and inferred.input_shape is not None
    ]


def free_name(taken: Container[str], layer_type: str) -> str:
    """Return the first automatic name for a layer type that is not taken: conv_1, conv_2, …

    >>> free_name({"conv_1"}, "Conv2D"), free_name((), "Space Warp")
    ('conv_2', 'space_warp_1')
    """
    known = find_layer_type(layer_type)
    stem = known.Settings.short_name if known else re.sub(r"\W+", "_", layer_type.lower())[:_LONGEST_STEM]
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def apply_fix(layers: Sequence[LayerSpecification], problem: Problem) -> tuple[LayerSpecification, ...]:
    """Return the stack with the fix of one of its problems; new layers are named automatically.

    Raises `TinymlError` when the problem has no fix that changes layers.

    >>> layers = (LayerSpecification(type="Linear", name="fc"),)
    >>> problem = infer_stack(layers, (1, 8, 8))[0].problem
    >>> [layer.name for layer in apply_fix(layers, problem)]
    ['flatten_1', 'fc']
    """
    mended, at = list(layers), problem.index
    names = {layer.name for layer in layers}

    def new(layer_type: str, settings: Mapping[str, Any]) -> LayerSpecification:
        name = free_name(names, layer_type)
        names.add(name)
        return LayerSpecification(type=layer_type, name=name, settings=dict(settings))

    match problem.fix:
        case InsertBefore(layer_type=layer_type, settings=settings):
            mended.insert(at, new(layer_type, settings))
        case ChangeSettings(settings=settings, removed=removed):
            kept = {name: value for name, value in mended[at].settings.items() if name not in removed}
            mended[at] = _changed(mended[at], settings={**kept, **settings})
        case ChangeType(layer_type=layer_type):
            mended[at] = _changed(mended[at], type=layer_type)
        case RenameLayer(name=name):
            mended[at] = _changed(mended[at], name=name)
        case RemoveLayer():
            del mended[at]
        case AppendLayers(layers=added):
            mended.extend(new(layer_type, settings) for layer_type, settings in added)
        case _:
            raise TinymlError(f"There is no automatic fix for '{problem}'.")
    return tuple(mended)


def _changed(layer: LayerSpecification, **changes: Any) -> LayerSpecification:
    # Validated again, so that tuples become lists as in a file.
    return LayerSpecification.model_validate({**dict(layer), **changes})


def read_settings(layer: LayerSpecification) -> LayerSettings:
    """Validate the settings of one layer.

    Raises `SettingsError` with one sentence that names the setting, its value and what is allowed, and with a fix.

    >>> read_settings(LayerSpecification(type="Linear", name="fc", settings={"outputs": 10})).describe()
    '10 outputs'
    """
    layer_type = find_layer_type(layer.type)
    if layer_type is None:
        raise SettingsError(
            f"This version has no layer type '{layer.type}'.{did_you_mean(layer.type, layer_types())} "
            "It is kept as it is; remove it to train the network.",
            fix_for_type(layer.type),
        )
    try:
        return layer_type.Settings.model_validate(layer.settings)
    except ValidationError as error:
        model = layer_type.Settings
        fix = fix_for_settings(error, model, layer.settings)
        raise SettingsError(describe_validation_error(error, model), fix) from error


def forward_through(layer: Layer, input: Array, pending_pools: list[Layer]) -> Array:
    """Run one layer; `pending_pools` is the stack of pooling layers that nobody has undone yet.

    It holds the layers and not their switches, which take time to work out and which most networks never need.
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
    # A pooling layer made with return_index=True gives its switches as well.
    output: Array = result[0] if isinstance(result, tuple) else result
    return output


def check_layers(layers: Sequence[Layer]) -> None:
    """Check that layers can stand in one stack: each is a layer, stands there once, and has a name of its own.

    A layer that stood there twice would remember one pass only, so that its gradients would be wrong; of two tensors
    of one name a file keeps one. Layers inside of others are checked too.

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
                f"The layer '{layer.name}' stands in the network twice, but it can remember only one pass. "
                "Make another layer for the second place."
            )
        found.add(id(layer))
    _check_names(layers)


def all_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield layers, and after each the layers inside it."""
    for layer in layers:
        yield layer
        yield from all_layers(_layers_inside(layer))


def _layers_inside(layer: Layer) -> list[Layer]:
    """Return the layers of a layer that holds some; a user's own may have `layers` of another kind."""
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
        _check_names(_layers_inside(layer))


def _describe_other(value: Any) -> str:
    """Say why something that is no layer cannot stand in a network."""
    if isinstance(value, type):
        return f"A network holds layers, but {value.__name__} is a class. Make a layer: {value.__name__}('name', …)."
    if isinstance(getattr(value, "layers", None), list):
        return "A network cannot hold a network. Write its layers into the list: [*inner.layers, …]."
    return f"A network holds layers, but {value!r:.60} is none."


def shapes_through(layers: Iterable[Layer], input_shape: Shape | None) -> list[Shape | None]:
    """Return the shape of what each layer gives for one example, as far as it is known.

    Arguments:
        layers: from the input upwards.
        input_shape: of one example; None when it is unknown. Layers that fit one shape only tell it themselves.

    Raises `ShapeError`, naming the layer, when an input does not fit.

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
    """Return True if all layers are of types that files and settings know; those of a user's own are not."""
    return all(type(layer) is layer_types().get(layer.type_name) for layer in layers)


def input_shape_of(layer: Layer, given: Shape | None) -> Shape | None:
    """Return the shape that a layer is given, or else the one that it was made for, if there is one."""
    return getattr(layer, "input_dim", None) if given is None else given


def _infer_layer(
    index: int,
    layer: LayerSpecification,
    shape: Shape | None,
    pools: list[LayerInference],
    names: set[str],
    rename: Callable[[], Fix],
) -> LayerInference:
    """Find out what can be known of one layer; takes its pooling off the list of those that still wait for one."""

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
    if settings.paired_pooling is not None:
        if not pools:
            needed = settings.paired_pooling
            sentence = f"{display_name(layer.type)} undoes a {needed}, but no {needed} before it is left to undo."
            return faulty(sentence, RemoveLayer())
        pooling = pools.pop()
        known["paired_pooling"] = pooling.specification.name
        if pooling.settings is not None and pooling.input_shape is not None and pooling.problem is None:
            settings = known["settings"] = settings.with_paired_pooling(pooling.settings, pooling.input_shape)
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


def _with_own_tensors(
    inferred: LayerInference, index: int, taken: set[str], rename: Callable[[], Fix]
) -> LayerInference:
    """See that no tensor has the full name of another, as `b.weight` in a layer `a` and `weight` in `a.b` have."""
    name = inferred.specification.name
    names = {f"{name}.{tensor}" for tensor in inferred.tensor_shapes}
    if not names & taken:
        taken |= names
        return inferred
    shared = min(names & taken)
    sentence = f"Its '{shared}' would be called as that of another layer. Give one of them another name."
    return replace(inferred, output_shape=None, problem=Problem(index, name, sentence, rename()))


def _rename(layers: Sequence[LayerSpecification], layer_type: str) -> Fix:
    return RenameLayer(free_name({layer.name for layer in layers}, layer_type))


def _as_json(value: Any) -> Any:
    """Return the value as it will be after a way through a file."""
    match value:
        case BaseModel():
            return _as_json(value.model_dump())
        case dict():
            return {name: _as_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_as_json(inner) for inner in value]
    return value
