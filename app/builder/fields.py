"""Editors for the fields of a settings model: which widget edits a whole number, a pair, a choice and so on."""

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QDoubleSpinBox, QLineEdit, QWidget

from app.widgets.choice_box import ChoiceBox
from app.widgets.looks import paint_outline, set_look
from app.widgets.pair_editor import PairEditor, WholeNumberBox
from app.widgets.undo_keys import leaves_undo_to_document
from tinyml.core.choices import Choice

_WHOLE_LIMIT = 2**31 - 1
_NUMBER_LIMIT = 1e12


class WholeNumberEditor(WholeNumberBox):
    """Edits an `int`."""

    edited = Signal(object)

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(lowest, highest, parent)
        self.valueChanged.connect(self._tell)

    @Slot(int)
    def _tell(self, value: int) -> None:
        self.edited.emit(value)

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        if isinstance(value, int) and value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)


class NumberEditor(QDoubleSpinBox):
    """Edits a `float`, shown with as few digits as it needs."""

    edited = Signal(object)

    def __init__(self, lowest: float, highest: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lowest, self._highest = lowest, highest
        self.setDecimals(12)
        self.setRange(-_NUMBER_LIMIT, _NUMBER_LIMIT)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(48)
        self.valueChanged.connect(self._tell)

    @Slot(float)
    def _tell(self, value: float) -> None:
        self.edited.emit(value)

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 10)

    def stepBy(self, steps: int) -> None:
        before = self.value()
        super().stepBy(steps)
        if not self._lowest <= self.value() <= self._highest:
            self.setValue(min(max(before, self._lowest), self._highest))

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_outline(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        if isinstance(value, int | float) and value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)


class BooleanEditor(QCheckBox):
    """Edits a `bool`."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self._tell)

    @Slot(bool)
    def _tell(self, value: bool) -> None:
        self.edited.emit(value)

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

    edited = Signal(object)

    def __init__(self, titles: Mapping[Any, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._values = list(titles)
        self.addItems(list(titles.values()))
        self.activated.connect(self._chosen)

    @Slot(int)
    def _chosen(self, position: int) -> None:
        self.edited.emit(self._values[position])

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)


class TextEditor(QLineEdit):
    """Edits a `str`."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._tell)

    @Slot(str)
    def _tell(self, value: str) -> None:
        self.edited.emit(value)

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        text = value if isinstance(value, str) else ""
        if text != self.text():
            self.setText(text)


class JsonEditor(QLineEdit):
    """Edits anything else, as JSON; what is not JSON is handed on as text, for the model to refuse."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._read)

    @Slot(str)
    def _read(self, _text: str) -> None:
        self.edited.emit(self._value())

    def _value(self) -> Any:
        try:
            return json.loads(self.text())
        except ValueError:
            return self.text()

    def event(self, event: QEvent) -> bool:
        return leaves_undo_to_document(event) or super().event(event)

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        # The same value may be typed in another way: that is left as it is.
        if not self.text() or self._value() != value:
            self.setText(json.dumps(value))


class PairField(PairEditor):
    """Edits (rows, columns)."""

    def show_value(self, value: Any) -> None:
        """Show a value, silently."""
        if isinstance(value, int):
            value = (value, value)
        if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, int) for part in value):
            self.set_value((value[0], value[1]))


Editor = WholeNumberEditor | NumberEditor | BooleanEditor | ChoiceEditor | TextEditor | JsonEditor | PairField


def make_editor(field: FieldInfo, titles: Mapping[Any, str] | None = None, parent: QWidget | None = None) -> Editor:
    """Make the editor for a field of a model.

    Arguments:
        field: its annotation decides which editor, its limits the range of the arrows.
        titles: words for the values of a choice; made from the values by default.
        parent: of the editor.
    """
    kind = field.annotation
    if kind is bool:
        return BooleanEditor(parent)
    if kind is int:
        return WholeNumberEditor(*whole_range(field.metadata), parent)
    if kind is float:
        return NumberEditor(*number_range(field.metadata), parent)
    if kind is str:
        choice = next((mark for mark in field.metadata if isinstance(mark, Choice)), None)
        return ChoiceEditor(titles or choice.titles(), parent) if choice else TextEditor(parent)
    if get_origin(kind) is Literal:
        return ChoiceEditor(titles or {value: words_for(value) for value in get_args(kind)}, parent)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ChoiceEditor(titles or {member.value: words_for(member.value) for member in kind}, parent)
    parts = get_args(kind) if get_origin(kind) is tuple else ()
    if len(parts) == 2 and all(_bare(part) is int for part in parts):
        return PairField(*whole_range(getattr(parts[0], "__metadata__", ())), parent)
    return JsonEditor(parent)


def show_invalid(editor: Editor, invalid: bool) -> None:
    """Give an editor the look of a wrong value, or take it away."""
    if isinstance(editor, PairEditor):
        editor.set_invalid(invalid)
    else:
        set_look(editor, "invalid", invalid)


def whole_range(metadata: Any) -> tuple[int, int]:
    """Return the smallest and the largest whole number that the limits allow."""
    lowest, highest = -_WHOLE_LIMIT, _WHOLE_LIMIT
    for limit in _limits(metadata):
        match limit:
            case Ge(ge=bound):
                lowest = max(lowest, int(bound))  # type: ignore[call-overload]
            case Gt(gt=bound):
                lowest = max(lowest, int(bound) + 1)  # type: ignore[call-overload]
            case Le(le=bound):
                highest = min(highest, int(bound))  # type: ignore[call-overload]
            case Lt(lt=bound):
                highest = min(highest, int(bound) - 1)  # type: ignore[call-overload]
    return lowest, highest


def number_range(metadata: Any) -> tuple[float, float]:
    """Return the limits of a number; those that are themselves not allowed stay outside by very little."""
    lowest, highest = -_NUMBER_LIMIT, _NUMBER_LIMIT
    for limit in _limits(metadata):
        match limit:
            case Ge(ge=bound):
                lowest = float(bound)  # type: ignore[arg-type]
            case Gt(gt=bound):
                lowest = float(bound) + 1e-9  # type: ignore[arg-type]
            case Le(le=bound):
                highest = float(bound)  # type: ignore[arg-type]
            case Lt(lt=bound):
                highest = float(bound) - 1e-9  # type: ignore[arg-type]
    return lowest, highest


def words_for(value: Any) -> str:
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
