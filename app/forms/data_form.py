"""The form for the data of the project and its split."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QVBoxLayout, QWidget

from app.document import DATA_PENDING, Document
from app.document.data_filters import data_name_filters
from app.document.edits import change_data
from app.formatting import format_count, format_list
from app.forms.form_widgets import Page
from app.forms.model_form import ModelForm
from app.forms.target_description import describe_targets
from app.jobs import Job
from app.widgets.labels import make_caption, make_paragraph, show_text
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID
from tinyml.core import DataError, describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.data import DataChoice, DataDescription, builtin_descriptions, builtin_names, memory_problem, split_counts
from tinyml.data.readers import describe_sources, readers

CHOOSE_FILE, CHOOSE_FOLDER = "Choose file…", "Choose folder…"
_TARGET_TITLES = {"label": "Label", "input": "Input (autoencoder)"}


class DataForm(QWidget):
    """Shows and edits the data choice of a project.

    Arguments:
        document: holds the project.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_form")
        self.setAccessibleName("Data")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        self._data_job: Job | None = None
        self._source = _SourceBox(self)
        self._source.activated.connect(self._on_source_activated)
        self._source_error = make_paragraph("data_source_error", style_class="danger")
        self._summary = make_paragraph("data_summary")
        self._about = make_paragraph("data_about", style_class="muted")
        self._split = make_paragraph("data_split", style_class="muted")
        self._form = ModelForm(DataChoice, "data", skip=("source",), titles={"target": _TARGET_TITLES})
        self._form.edited.connect(self._on_edited)
        self._assemble()
        document.changed.connect(self._show)
        document.replaced.connect(self._on_document_replaced)
        self._show()

    def _assemble(self) -> None:
        page = Page("data_page", self)
        label = make_caption("Data")
        label.setBuddy(self._source)
        row = QGridLayout()
        row.setHorizontalSpacing(GRID)
        row.setColumnStretch(0, 2)
        row.setColumnStretch(1, 3)
        row.addWidget(label, 0, 0)
        row.addWidget(self._source, 0, 1)
        page.body.addLayout(row)
        for widget in (self._source_error, self._summary, self._about, self._form, self._split):
            page.body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)

    def commit(self) -> str:
        """Apply the text that is typed in a field. Return a sentence if the number is refused, else an empty text."""
        return self._form.commit()

    @Slot()
    def _show(self) -> None:
        data, choice = self._document.data, self._document.project.data
        self._source.show_source(choice.source)
        show_text(self._source_error, self._document.data_problem)
        self._form.show_values(dict(choice))
        if data is None:
            for label in (self._summary, self._about, self._split):
                show_text(label, "")
            if self._document.data_pending:
                show_text(self._summary, DATA_PENDING)
            return
        names = f": {format_list([short(name) for name in data.class_names])}" if data.class_names else ""
        size = f"{format_count(data.count)} examples · {describe_bytes(data.memory)} of memory"
        show_text(self._summary, f"{describe_shape(data.example_shape)} · {size}\n{describe_targets(data)}{names}")
        show_text(self._source_error, self._document.data_problem or memory_problem(data))
        show_text(self._about, data.about)
        own_test = bool(data.test_count)
        self._form.editors["test"].setEnabled(not own_test)
        if own_test:
            self._form.forget_field("test")
        self._show_split(own_test)

    def _show_split(self, own_test: bool) -> None:
        data, choice = self._document.data, self._document.project.data
        if data is None:
            return
        try:
            train, validation, test = (format_count(number) for number in split_counts(data, choice))
        except DataError as error:
            show_text(self._split, str(error))
            return
        reason = " The data has its own test part, so the test share is not used." if own_test else ""
        show_text(self._split, f"{train} training, {validation} validation, {test} test.{reason}")

    @Slot()
    def _on_document_replaced(self) -> None:
        self._form.forget()
        self._cancel_data_job()
        self._show()

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        project = self._document.project
        values = DataChoice.model_validate({**dict(project.data), name: value})
        edit = change_data(project, **{name: getattr(values, name)})
        self._document.apply(edit if continues else edit.alone())

    @Slot(int)
    def _on_source_activated(self, position: int) -> None:
        source = self._source.itemData(position)
        if source is None:
            source = self._ask_for_source(folders=self._source.itemText(position) == CHOOSE_FOLDER)
        self._cancel_data_job()
        self._show()
        if source in builtin_names():
            self._on_edited("source", source, False)
        elif source and source != self._document.project.data.source:
            self._source.show_source(source)
            show_text(self._source_error, "")
            show_text(self._summary, DATA_PENDING)
            self._data_job = self._document.describe_data(source)
            self._data_job.returned.connect(self._on_data_job_returned)
            self._data_job.failed.connect(self._on_data_job_failed)

    @Slot(object)
    def _on_data_job_returned(self, description: DataDescription) -> None:
        self._data_job = None
        self._on_edited("source", description.name, False)
        self._show()

    @Slot(str)
    def _on_data_job_failed(self, sentence: str) -> None:
        self._data_job = None
        self._show()
        show_text(self._source_error, sentence)

    def _cancel_data_job(self) -> None:
        job, self._data_job = self._data_job, None
        if job is not None:
            job.cancel()

    def _ask_for_source(self, folders: bool) -> str:
        """Ask for a folder or a file of data; an empty text means cancel."""
        source = self._document.project.data.source
        # A source without description may be on a network that does not answer. The dialog would wait for it.
        known = self._document.data is not None and source not in builtin_names()
        start = source if known else str(Path.home())
        title = f"Choose {describe_sources(reader for reader in readers().values() if reader.reads_folder == folders)}"
        if folders:
            return QFileDialog.getExistingDirectory(self, title, start)
        chosen, _ = QFileDialog.getOpenFileName(self, title, start, ";;".join([*data_name_filters(), "All files (*)"]))
        return chosen


class _SourceBox(QComboBox):
    """Lists the built-in sets, the path of other data in use, and the dialogs for other data.

    The data of an item is its source; None for a dialog.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("data_source")
        self.setAccessibleName("Data")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        for description in builtin_descriptions():
            self.addItem(description.title, description.name)
            self.setItemData(self.count() - 1, description.about, Qt.ItemDataRole.ToolTipRole)
        self._built_in = self.count()
        for text, folders in ((CHOOSE_FILE, False), (CHOOSE_FOLDER, True)):
            help_texts = [reader.help for reader in readers().values() if reader.reads_folder == folders]
            if help_texts:
                self.addItem(text, None)
                self.setItemData(self.count() - 1, tool_tip(" ".join(help_texts)), Qt.ItemDataRole.ToolTipRole)
        self._dialogs = self.count() - self._built_in

    def show_source(self, source: str) -> None:
        """Select a source. A path is added to the list first."""
        position = self.findData(source)
        if position < 0:
            while self.count() > self._built_in + self._dialogs:
                self.removeItem(self._built_in)
            self.insertItem(self._built_in, short(Path(source).name or source), source)
            self.setItemData(self._built_in, tool_tip(source), Qt.ItemDataRole.ToolTipRole)
            position = self._built_in
        self.setCurrentIndex(position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
