"""The part of the data form that says what the network learns to predict."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.forms.data_parts.data_part import DataPart
from app.forms.model_form import ModelForm
from app.widgets.labels import make_paragraph, show_text
from tinyml.data import DataChoice, DataDescription

_TITLES = {"label": "Label", "input": "Input (autoencoder)"}
_NO_LABELS = "These data have no labels. A network can learn to restore its input (an autoencoder)."


class TargetPart(DataPart):
    """The choice between the label and the input, if the data have labels.

    Arguments:
        document: holds the choice of data.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Target"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_target_part", parent)
        self._no_labels = make_paragraph(f"{prefix}_no_labels", _NO_LABELS, "muted")
        self._fields = self.form = ModelForm(
            DataChoice, prefix, only=("target",), titles={"target": _TITLES}, narrow=True
        )
        self._fields.edited.connect(self._on_edited)
        self.body.addWidget(self._no_labels)
        self.body.addWidget(self._fields)

    def refresh(self, data: DataDescription) -> bool:
        self._fields.show_values(dict(self._document.project.data))
        self._fields.setVisible(data.has_labels)
        show_text(self._no_labels, "" if data.has_labels else _NO_LABELS)
        return True

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        self.change_choice(name, value, continues)
