"""The specification of a layer: type, name and settings as in a file; and edits of a stack of specifications."""

import re
from collections.abc import Container, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tinyml.core import (
    AppendLayers,
    ChangeSettings,
    ChangeType,
    InsertBefore,
    MoveBefore,
    Problem,
    RemoveLayer,
    RenameLayer,
    SettingsError,
    TinymlError,
)
from tinyml.core.validation import describe_validation_error
from tinyml.layers.base.fixes import fix_for_settings, fix_for_type
from tinyml.layers.base.registry import find_layer_type, name_in_files, nearest_layer_type
from tinyml.layers.base.settings import LayerSettings

_LONGEST_STEM = 80
"""Number of characters of an unknown type in an automatic name: the name with its number stays below 100."""


class LayerSpecification(BaseModel):
    """Type, name and settings of one layer. An unknown `type` and its settings stay unchanged, so no file loses data.

    Attributes:
        type: name of the layer type in files.
        name: of the layer.
        settings: by name; settings that are left out have their defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=100)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("settings")
    @classmethod
    def _as_in_a_file(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Turn tuples into lists, as JSON does, so a network is equal to itself after saving and opening."""
        try:
            return {name: _as_json(value) for name, value in settings.items()}
        except RecursionError as error:
            raise ValueError("nested less deeply") from error


def read_settings(layer: LayerSpecification) -> LayerSettings:
    """Validate the settings of one layer.

    Raises `SettingsError`, with the setting, its value, what is allowed, and a fix.

    >>> read_settings(LayerSpecification(type="Linear", name="fc", settings={"outputs": 10})).describe()
    '10 outputs'
    """
    layer_type = find_layer_type(layer.type)
    if layer_type is None:
        meant = nearest_layer_type(layer.type)
        hint = f" Did you mean '{meant}'?" if meant else ""
        raise SettingsError(
            f"This version has no layer type '{layer.type}'.{hint} "
            "It is kept as it is, also in the file; remove it to train the network.",
            fix_for_type(layer.type),
        )
    try:
        return layer_type.Settings.model_validate(layer.settings)
    except ValidationError as error:
        model = layer_type.Settings
        fix = fix_for_settings(error, model, layer.settings)
        raise SettingsError(describe_validation_error(error, model), fix) from error


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
    """Return the stack after the fix of one of its problems; new layers get automatic names.

    Raises `TinymlError` when the problem has no fix that changes layers.

    >>> from tinyml.layers.base.inference import infer_stack
    >>> layers = (LayerSpecification(type="Linear", name="fc"),)
    >>> problem = infer_stack(layers, (1, 8, 8))[0].problem
    >>> [layer.name for layer in apply_fix(layers, problem)]
    ['flatten_1', 'fc']
    """
    fixed, index = list(layers), problem.index
    names = {layer.name for layer in layers}

    def new(layer_type: str, settings: Mapping[str, Any]) -> LayerSpecification:
        name = free_name(names, layer_type)
        names.add(name)
        return LayerSpecification(type=name_in_files(layer_type), name=name, settings=dict(settings))

    match problem.fix:
        case InsertBefore(layer_type=layer_type, settings=settings):
            fixed.insert(index, new(layer_type, settings))
        case MoveBefore(places=places):
            fixed.insert(index - places, fixed.pop(index))
        case ChangeSettings(settings=settings, removed=removed):
            kept = {name: value for name, value in fixed[index].settings.items() if name not in removed}
            fixed[index] = _changed(fixed[index], settings={**kept, **settings})
        case ChangeType(layer_type=layer_type):
            fixed[index] = _changed(fixed[index], type=name_in_files(layer_type))
        case RenameLayer(name=name):
            fixed[index] = _changed(fixed[index], name=name)
        case RemoveLayer():
            del fixed[index]
        case AppendLayers(layers=added):
            fixed.extend(new(layer_type, settings) for layer_type, settings in added)
        case _:
            raise TinymlError(f"There is no automatic fix for '{problem}'.")
    return tuple(fixed)


def _changed(layer: LayerSpecification, **changes: Any) -> LayerSpecification:
    # Validated again: this turns tuples into lists, as in a file.
    return LayerSpecification.model_validate({**dict(layer), **changes})


def _as_json(value: Any) -> Any:
    """Return the value as JSON gives it back: models as dicts, tuples as lists."""
    match value:
        case BaseModel():
            return _as_json(value.model_dump())
        case dict():
            return {name: _as_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_as_json(inner) for inner in value]
    return value
