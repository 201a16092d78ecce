"""A form made from a pydantic model alone: one row for each field, with its title, its help and what is wrong."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.builder.forms.editors import Editor, JsonEditor, PairFieldEditor, complaint, make_editor, show_invalid
from app.widgets.number_box import NumberBox
from app.widgets.plain_label import PlainLabel
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID

DRAFT_EDITORS = (NumberBox, PairFieldEditor, JsonEditor)
"""Editors whose text counts only when it is finished."""


class ModelForm(QWidget):
    """Edits the values of a model's fields. It holds no model: the values come from outside and go back there.

    Arguments:
        model: what the form is made from.
        prefix: of the object names: `<prefix>_<field>` for the editor, `<prefix>_<field>_error` for the sentence
            beside it.
        skip: names of fields that are edited elsewhere.
        titles: for fields that are a choice: words for its values.

    Attributes:
        editors: the editors by field name.

    Signals:
        edited(name, value, continues): the user gave a field another value, which the model accepts. `continues` is
            True when several such changes in a row are one: steps of the arrows, letters of a text.
    """

    edited = Signal(str, object, bool)

    def __init__(
        self,
        model: type[BaseModel],
        prefix: str,
        skip: Iterable[str] = (),
        titles: Mapping[str, Mapping[Any, str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._values: dict[str, Any] = {}
        self.editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._help: dict[str, str] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GRID)
        layout.setVerticalSpacing(GRID)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(1, 3)
        for name, field in model.model_fields.items():
            if name in skip:
                continue
            editor = make_editor(field, (titles or {}).get(name), self)
            title, help_text = field.title or name.replace("_", " ").capitalize(), field.description or ""
            label = QLabel(title, self)
            label.setProperty("muted", True)
            label.setToolTip(help_text)
            label.setBuddy(editor)
            _name(editor, f"{prefix}_{name}", title)
            editor.setToolTip(help_text)
            editor.edited.connect(self._on_edited)
            if isinstance(editor, NumberBox | PairFieldEditor):
                editor.refused.connect(self._on_refused)
            if isinstance(editor, DRAFT_EDITORS):
                editor.reverted.connect(self._on_reverted)
            row = 2 * len(self.editors)
            layout.addWidget(label, row, 0)
            layout.addWidget(editor, row, 1)
            layout.addWidget(self._make_error(f"{prefix}_{name}_error", name), row + 1, 0, 1, 2)
            self.editors[name], self._labels[name], self._help[name] = editor, label, help_text
            self.show_error(name, "")

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, silently. An editor whose own value is refused keeps it until its field gets another."""
        for name, editor in self.editors.items():
            if name not in values:
                continue
            if self._errors[name].isHidden() or values[name] != self._values.get(name):
                editor.show_value(values[name])
                self.show_error(name, complaint(self._model, values, name))
        self._values = dict(values)

    def forget(self) -> None:
        """Drop drafts and values that were refused: those that are shown next belong to something else."""
        for name in self.editors:
            self.forget_field(name)
        self._values = {}

    def forget_field(self, name: str) -> None:
        """Drop the draft of one field, and what is said to be wrong with it."""
        editor = self.editors[name]
        if isinstance(editor, DRAFT_EDITORS):
            editor.drop_draft()
        self.show_error(name, "")

    def commit(self) -> str:
        """Finish what is half typed. Return the sentence about the first draft that is refused; empty if none is."""
        drafts = {name: editor for name, editor in self.editors.items() if isinstance(editor, DRAFT_EDITORS)}
        for editor in drafts.values():
            editor.commit()
        return next((self.error(name) for name, editor in drafts.items() if editor.has_draft and self.error(name)), "")

    def show_error(self, name: str, sentence: str) -> None:
        """Say beside a field what is wrong with it; an empty sentence takes that away."""
        editor = self.editors[name]
        self._errors[name].setText(sentence)
        self._errors[name].setVisible(bool(sentence))
        show_invalid(editor, bool(sentence))
        for widget in [editor, *(editor.tab_stops() if isinstance(editor, PairFieldEditor) else [])]:
            widget.setAccessibleDescription(sentence or self._help[name])

    def hide_fields(self, names: Collection[str]) -> None:
        """Hide the rows of these fields, and show all others. What is half typed in a hidden one is dropped."""
        for name, editor in self.editors.items():
            shown = name not in names
            if not shown:
                self.forget_field(name)
            editor.setVisible(shown)
            self._labels[name].setVisible(shown)
            self._errors[name].setVisible(shown and bool(self._errors[name].text()))

    def error(self, name: str) -> str:
        """Return what is said to be wrong with a field; empty when nothing is."""
        return self._errors[name].text()

    def tab_stops(self) -> list[QWidget]:
        """Return everything that takes the keyboard, from the top down."""
        stops: list[QWidget] = []
        for editor in self.editors.values():
            stops.extend(editor.tab_stops() if isinstance(editor, PairFieldEditor) else [editor])
        return stops

    def _make_error(self, object_name: str, field_name: str) -> QLabel:
        error = PlainLabel(parent=self)
        error.setObjectName(object_name)
        error.setProperty("danger", True)
        error.setFont(small_font(error.font()))
        error.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        error.hide()
        self._errors[field_name] = error
        return error

    def _name_of_sender(self) -> str:
        editor = self.sender()
        return next(name for name, each in self.editors.items() if each is editor)

    @Slot(object, bool)
    def _on_edited(self, value: Any, continues: bool) -> None:
        name = self._name_of_sender()
        sentence = complaint(self._model, {**self._values, name: value}, name)
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
        self.show_error(name, complaint(self._model, self._values, name))


def _name(editor: Editor, object_name: str, title: str) -> None:
    editor.setObjectName(object_name)
    editor.setAccessibleName(title)
    if hasattr(editor, "name_parts"):
        editor.name_parts(object_name, title)
