"""What the parts of the data form share."""

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document import Document
from app.document.edits import change_data
from app.forms.model_form import ModelForm
from app.forms.source_choice import SourceChoice
from app.widgets.theme.theme import GRID
from tinyml.data import DataChoice, DataDescription


class DataPart(QWidget):
    """A part of the data form.

    Arguments:
        document: holds the choice of data.
        name: objectName.
        parent: the parent widget.

    Attributes:
        title: the heading of the part.
        form: the fields of the part; None if it has none now.
    """

    title = ""

    def __init__(self, document: Document, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._document = document
        self._choice = SourceChoice.of(document)
        self.form: ModelForm | None = None
        self._refused_field = ""
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(GRID)

    def refresh(self, data: DataDescription) -> bool:
        """Show the current state. Return True if the part has something to show for these data.

        Arguments:
            data: the description of the data.
        """
        raise NotImplementedError

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        return self.form.commit() if self.form is not None else ""

    def forget(self) -> None:
        """Delete all drafts, because the next values belong to another project."""
        if self.form is not None:
            self.form.forget()

    def change_choice(self, name: str, value: Any, continues: bool) -> None:
        """Change a field of the choice of data that does not change its description.

        Arguments:
            name: name of the field.
            value: a valid value.
            continues: several changes in a row are one undo step.
        """
        project = self._document.project
        values = DataChoice.model_validate({**dict(project.data), name: value})
        edit = change_data(project, **{name: getattr(values, name)})
        self._document.apply(edit if continues else edit.alone())

    def show_refusal(self) -> None:
        """Show why the last change of an option was refused, beside its field."""
        field, sentence, form = self._choice.field, self._choice.field_error, self.form
        if form is None:
            return
        if self._refused_field in form.editors and (not sentence or self._refused_field != field):
            form.show_error(self._refused_field, "")
        self._refused_field = ""
        if sentence and field in form.editors:
            form.show_error(field, sentence)
            self._refused_field = field
