"""The part of the data form for the options of the source: how a file is read, or how points are drawn."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.forms.data_parts.data_part import DataPart
from app.forms.editors import ChoiceEditor
from app.forms.model_form import ModelForm
from app.widgets.plain_text import short
from tinyml.data import DataDescription, known_names
from tinyml.data.options import SourceOptions

ROLE_OPTIONS = ("inputs", "targets")
"""Options that a list of columns edits, if the data have columns."""
_DRAWN = ("points", "names")
"""Options of own points, which the user edits on the decision map."""
_RARE = ("ignored",)
"""Options that are set elsewhere. They are shown only if they are not empty."""
_AUTOMATIC = ("", (), None, "automatic")
_BRIEF, _LONGEST = 24, 200
"""Characters of what was found that fit beside "Automatic", and below a field."""


class ReadingPart(DataPart):
    """A form made from the options of the source. An automatic option shows what was found.

    Arguments:
        document: holds the choice of data.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Reading"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_reading_part", parent)
        self._prefix = prefix
        self._made_for: tuple[object, ...] | None = None
        self._model: type[SourceOptions] = SourceOptions

    def refresh(self, data: DataDescription) -> bool:
        model = self._document.data_options
        skip = ROLE_OPTIONS if data.columns else _DRAWN if data.name == "points" else ()
        asked = (model, data.option_choices, skip)
        if asked != self._made_for:
            self._made_for, self._model = asked, model
            self._make_form(dict(data.option_choices), skip)
        if self.form is None:
            return False
        values = self._choice.wanted.options
        self.form.show_values(_all_values(model, values))
        self.show_refusal()
        found = dict(data.recognised)
        for name, editor in self.form.editors.items():
            automatic = values.get(name, model.model_fields[name].default) in _AUTOMATIC
            self._show_found(name, editor, found.get(name, "") if automatic else "")
        self.title = "Drawing" if self._document.project.data.source in known_names() else "Reading"
        hidden = {name for name in _RARE if not values.get(name)} & set(self.form.editors)
        self.form.hide_fields(hidden)
        return len(hidden) < len(self.form.editors)

    def _make_form(self, choices: Mapping[str, tuple[str, ...]], skip: tuple[str, ...]) -> None:
        """Make the fields for other options; none if the source has no options."""
        if self.form is not None:
            self.body.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        names = [name for name in self._model.model_fields if name not in skip]
        if not names:
            return
        titles = {name: _titles(self._model, name, choices.get(name, ())) for name in names}
        self.form = ModelForm(
            self._model,
            f"{self._prefix}_option",
            only=names,
            titles={name: known for name, known in titles.items() if known},
            sliders=True,
            narrow=True,
        )
        self.form.edited.connect(self._on_edited)
        self.body.addWidget(self.form)

    def _show_found(self, name: str, editor: QWidget, found: str) -> None:
        """Show what an automatic option found: in a choice beside "Automatic" if it is short, else below the field."""
        assert self.form is not None, "there are fields"
        brief = isinstance(editor, ChoiceEditor) and 0 < len(found) <= _BRIEF
        if isinstance(editor, ChoiceEditor):
            for value in _AUTOMATIC:
                editor.show_titles({value: f"Automatic: {found}" if brief else "Automatic"})
        self.form.show_note(name, "" if brief or not found else _sentence_case(short(found, _LONGEST)))

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        title = (self._model.model_fields[name].title or name).lower()
        options = changed_options(self._model, self._choice.wanted.options, {name: value})
        self._choice.change(name, f"change {title}", continues, options=options)


def changed_options(
    model: type[SourceOptions], options: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return options as a project stores them: only those that differ from their defaults.

    Arguments:
        model: the class of the options.
        options: the options before.
        changes: new values by name. An option that the model does not accept is dropped.
    """
    try:
        checked = model.model_validate({**options, **changes})
    except ValidationError:
        checked = model.model_validate(dict(changes))
    return checked.model_dump(mode="json", exclude_defaults=True)


def _sentence_case(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _all_values(model: type[SourceOptions], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all options."""
    defaults = {name: field.default for name, field in model.model_fields.items()}
    stored = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    return {**defaults, **{name: value for name, value in stored.items() if name in defaults}}


def _titles(model: type[SourceOptions], name: str, choices: tuple[str, ...]) -> Mapping[Any, str]:
    """Return the text on screen for each value of an option; none to derive it from the values."""
    field = model.model_fields[name]
    if not choices:
        return {}
    if field.default == ():
        return {(): "Automatic", **{(text,): short(text) for text in choices}}
    return {"": "Automatic", **{text: short(text) for text in choices}}
