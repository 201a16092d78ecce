"""Fixes for a layer specification with an unknown type, an unknown setting or a wrong value."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from tinyml.core import ChangeSettings, ChangeType, Fix, RemoveLayer, describe_shape
from tinyml.core.suggestions import nearest
from tinyml.layers.base.registry import nearest_layer_type

_LONGEST = 40
"""Number of characters of a setting's name that fit on a button."""


def fix_for_type(layer_type: str) -> Fix:
    """Return the fix for an unknown layer type: the type with a similar name, or else remove the layer.

    >>> fix_for_type("Conv2d").label, fix_for_type("relu").label, fix_for_type("Attention").label
    ('Use Conv2D', 'Use ReLU', 'Remove this layer')
    """
    meant = nearest_layer_type(layer_type)
    return ChangeType(meant) if meant else RemoveLayer()


def fix_for_settings(error: ValidationError, model: type[BaseModel], settings: Mapping[str, Any]) -> Fix:
    """Return the fix for the first mistake that pydantic found.

    An unknown setting gets the name of a similar setting that is not used yet; otherwise it is removed. A wrong value
    becomes the default.

    Arguments:
        error: from the validation of the settings.
        model: the settings model of the layer type.
        settings: by name, as the user or the file wrote them.

    >>> from tinyml.layers.base.registry import layer_types
    >>> Settings = layer_types()["Conv2D"].Settings
    >>> def fix(**settings):
    ...     try:
    ...         Settings(**settings)
    ...     except ValidationError as error:
    ...         return fix_for_settings(error, Settings, settings)
    >>> fix(filtres=3)
    ChangeSettings(label="Rename it to 'filters'", settings={'filters': 3}, removed=('filtres',))
    >>> fix(colour="red").label, fix(filters=0).label
    ("Remove 'colour'", 'Set filters to 8')
    """
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    field = model.model_fields.get(name)
    if field is not None and not field.is_required():
        default = field.get_default(call_default_factory=True)
        title = field.title or name
        value = _describe_value(default)
        label = f"Set {title[:1].lower()}{title[1:]} to {value}" if value else f"Reset {title}"
        extra = field.json_schema_extra
        reset = extra.get("reset") if isinstance(extra, dict) else None
        return ChangeSettings(str(reset or label), {name: default})
    if field is not None or name not in settings:
        return RemoveLayer()
    meant = nearest(name, model.model_fields)
    if meant and meant not in settings:
        return ChangeSettings(f"Rename it to '{meant}'", {meant: settings[name]}, removed=(name,))
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return ChangeSettings(f"Remove '{shown}'", {}, removed=(name,))


def _describe_value(value: Any) -> str:
    """Return the value of a setting as text; empty when it is too long for a button."""
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return describe_shape(value)
    return str(value) if isinstance(value, bool | int | float | str) else ""
