"""A form made from a pydantic model: one row for each field, with its title, its help and its error."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget, QWidgetItem

from app.forms.editor_factory import Editor, make_editor
from app.forms.editors import JsonEditor, PairFieldEditor, TextListEditor
from app.forms.field_errors import describe_field_error
from app.forms.field_help import set_field_help
from app.forms.slider_editor import SliderEditor
from app.widgets.labels import make_caption, make_paragraph, show_text
from app.widgets.number_box import NumberBox
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_ROWS = 3
"""Rows of the grid for each field: the editor, a widget below it, the error."""

DRAFT_EDITORS = (NumberBox, PairFieldEditor, SliderEditor, JsonEditor, TextListEditor)
"""Editors with drafts: typed text that is not applied before Enter, Tab or a click elsewhere."""


class ModelForm(QWidget):
    """Edits the values of a model's fields. The owner passes in the values and applies the changes.

    Arguments:
        model: the model; each of its fields gets a row.
        prefix: prefix of the object names: `<prefix>_<field>` for the editor, `<prefix>_<field>_error` for the error.
        skip: names of fields without a row.
        titles: for fields that are a choice, the text on screen for each value. A field of text becomes a choice.
        only: names of the fields with a row; None for all.
        sliders: edit numbers within a small range with a slider, too.
        narrow: break long titles into lines.
        parent: the parent widget.

    Attributes:
        editors: the editors by field name.

    Signals:
        edited(name, value, continues): the user entered a value that the model accepts. `continues` is True if
            several changes in a row are one undo step, such as steps of the arrows or letters of a text.
    """

    edited = Signal(str, object, bool)

    def __init__(
        self,
        model: type[BaseModel],
        prefix: str,
        skip: Iterable[str] = (),
        titles: Mapping[str, Mapping[Any, str]] | None = None,
        only: Collection[str] | None = None,
        sliders: bool = False,
        narrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sliders, self._narrow = sliders, narrow
        self._notes: dict[str, QLabel] = {}
        self._model = model
        self._values: dict[str, Any] = {}
        self.editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._help: dict[str, str] = {}
        self._below: dict[str, QWidget] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GRID)
        layout.setVerticalSpacing(GRID)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(1, 3)
        for name, field in model.model_fields.items():
            if name not in skip and (only is None or name in only):
                self._add_row(layout, prefix, name, field, (titles or {}).get(name))

    def _add_row(
        self, layout: QGridLayout, prefix: str, name: str, field: FieldInfo, titles: Mapping[Any, str] | None
    ) -> None:
        editor = make_editor(field, titles, self, slider=self._sliders)
        title, help_text = field.title or name.replace("_", " ").capitalize(), field.description or ""
        set_field_help(editor, title, help_text)
        label = make_caption(title)
        label.setWordWrap(self._narrow)
        label.setToolTip(help_text)
        label.setBuddy(editor)
        _set_names(editor, f"{prefix}_{name}", title)
        editor.setToolTip(help_text)
        editor.edited.connect(self._on_edited)
        if isinstance(editor, NumberBox | PairFieldEditor | SliderEditor):
            editor.refused.connect(self._on_refused)
        if isinstance(editor, DRAFT_EDITORS):
            editor.reverted.connect(self._on_reverted)
        error = make_paragraph(f"{prefix}_{name}_error", style_class="danger")
        row = _ROWS * len(self.editors)
        layout.addWidget(label, row, 0)
        layout.addWidget(editor, row, 1)
        layout.addWidget(error, row + _ROWS - 1, 0, 1, 2)
        self.editors[name], self._labels[name], self._help[name] = editor, label, help_text
        self._errors[name] = error
        self.show_error(name, "")

    @property
    def column_widths(self) -> tuple[int, int]:
        """The least widths of the titles and of the editors, in pixels, so that other rows can line up with these."""
        titles = [_least_width(self._labels[name]) for name in self.editors]
        editors = [_least_width(editor) for editor in self.editors.values()]
        return max(titles, default=0), max(editors, default=0)

    def add_below(self, name: str, widget: QWidget) -> None:
        """Put a widget below the editor of a field. Tab reaches it after the editor.

        Arguments:
            name: name of the field.
            widget: the widget, such as a button that sets the field.
        """
        layout = self.layout()
        assert isinstance(layout, QGridLayout)
        layout.addWidget(widget, _ROWS * list(self.editors).index(name) + 1, 1)
        self._below[name] = widget

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show values, without a signal. An editor with a refused value keeps it until its field gets another value.

        Arguments:
            values: values by field name; fields without a value stay as they are.
        """
        for name, editor in self.editors.items():
            if name not in values:
                continue
            if self._errors[name].isHidden() or values[name] != self._values.get(name):
                editor.show_value(values[name])
                self.show_error(name, describe_field_error(self._model, values, name))
        self._values = dict(values)

    def forget(self) -> None:
        """Delete all drafts and refused values, because the next values belong to something else."""
        for name in self.editors:
            self.forget_field(name)
        self._values = {}

    def forget_field(self, name: str) -> None:
        """Delete the draft and the error of one field.

        Arguments:
            name: name of the field.
        """
        editor = self.editors[name]
        if isinstance(editor, DRAFT_EDITORS):
            editor.drop_draft()
        self.show_error(name, "")

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        drafts = {name: editor for name, editor in self.editors.items() if isinstance(editor, DRAFT_EDITORS)}
        for editor in drafts.values():
            editor.commit()
        return next((self.error(name) for name, editor in drafts.items() if editor.has_draft and self.error(name)), "")

    def show_error(self, name: str, sentence: str) -> None:
        """Show an error below a field.

        Arguments:
            name: name of the field.
            sentence: the error; empty for no error.
        """
        editor = self.editors[name]
        self._errors[name].setText(sentence)
        self._errors[name].setVisible(bool(sentence))
        _show_invalid(editor, bool(sentence))
        for widget in [editor, *(editor.tab_stops() if isinstance(editor, PairFieldEditor | SliderEditor) else [])]:
            widget.setAccessibleDescription(sentence or self._help[name])

    def hide_fields(self, names: Collection[str]) -> None:
        """Hide the rows of some fields and show all others. The drafts of hidden fields are deleted.

        Arguments:
            names: names of the fields to hide.
        """
        for name, editor in self.editors.items():
            shown = name not in names
            if not shown:
                self.forget_field(name)
            editor.setVisible(shown)
            self._labels[name].setVisible(shown)
            self._errors[name].setVisible(shown and bool(self._errors[name].text()))
            if name in self._notes:
                self._notes[name].setVisible(shown and bool(self._notes[name].text()))

    def show_note(self, name: str, text: str) -> None:
        """Show a small text below the editor of a field.

        Arguments:
            name: name of the field.
            text: the text; empty for none.
        """
        if name not in self._notes:
            layout = self.layout()
            assert isinstance(layout, QGridLayout)
            note = make_paragraph(f"{self.editors[name].objectName()}_note", style_class="muted")
            layout.addWidget(note, _ROWS * list(self.editors).index(name) + 1, 0, 1, 2)
            self._notes[name] = note
        show_text(self._notes[name], text)

    def error(self, name: str) -> str:
        """Return the error that is shown for a field; an empty text if there is none.

        Arguments:
            name: name of the field.
        """
        return self._errors[name].text()

    def tab_stops(self) -> list[QWidget]:
        """Return all widgets that Tab reaches, from top to bottom."""
        stops: list[QWidget] = []
        for name, editor in self.editors.items():
            stops.extend(editor.tab_stops() if isinstance(editor, PairFieldEditor | SliderEditor) else [editor])
            if name in self._below:
                stops.append(self._below[name])
        return stops

    def _name_of_sender(self) -> str:
        editor = self.sender()
        return next(name for name, each in self.editors.items() if each is editor)

    @Slot(object, bool)
    def _on_edited(self, value: Any, continues: bool) -> None:
        name = self._name_of_sender()
        sentence = describe_field_error(self._model, {**self._values, name: value}, name)
        self.show_error(name, sentence)
        if not sentence:
            self.edited.emit(name, value, continues)

    @Slot(str)
    def _on_refused(self, reason: str) -> None:
        name = self._name_of_sender()
        self.show_error(name, f"{self._labels[name].text()} {reason}.")

    @Slot()
    def _on_reverted(self) -> None:
        name = self._name_of_sender()
        self.show_error(name, describe_field_error(self._model, self._values, name))


def _set_names(editor: Editor, object_name: str, title: str) -> None:
    editor.setObjectName(object_name)
    editor.setAccessibleName(title)
    if isinstance(editor, PairFieldEditor | SliderEditor):
        editor.name_parts(object_name, title)


def _show_invalid(editor: Editor, invalid: bool) -> None:
    if isinstance(editor, PairFieldEditor | SliderEditor):
        editor.set_invalid(invalid)
    else:
        set_style_property(editor, "invalid", invalid)


def _least_width(widget: QWidget) -> int:
    """Return the least width that a layout gives the widget, in pixels; 0 if it is hidden."""
    return QWidgetItem(widget).minimumSize().width()
