"""The dialog of File > New: choose a template or the empty network."""

from functools import lru_cache

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.builder.templates.template_list import TemplateList
from app.builder.templates.template_model import TemplateCard
from app.document import Document
from app.document.templates import Template
from app.widgets.labels import make_label
from app.widgets.plain_text import button_text
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription
from tinyml.storage import Project

_COLUMNS, _ROWS = 3, 3
_KEEP = "Keep my data ({})"
_NO_FIT = "This template does not fit the data “{}”. It brings its own."


class NewProjectDialog(QDialog):
    """Shows all templates as cards. Enter or a double-click chooses one; Esc changes nothing.

    Arguments:
        document: gives the data that can be kept.
        parent: the window.

    Signals:
        project_chosen(Project, title): the new project, and the name that it has until it is saved; empty for none.
    """

    project_chosen = Signal(object, str)

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("new_project_dialog")
        self.setWindowTitle("New project")
        self._document = document
        self._list = TemplateList("template_gallery", large=True)
        self._keep_data = QCheckBox()
        self._keep_data.setObjectName("keep_data")
        self._note = make_label("template_note", "", "muted", wraps=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self._list.chosen.connect(self._on_chosen)
        self._list.current_changed.connect(self._on_current_changed)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._list.setCurrentIndex(self._list.model().index(0, 0))
        self._list.setFocus()
        # Without this, Qt limits the first size of a dialog to two thirds of the screen.
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        card = self._list.card_size
        margin = 4 * GRID + self._list.verticalScrollBar().sizeHint().width()
        rest = super().sizeHint().height() - self._list.sizeHint().height()
        wanted = QSize(_COLUMNS * card.width() + margin, _ROWS * card.height() + rest + GRID)
        return wanted.boundedTo(self.screen().availableSize() * 0.9)

    def _lay_out(self) -> None:
        create = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        create.setText("Create")
        create.setObjectName("create_project")
        create.setProperty("primary", True)
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setObjectName("cancel_new_project")
        layout = QVBoxLayout(self)
        layout.addWidget(make_label("template_question", "What do you want to start with?", "heading"))
        layout.addWidget(self._list, 1)
        layout.addWidget(self._keep_data)
        layout.addWidget(self._note)
        layout.addWidget(self._buttons)

    @Slot(object)
    def _on_current_changed(self, card: TemplateCard) -> None:
        """Offer to keep the data if it is not the template's own and fits."""
        data = self._document.data
        fits = data is not None and (card.template is None or _fits(card.template, data))
        own = data is not None and card.template is not None and data.name == card.template.project.data.source
        title = data.title if data is not None else ""
        self._keep_data.setText(button_text(_KEEP.format(title)))
        self._keep_data.setVisible(fits and not own)
        self._note.setText("" if fits or data is None else _NO_FIT.format(title))
        self._note.setVisible(not fits and data is not None)

    @Slot(object)
    def _on_chosen(self, card: TemplateCard) -> None:
        project = self._make_project(card)
        self.accept()
        self.project_chosen.emit(project, card.title if card.template is not None else "")

    @Slot()
    def _on_accepted(self) -> None:
        card = self._list.current_card
        if card is not None:
            self._on_chosen(card)

    def _make_project(self, card: TemplateCard) -> Project:
        """Return the project of a card, with the present data if the user wants to keep it."""
        document = self._document
        kept = document.data if self._keep_data.isChecked() and self._keep_data.isVisible() else None
        if card.template is None:
            return Project(data=document.project.data) if kept is not None else Project()
        if kept is None:
            return card.template.project
        project = card.template.project_for(kept)
        target = project.data.target
        return project.model_copy(update={"data": document.project.data.model_copy(update={"target": target})})


@lru_cache(maxsize=64)
def _fits(template: Template, data: DataDescription) -> bool:
    """Return True if a template can be adapted to the data. This takes some milliseconds."""
    return template.fits(data)
