"""The form for how to train: loss, optimiser, schedule. Settings that the chosen ones do not look at are hidden."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.builder.forms.form_widgets import FormulaBox, Page
from app.builder.forms.model_form import ModelForm
from app.document import Document
from app.document.edits import change_training
from app.widgets.labels import make_heading, make_paragraph, show_text
from app.widgets.theme.theme import GRID
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions


class TrainingForm(QWidget):
    """Edits the document's training settings; its rows come from `TrainingSettings` alone.

    Arguments:
        document: what is shown and edited.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_form")
        self.setAccessibleName("Training settings")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        page = Page("training_page", self)
        self._form = ModelForm(TrainingSettings, "training")
        self._form.edited.connect(self._on_edited)
        self._formula = FormulaBox("loss_formula")
        self._summary = make_paragraph("loss_summary", style_class="muted")
        page.body.addWidget(self._form)
        page.body.addSpacing(GRID // 2)
        page.body.addWidget(make_heading("loss_heading", "What the loss measures"))
        page.body.addWidget(self._formula)
        page.body.addWidget(self._summary)
        self._optimizer_formula = FormulaBox("optimizer_formula")
        self._optimizer_summary = make_paragraph("optimizer_summary", style_class="muted")
        page.body.addSpacing(GRID // 2)
        page.body.addWidget(make_heading("optimizer_heading", "How each update is made"))
        page.body.addWidget(self._optimizer_formula)
        page.body.addWidget(self._optimizer_summary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        document.changed.connect(self._show)
        document.replaced.connect(self._on_document_replaced)
        self._show()

    def commit(self) -> str:
        """Finish what is half typed. Return the sentence about a number that is refused; empty if none is."""
        return self._form.commit()

    @Slot()
    def _show(self) -> None:
        training = self._document.project.training
        loss = loss_descriptions()[training.loss]
        self._form.show_values(training.model_dump())
        self._form.hide_fields(training.unused)
        self._formula.show_formula(loss.formula)
        show_text(self._summary, loss.summary)
        optimizer = optimizer_descriptions()[training.optimizer]
        schedule = schedule_descriptions()[training.schedule]
        self._optimizer_formula.show_formula(optimizer.formula)
        show_text(self._optimizer_summary, f"{optimizer.summary} {schedule.summary}")

    @Slot()
    def _on_document_replaced(self) -> None:
        self._form.forget()
        self._show()

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        project = self._document.project
        values = TrainingSettings.model_validate({**project.training.model_dump(), name: value})
        edit = change_training(project, **{name: getattr(values, name)})
        self._document.apply(edit if continues else edit.alone())
