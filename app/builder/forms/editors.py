"""Editors for the fields of a settings model: which widget edits a whole number, a pair, a choice and so on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.widgets.choice_box import ChoiceBox
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.pair_editor import PairEditor
from app.widgets.theme.style_properties import set_style_property
from app.widgets.undo_keys import leaves_undo_to_document
from tinyml.core.choices import Choice


class BooleanEditor(QCheckBox):
    """Edits a `bool`."""

    edited = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self._on_toggled)

    @Slot(bool)
    def _on_toggled(self, value: bool) -> None:
        self.edited.emit(value, True)

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        self.blockSignals(True)
        self.setChecked(value is True)
        self.blockSignals(False)


class ChoiceEditor(ChoiceBox):
    """Edits a `Literal`, an enumeration, or a text that is one of several names.

    Arguments:
        titles: the values with the words that stand for them.
    """

    edited = Signal(object, bool)

    def __init__(self, titles: Mapping[Any, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._values = list(titles)
        self.addItems(list(titles.values()))
        self.activated.connect(self._on_activated)

    @Slot(int)
    def _on_activated(self, position: int) -> None:
        self.edited.emit(self._values[position], True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)


class TextEditor(QLineEdit):
    """Edits a `str`."""

    edited = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._on_text_edited)

    @Slot(str)
    def _on_text_edited(self, value: str) -> None:
        self.edited.emit(value, True)

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        text = value if isinstance(value, str) else ""
        if text != self.text():
            self.setText(text)


class JsonEditor(QLineEdit):
    """Edits anything else, as JSON, when it is finished; other text is passed on as it is, for the model to refuse."""

    edited = Signal(object, bool)
    reverted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Any = None
        self.editingFinished.connect(self.commit)

    @property
    def has_draft(self) -> bool:
        """True while the text is not that of the value in force."""
        return self.text() != json.dumps(self._shown)

    @Slot()
    def commit(self) -> None:
        """Finish what was typed."""
        if self.isModified():
            self.setModified(False)
            self.edited.emit(self._value(), False)

    def drop_draft(self) -> None:
        """Show the value in force, whatever was typed, silently."""
        self.setText(json.dumps(self._shown))

    def _value(self) -> Any:
        try:
            return json.loads(self.text(), parse_constant=_refuse_constant)
        except ValueError:
            return self.text()

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.has_draft:
            self.drop_draft()
            self.reverted.emit()
        else:
            super().keyPressEvent(event)

    def show_value(self, value: Any) -> None:
        """Show the value in force, silently. A draft stays while that value stays the same."""
        if value != self._shown or not self.text():
            self._shown = value
            self.drop_draft()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class PairFieldEditor(PairEditor):
    """Edits (rows, columns)."""

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        if isinstance(value, int):
            value = (value, value)
        if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, int) for part in value):
            self.set_value((value[0], value[1]))


Editor = NumberBox | BooleanEditor | ChoiceEditor | TextEditor | JsonEditor | PairFieldEditor


def make_editor(field: FieldInfo, titles: Mapping[Any, str] | None = None, parent: QWidget | None = None) -> Editor:
    """Make the editor for a field of a model.

    Arguments:
        field: its annotation decides which editor, its limits the numbers that it takes.
        titles: words for the values of a choice; made from the values by default.
        parent: of the editor.
    """
    kind = field.annotation
    if kind is bool:
        return BooleanEditor(parent)
    if kind is int:
        return NumberBox(number_range(field.metadata, whole=True), parent)
    if kind is float:
        return NumberBox(number_range(field.metadata), parent)
    if kind is str:
        choice = next((mark for mark in field.metadata if isinstance(mark, Choice)), None)
        return ChoiceEditor(titles or choice.titles(), parent) if choice else TextEditor(parent)
    if get_origin(kind) is Literal:
        return ChoiceEditor(titles or {value: describe_value(value) for value in get_args(kind)}, parent)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ChoiceEditor(titles or {member.value: describe_value(member.value) for member in kind}, parent)
    parts = get_args(kind) if get_origin(kind) is tuple else ()
    if len(parts) == 2 and all(_bare(part) is int for part in parts):
        return PairFieldEditor(number_range(getattr(parts[0], "__metadata__", ()), whole=True), parent)
    return JsonEditor(parent)


def show_invalid(editor: Editor, invalid: bool) -> None:
    """Give an editor the look of a wrong value, or take it away."""
    if isinstance(editor, PairEditor):
        editor.set_invalid(invalid)
    else:
        set_style_property(editor, "invalid", invalid)


def number_range(metadata: Any, *, whole: bool = False) -> NumberRange:
    """Return the numbers that the limits of a field allow."""
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


def describe_value(value: Any) -> str:
    """Write the value of a choice for people: "same_size" is "Same size"."""
    text = str(value).replace("_", " ")
    return text[:1].upper() + text[1:]


def complaint(model: type[BaseModel], values: Mapping[str, Any], name: str) -> str:
    """Tell in one sentence what the model has against the value of one field; empty when it has nothing.

    What is wrong with other fields is not this field's fault.
    """
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        for found in error.errors(include_url=False):
            if found["loc"][:1] in ((name,), ()):
                reason = found["msg"].removeprefix("Value error, ").replace("Input should be ", "should be ")
                title = model.model_fields[name].title or name
                value = found["input"] if found["loc"] else values[name]
                return f"{title} is {_shown(value)} but {_plainly(reason)}."
    return ""


def _shown(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _plainly(reason: str) -> str:
    for stiff, plain in (
        ("greater than or equal to", "at least"),
        ("less than or equal to", "at most"),
        ("greater than", "more than"),
        ("should be a valid integer, unable to parse string as an integer", "should be a whole number"),
        ("should be a valid integer", "should be a whole number"),
        ("should be a valid number", "should be a number"),
    ):
        reason = reason.replace(stiff, plain)
    return reason.rstrip(".")


def _bare(annotation: Any) -> Any:
    """Return the type inside `Annotated`."""
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _limits(metadata: Any) -> list[Any]:
    """Flatten limits that are given one by one, inside a FieldInfo, or as an interval."""
    found: list[Any] = []
    for item in metadata:
        if isinstance(item, FieldInfo):
            found.extend(_limits(item.metadata))
        elif isinstance(item, Interval):
            found.extend(item)
        else:
            found.append(item)
    return found
