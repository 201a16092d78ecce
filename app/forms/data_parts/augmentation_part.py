"""The part of the data form that changes the training examples at random."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.document.edits import change_training
from app.forms.data_parts.data_part import DataPart
from app.forms.model_form import ModelForm
from app.widgets.labels import make_paragraph, show_text
from tinyml.data import DataDescription
from tinyml.learner import TrainingSettings
from tinyml.learner.settings import AUGMENTATION_SETTINGS, IMAGE_AUGMENTATION_SETTINGS

_ABOUT = "Changes training examples at random, in another way in each epoch. Validation and test examples stay."


class AugmentationPart(DataPart):
    """The training settings that change the examples, as far as they fit the data.

    Arguments:
        document: holds the training settings.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Augmentation"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_augmentation_part", parent)
        self._fields = self.form = ModelForm(TrainingSettings, prefix, only=AUGMENTATION_SETTINGS, narrow=True)
        self._fields.edited.connect(self._on_edited)
        self._about = make_paragraph(f"{prefix}_augmentation_about", _ABOUT, "muted")
        self.body.addWidget(self._fields)
        self.body.addWidget(self._about)

    def refresh(self, data: DataDescription) -> bool:
        training = self._document.project.training
        self._fields.show_values(dict(training))
        chosen = {name for name in IMAGE_AUGMENTATION_SETTINGS if getattr(training, name)}
        images = len(data.example_shape) == 3
        # What is chosen for other data is shown, because it is a problem.
        self._fields.hide_fields(set() if images else set(IMAGE_AUGMENTATION_SETTINGS) - chosen)
        show_text(self._about, _ABOUT)
        return True

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        project = self._document.project
        values = TrainingSettings.model_validate({**dict(project.training), name: value})
        edit = change_training(project, **{name: getattr(values, name)})
        self._document.apply(edit if continues else edit.alone())
