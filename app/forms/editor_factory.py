"""The choice of an editor for a field of a settings model, by the type and the limits of the field."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Lt
from pydantic.fields import FieldInfo
from PySide6.QtWidgets import QWidget

from app.forms.editors import BooleanEditor, ChoiceEditor, JsonEditor, PairFieldEditor, TextEditor, TextListEditor
from app.forms.optional_pair_editor import OptionalPairEditor
from app.forms.slider_editor import SliderEditor
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from tinyml.core.choices import Choice

Editor = (
    NumberBox | BooleanEditor | ChoiceEditor | TextEditor | TextListEditor | JsonEditor | PairFieldEditor | SliderEditor
)

_SLIDER_TOP = 10
_UNIONS = (Union, UnionType)


def make_editor(
    field: FieldInfo, titles: Mapping[Any, str] | None = None, parent: QWidget | None = None, slider: bool = False
) -> Editor:
    """Make the editor for a field of a model.

    Arguments:
        field: its annotation decides the kind of editor, its limits decide the accepted numbers.
        titles: the text on screen for each value of a choice; None to derive it from the values.
        parent: the parent widget.
        slider: edit a number within a small range with a slider, too.
    """
    kind, unit = field.annotation, unit_of(field)
    if kind is bool:
        return BooleanEditor(parent)
    if kind is int:
        return NumberBox(number_range(field.metadata, whole=True), parent, unit)
    if titles and (kind is str or _is_text_tuple(kind)):
        return ChoiceEditor(titles, parent)
    if kind is float:
        allowed = number_range(field.metadata)
        if slider and allowed.lowest == 0 and allowed.highest <= _SLIDER_TOP:
            return SliderEditor(allowed, parent, unit)
        return NumberBox(number_range(field.metadata), parent, unit)
    if kind is str:
        choice = next((mark for mark in field.metadata if isinstance(mark, Choice)), None)
        return ChoiceEditor(titles or choice.titles(), parent) if choice else TextEditor(parent)
    if get_origin(kind) is Literal:
        return ChoiceEditor(titles or {value: title_of_value(value) for value in get_args(kind)}, parent)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ChoiceEditor(titles or {member.value: title_of_value(member.value) for member in kind}, parent)
    if _is_text_tuple(kind):
        return TextListEditor(parent)
    optional = [part for part in get_args(kind) if part is not type(None)] if get_origin(kind) in _UNIONS else []
    if len(optional) == 1 and get_origin(optional[0]) is tuple:
        parts = get_args(optional[0])
        allowed = number_range(getattr(parts[0], "__metadata__", ()), whole=True)
        return OptionalPairEditor(allowed, parent, unit)
    parts = get_args(kind) if get_origin(kind) is tuple else ()
    if len(parts) == 2 and all(_without_metadata(part) is int for part in parts):
        return PairFieldEditor(number_range(getattr(parts[0], "__metadata__", ()), whole=True), parent, unit)
    return JsonEditor(parent)


def unit_of(field: FieldInfo) -> str:
    """Return the unit of a field, such as "px"; empty if it has none.

    Arguments:
        field: its unit is in `json_schema_extra`.
    """
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def number_range(metadata: Any, *, whole: bool = False) -> NumberRange:
    """Return the numbers that the limits of a field allow.

    Arguments:
        metadata: the annotations of the field, among them its limits.
        whole: allow whole numbers only.
    """
    allowed = NumberRange(whole=whole)
    for limit in _limits(metadata):
        match limit:
            case Ge(ge=bound):
                allowed = replace(allowed, lowest=float(bound))  # type: ignore[arg-type]
            case Gt(gt=bound):
                allowed = replace(allowed, lowest=float(bound), lowest_excluded=True)  # type: ignore[arg-type]
            case Le(le=bound):
                allowed = replace(allowed, highest=float(bound))  # type: ignore[arg-type]
            case Lt(lt=bound):
                allowed = replace(allowed, highest=float(bound), highest_excluded=True)  # type: ignore[arg-type]
    return allowed


def title_of_value(value: Any) -> str:
    """Return the text on screen for a value of a choice.

    Arguments:
        value: the value as files spell it.

    >>> title_of_value("same_size")
    'Same size'
    """
    text = str(value).replace("_", " ")
    return text[:1].upper() + text[1:]


def _is_text_tuple(annotation: Any) -> bool:
    """Return True for a tuple of any number of texts."""
    parts = get_args(annotation) if get_origin(annotation) is tuple else ()
    return len(parts) == 2 and parts[1] is Ellipsis and _without_metadata(parts[0]) is str


def _without_metadata(annotation: Any) -> Any:
    """Return the type inside `Annotated`."""
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _limits(metadata: Any) -> list[Any]:
    """Return all limits in one flat list. They come one by one, inside a FieldInfo, or as an interval."""
    found: list[Any] = []
    for item in metadata:
        if isinstance(item, FieldInfo):
            found.extend(_limits(item.metadata))
        elif isinstance(item, Interval):
            found.extend(item)
        else:
            found.append(item)
    return found
