"""The form for the training settings: loss, optimiser, learning-rate schedule and so on.

Settings that the chosen optimiser and schedule do not use are hidden.
"""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.document import Document
from app.document.edits import change_training
from app.forms.editors import ChoiceEditor
from app.forms.field_help import FieldHelp
from app.forms.form_widgets import FormulaBox, Page
from app.forms.model_form import ModelForm
from app.widgets.labels import make_heading, make_paragraph, show_text
from app.widgets.number_box import NumberBox
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.learner import TrainingSettings, loss_misfit
from tinyml.learner.settings import AUGMENTATION_SETTINGS
from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions

_MISFITS = "The grey losses do not fit targets that are numbers."


class TrainingForm(QWidget):
    """Edits the document's training settings. Each field of `TrainingSettings` gets a row.

    A window may have several forms of one document.

    Arguments:
        document: the document whose training settings are shown and edited.
        prefix: prefix of all object names.
        parent: the parent widget.

    Signals:
        augmentation_requested(): the user wants to see or change the augmentation, which is on the Data page.
    """

    augmentation_requested = Signal()

    def __init__(self, document: Document, prefix: str = "training", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}_form")
        self.setAccessibleName("Training settings")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        self._page = page = Page(f"{prefix}_scroll", self)
        self._form = ModelForm(TrainingSettings, prefix, skip=AUGMENTATION_SETTINGS)
        self._form.edited.connect(self._on_edited)
        self._misfits = make_paragraph(f"{prefix}_loss_misfits", style_class="muted")
        self._form.add_below("loss", self._misfits)
        self._loss_formula = FormulaBox(f"{prefix}_loss_formula")
        self._loss_summary = make_paragraph(f"{prefix}_loss_summary", style_class="muted")
        self._optimizer_formula = FormulaBox(f"{prefix}_optimizer_formula")
        self._optimizer_summary = make_paragraph(f"{prefix}_optimizer_summary", style_class="muted")
        page.body.addWidget(self._form)
        page.body.addWidget(self._make_link(prefix))
        for heading, formula, summary in (
            (make_heading(f"{prefix}_loss_heading", "What the loss measures"), self._loss_formula, self._loss_summary),
            (
                make_heading(f"{prefix}_optimizer_heading", "How the optimiser works"),
                self._optimizer_formula,
                self._optimizer_summary,
            ),
        ):
            page.body.addSpacing(GRID // 2)
            for widget in (heading, formula, summary):
                page.body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page)
        layout.addWidget(FieldHelp(self, prefix))
        self._refresh = VisibleRefresh(self)
        self._refresh.due.connect(self._on_refresh_due)
        document.changed.connect(self._refresh.request)
        document.replaced.connect(self._on_document_replaced)
        self._show()

    def _make_link(self, prefix: str) -> QPushButton:
        """Return the button that leads to the augmentation, which is with the data."""
        self._link = QPushButton()
        self._link.setObjectName(f"{prefix}_augmentation_link")
        self._link.setAccessibleName("Augmentation on the Data page")
        self._link.setToolTip("The augmentation of the training examples is on the Data page.")
        self._link.setProperty("link", True)
        self._link.clicked.connect(self.augmentation_requested)
        return self._link

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        self._refresh.catch_up()
        return self._form.commit()

    def focus_field(self, name: str) -> None:
        """Scroll to a setting and put the focus into it. A setting that the optimiser does not use is not shown.

        Arguments:
            name: field of `TrainingSettings`.
        """
        editor = self._form.editors[name]
        if not editor.isHidden():
            self._page.ensureWidgetVisible(editor)
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
            if isinstance(editor, NumberBox):
                editor.selectAll()

    @Slot()
    def _on_refresh_due(self) -> None:
        self._show()

    def _show(self) -> None:
        training = self._document.project.training
        loss = loss_descriptions()[training.loss]
        self._form.show_values(dict(training))
        self._form.hide_fields(training.unused)
        self._show_misfits()
        chosen = sum(bool(getattr(training, name)) for name in AUGMENTATION_SETTINGS)
        self._link.setText(f"Augmentation: {f'{chosen} in use' if chosen else 'none'}")
        self._loss_formula.show_formula(loss.formula)
        show_text(self._loss_summary, loss.summary)
        optimizer = optimizer_descriptions()[training.optimizer]
        schedule = schedule_descriptions()[training.schedule]
        self._optimizer_formula.show_formula(optimizer.formula)
        show_text(self._optimizer_summary, f"{optimizer.summary} {schedule.summary}")

    def _show_misfits(self) -> None:
        """Grey the losses that do not fit the targets of the data, and say why."""
        data = self._document.data
        reasons = {name: loss_misfit(name, data) for name in loss_descriptions()} if data is not None else {}
        obstacles = {name: reason for name, reason in reasons.items() if reason}
        editor = self._form.editors["loss"]
        assert isinstance(editor, ChoiceEditor), "the loss is one of several names"
        editor.show_obstacles(obstacles)
        show_text(self._misfits, _MISFITS if obstacles else "")

    @Slot()
    def _on_document_replaced(self) -> None:
        self._form.forget()
        self._refresh.request()

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        project = self._document.project
        values = TrainingSettings.model_validate({**project.training.model_dump(), name: value})
        edit = change_training(project, **{name: getattr(values, name)})
        self._document.apply(edit if continues else edit.alone())
