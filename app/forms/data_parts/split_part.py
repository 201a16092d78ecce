"""The part of the data form that splits the examples."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.formatting import format_count
from app.forms.data_parts.data_part import DataPart
from app.forms.model_form import ModelForm
from app.forms.split_bar import SplitBar
from app.widgets.labels import make_paragraph, show_text
from tinyml.core import DataError
from tinyml.data import DataChoice, DataDescription, split_counts

_FIELDS = ("validation", "test", "seed", "stratified", "keep_own_split")


class SplitPart(DataPart):
    """A bar with the sizes of the parts, the shares, the seed, and what decides which example is where.

    Arguments:
        document: holds the choice of data.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Split"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_split_part", parent)
        self._bar = SplitBar(f"{prefix}_split_bar")
        self._sentence = make_paragraph(f"{prefix}_split", style_class="muted")
        self._fields = self.form = ModelForm(DataChoice, prefix, only=_FIELDS, narrow=True)
        self._fields.edited.connect(self._on_edited)
        for widget in (self._bar, self._sentence, self._fields):
            self.body.addWidget(widget)

    def refresh(self, data: DataDescription) -> bool:
        choice = self._document.project.data
        self._fields.show_values(dict(choice))
        self._fields.hide_fields(_unused(choice, data))
        try:
            counts = split_counts(data, choice)
        except DataError as error:
            self._bar.hide()
            show_text(self._sentence, str(error))
            return True
        self._bar.show()
        self._bar.show_counts(*counts)
        train, validation, test = (format_count(number) for number in counts)
        show_text(self._sentence, f"{train} training, {validation} validation, {test} test.{_own(choice, data)}")
        return True

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        self.change_choice(name, value, continues)


def _unused(choice: DataChoice, data: DataDescription) -> set[str]:
    """Return the fields that have no effect on these data."""
    own = data.test_count or data.validation_count
    unused = set() if own else {"keep_own_split"}
    if own and choice.keep_own_split:
        unused |= {name for name, count in _own_counts(data) if count}
    if not data.class_names:
        unused.add("stratified")
    return unused


def _own(choice: DataChoice, data: DataDescription) -> str:
    """Say which parts are the data's own."""
    parts = [name for name, count in _own_counts(data) if count]
    if not parts or not choice.keep_own_split:
        return ""
    return f" The {' and the '.join(parts)} part{'s are' if len(parts) > 1 else ' is'} the data's own."


def _own_counts(data: DataDescription) -> tuple[tuple[str, int], ...]:
    return ("validation", data.validation_count), ("test", data.test_count)
