"""The values in the text of quick insert as settings of one layer type."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from app.builder.quick_insert.query import Value
from app.widgets.number_range import read_number
from tinyml.core import TinymlError
from tinyml.layers import LayerSettings

SYNONYMS = {
    "kernel": ("window",),
    "channels": ("filters",),
    "maps": ("filters",),
    "units": ("outputs",),
    "neurons": ("outputs",),
    "features": ("outputs", "filters"),
    "rate": ("probability",),
    "p": ("probability", "padding"),
    "k": ("window",),
    "init": ("initialiser",),
    "initializer": ("initialiser",),
}
"""Other names of settings, and the settings that they mean, in the order of preference."""

_TRUTH = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


class SettingsTextError(TinymlError):
    """A value in the text does not suit the layer type."""


def setting_words(models: Sequence[type[LayerSettings]]) -> frozenset[str]:
    """Return every word that may name a setting in the text.

    Arguments:
        models: the settings classes of all layer types.
    """
    names = {name for model in models for name in model.model_fields}
    return frozenset(names | {word for word in SYNONYMS if len(word) > 1})


def read_values(model: type[LayerSettings], values: Sequence[Value]) -> dict[str, Any]:
    """Return the settings that the values mean, by name.

    Limits are not checked: shape inference does this, and names the limit.

    Arguments:
        model: settings class of the layer type.
        values: the values in the text.

    Raises `SettingsTextError`, in a few words, if a value suits no setting.

    >>> from tinyml.layers.conv2d import Conv2DSettings
    >>> read_values(Conv2DSettings, [Value("16"), Value("5x5"), Value("no", "bias")])
    {'filters': 16, 'window': (5, 5), 'bias': False}
    """
    fields = _editable_fields(model)
    read: dict[str, Any] = {}
    same = False
    for value in values:
        if value.setting:
            name = _find_setting(fields, value.setting)
            same_wanted = value.text.casefold() == "same" and name == "padding"
            same = same_wanted if name == "padding" else same
            if not same_wanted:
                read[name] = _read_value(fields[name], name, value.text)
        else:
            name = _next_setting(fields, read, value.text)
            read[name] = _read_value(fields[name], name, value.text)
    return {**read, **_same_padding(model, read)} if same else read


def _editable_fields(model: type[LayerSettings]) -> dict[str, FieldInfo]:
    """Return the fields that the form shows too."""
    fields: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if not extra.get("from_pooling") and not extra.get("not_in_form"):
            fields[name] = field
    return fields


def _find_setting(fields: Mapping[str, FieldInfo], word: str) -> str:
    """Return the setting that a word names: the whole name, another name of it, or its first letters."""
    if word in fields:
        return word
    meant = next((name for name in SYNONYMS.get(word, ()) if name in fields), None)
    if meant is not None:
        return meant
    begins = [name for name in fields if name.startswith(word)]
    if len(begins) == 1:
        return begins[0]
    if begins:
        raise SettingsTextError(f"“{word}” may mean {' or '.join(begins)}")
    known = f"it has {', '.join(fields)}" if fields else "it has no settings"
    raise SettingsTextError(f"no setting “{word}”; {known}")


def _next_setting(fields: Mapping[str, FieldInfo], read: Mapping[str, Any], text: str) -> str:
    """Return the first setting without a value that such a number fills. A pair fills only a setting of two numbers."""
    parts = text.casefold().split("x")
    if _number(parts[0]) is None:
        raise SettingsTextError(f"“{text}” is no number; write a setting as name=value")
    wanted = ("pair",) if len(parts) > 1 else ("int", "float", "pair")
    found = next((name for name in fields if name not in read and _kind(fields[name]) in wanted), None)
    if found is None:
        taken = [name for name, field in fields.items() if _kind(field) in wanted]
        raise SettingsTextError(f"no setting left for “{text}”" if taken else f"no setting for “{text}”")
    return found


def _kind(field: FieldInfo) -> str:
    """Return what a field holds: "int", "float", "bool", "pair", "choice" or "other"."""
    annotation = field.annotation
    if annotation in (bool, int, float):
        return str(annotation.__name__)
    if get_origin(annotation) is Literal:
        return "choice"
    return "pair" if get_origin(annotation) is tuple and len(get_args(annotation)) == 2 else "other"


def _read_value(field: FieldInfo, name: str, text: str) -> Any:
    match _kind(field):
        case "int":
            number = read_number(text, whole=True)
            if number is None:
                raise SettingsTextError(f"{name} needs a whole number{_instead_of(text)}")
            return number
        case "float":
            number = _number(text)
            if number is None:
                raise SettingsTextError(f"{name} needs a number{_instead_of(text)}")
            return number
        case "pair":
            numbers = [read_number(part, whole=True) for part in text.casefold().split("x")]
            if not 1 <= len(numbers) <= 2 or None in numbers:
                raise SettingsTextError(f"{name} needs a number or rows×columns{_instead_of(text)}")
            return numbers[0], numbers[-1]
        case "bool":
            if text.casefold() not in _TRUTH:
                raise SettingsTextError(f"{name} needs yes or no{_instead_of(text)}")
            return _TRUTH[text.casefold()]
        case "choice":
            return _choose(get_args(field.annotation), name, text)
        case _:
            return text


def _choose(options: Sequence[Any], name: str, text: str) -> Any:
    """Return the only option that begins with the text."""
    word = text.casefold().replace("-", "_")
    begins = [option for option in options if str(option).casefold().startswith(word)] if word else []
    exact = [option for option in begins if str(option).casefold() == word]
    if len(exact or begins) != 1:
        raise SettingsTextError(f"{name} is one of {', '.join(map(str, options))}")
    return (exact or begins)[0]


def _instead_of(text: str) -> str:
    return f", not “{text}”" if text else ""


def _number(text: str) -> float | int | None:
    """Return the number in the text, which may be a percentage."""
    number = read_number(text.removesuffix("%"))
    return number / 100 if number is not None and text.endswith("%") else number


def _same_padding(model: type[LayerSettings], read: Mapping[str, Any]) -> dict[str, Any]:
    try:
        padding = model.model_validate(dict(read)).same_padding
    except ValueError:  # of another setting; shape inference names it
        return {}
    if padding is None:
        raise SettingsTextError("no padding keeps the size: the stride must be 1 and the window odd")
    return {"padding": padding}
