"""What mends a layer on paper that cannot be read: a wrong type, a wrong name of a setting, a wrong value."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from tinyml.core import ChangeSettings, ChangeType, Fix, RemoveLayer, describe_shape
from tinyml.core.suggestions import nearest
from tinyml.layers.base.registry import layer_types

_LONGEST = 40


def fix_for_type(layer_type: str) -> Fix:
    """Return the fix for a type that does not exist: the type that was meant, if one has a similar name.

    >>> fix_for_type("Conv2d").label, fix_for_type("Attention").label
    ('Use Conv2D', 'Remove this layer')
    """
    meant = nearest(layer_type, layer_types())
    return ChangeType(meant) if meant else RemoveLayer()


def fix_for_settings(error: ValidationError, model: type[BaseModel], settings: Mapping[str, Any]) -> Fix:
    """Return the fix for the first thing that pydantic found wrong.

    An unknown setting is renamed, if a known one has a similar name and is not there yet, or else removed; a wrong
    value becomes the default.

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
        words = _in_words(default)
        label = f"Set {title[:1].lower()}{title[1:]} to {words}" if words else f"Reset {title}"
        return ChangeSettings(label, {name: default})
    if field is not None or name not in settings:
        return RemoveLayer()
    meant = nearest(name, model.model_fields)
    if meant and meant not in settings:
        return ChangeSettings(f"Rename it to '{meant}'", {meant: settings[name]}, removed=(name,))
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return ChangeSettings(f"Remove '{shown}'", {}, removed=(name,))


def _in_words(value: Any) -> str:
    """Write the value of a setting; empty when it is too much for a button."""
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return describe_shape(value)
    return str(value) if isinstance(value, bool | int | float | str) else ""
