"""The settings of a layer as its form shows them: which fields have a row, and their values as JSON has them."""

from typing import Any

from pydantic import ValidationError

from tinyml.layers import LayerSettings
from tinyml.net import LayerInference


def fields_from_pooling(model: type[LayerSettings]) -> list[str]:
    """Return the names of the settings that a layer takes over from its paired pooling layer.

    Arguments:
        model: settings class of the layer type.
    """
    return _fields_with_mark(model, "from_pooling")


def fields_without_row(model: type[LayerSettings]) -> list[str]:
    """Return the names of the settings that have no row in the form: those from a pooling layer, and inner layers.

    Arguments:
        model: settings class of the layer type.
    """
    return [*fields_from_pooling(model), *_fields_with_mark(model, "not_in_form")]


def _fields_with_mark(model: type[LayerSettings], mark: str) -> list[str]:
    """Return the names of the settings that have a mark in `json_schema_extra`."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get(mark):
            found.append(name)
    return found


def form_values(model: type[LayerSettings], inferred: LayerInference) -> dict[str, Any]:
    """Return the values of all settings as JSON has them, also of wrong ones.

    Arguments:
        model: settings class of the layer type.
        inferred: the layer after shape inference.
    """
    try:
        return model.model_validate(inferred.specification.settings).model_dump(mode="json")
    except ValidationError:
        defaults = {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
        known = {name: value for name, value in inferred.specification.settings.items() if name in model.model_fields}
        return {**defaults, **known}


def to_json_value(model: type[LayerSettings], values: dict[str, Any], name: str) -> Any:
    """Return one value as JSON has it, so that equal settings compare equal.

    Arguments:
        model: settings class of the layer type.
        values: the values of all settings.
        name: name of the setting.
    """
    try:
        return model.model_validate(values).model_dump(mode="json")[name]
    except ValidationError:  # of another setting, which must not block this one
        return list(values[name]) if isinstance(values[name], tuple) else values[name]
