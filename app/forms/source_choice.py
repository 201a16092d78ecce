"""The choice of other data, or of other options: their description is read before they become an edit."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.document.data_descriptions import DescribedData, described_alike, read_description
from app.document.edits import Edit, change_data, choose_source
from app.jobs import Job
from tinyml.core import DataError
from tinyml.data import DataChoice, known_names
from tinyml.data.choice import ExpectedData


class SourceChoice(QObject):
    """Changes the source of the document's data, and how it is read. Each document has one.

    The next choice cancels the one before it. Data that cannot be read change nothing.

    Arguments:
        document: holds the project; it owns this object.

    Attributes:
        pending: the source whose description is being read; empty if there is none.
        error: one sentence that says why the last choice of a source was refused; empty if it was not.
        field: name of the option or of the preprocessing that was changed last.
        field_error: one sentence that says why this change was refused; empty if it was not.

    Signals:
        changed(): one of the attributes, or `wanted`, changed.
    """

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._job: Job | None = None
        self._source = document.project.data.source
        self._wanted: DataChoice | None = None
        self._text = ""
        self.pending = self.error = self.field = self.field_error = ""
        document.changed.connect(self._on_document_changed)
        document.replaced.connect(self._on_document_replaced)

    @property
    def _document(self) -> Document:
        # The parent, not an attribute: a cycle of references would leave the document, and the commands on its undo
        # stack, to Python's garbage collector. It deletes them in an order that crashes Qt.
        document = self.parent()
        assert isinstance(document, Document), "a document owns this object"
        return document

    @staticmethod
    def of(document: Document) -> "SourceChoice":
        """Return the one of a `document`; make it at the first call."""
        return document.findChild(SourceChoice) or SourceChoice(document)

    @property
    def wanted(self) -> DataChoice:
        """The data with the options and the preprocessing that the user wants, also while they are being read."""
        return self._wanted or self._document.project.data

    @property
    def changing(self) -> bool:
        """True while the description for other options is being read."""
        return self._wanted is not None

    def choose(self, source: str) -> None:
        """Change the source of the data, as one undo step. Data that cannot be read change nothing: see `error`.

        Arguments:
            source: name of a built-in set, or path of a file or folder; the current source only cancels a choice.
        """
        self._drop()
        if source in known_names():
            self._document.apply(choose_source(self._document.project, source))
        elif source and source != self._document.project.data.source:
            self.pending = source
            self._read(DataChoice(source=source), self._on_source_returned, self._on_source_failed)
        self.changed.emit()

    def relocate(self, source: str) -> None:
        """Use the same data in another place. Options, preprocessing and split stay.

        Arguments:
            source: path of the file or folder.
        """
        self._drop()
        project = self._document.project
        if source and source != project.data.source:
            choice = project.data.model_copy(update={"source": source})
            self.pending = source
            self._read(choice, self._on_relocation_returned, self._on_source_failed)
        self.changed.emit()

    def change(self, field: str, text: str, continues: bool = False, **changes: Any) -> None:
        """Change how the data are read, as one undo step. Impossible options change nothing: see `field_error`.

        Arguments:
            field: name of the option or of the preprocessing.
            text: the edit for the undo menu, such as "change noise".
            continues: several changes in a row are one undo step.
            changes: new, valid values of `DataChoice`.
        """
        choice = self.wanted.model_copy(update=changes)
        self._drop()
        self.field, self._text = field, text
        if described_alike(choice, self._document.project.data):
            self._apply_change(choice, choice.expected, continues)
        elif choice.source in known_names():
            try:
                read_description(choice)
            except DataError as error:
                self.field_error = str(error)
            else:
                self._apply_change(choice, None, continues)
        else:
            self._wanted = choice
            self._read(choice, self._on_change_returned, self._on_change_failed)
        self.changed.emit()

    def _read(self, choice: DataChoice, returned: Any, failed: Any) -> None:
        self._job = self._document.describe_data(choice)
        self._job.returned.connect(returned)
        self._job.failed.connect(failed)

    def _apply_change(self, choice: DataChoice, expected: ExpectedData | None, continues: bool) -> None:
        values = {"options": choice.options, "preprocessing": choice.preprocessing, "expected": expected}
        edit = replace(change_data(self._document.project, **values), text=self._text, merge_key=f"data.{self.field}")
        self._document.apply(edit if continues else edit.alone())

    def _drop(self) -> None:
        """Forget the job and the errors."""
        job, self._job = self._job, None
        self._wanted = None
        self.pending = self.error = self.field_error = ""
        if job is not None:
            job.cancel()

    @Slot(object)
    def _on_source_returned(self, described: DescribedData) -> None:
        expected = ExpectedData.of(described.description)
        self._finish(choose_source(self._document.project, described.choice.source, expected))

    @Slot(object)
    def _on_relocation_returned(self, described: DescribedData) -> None:
        edit = change_data(self._document.project, source=described.choice.source)
        self._finish(replace(edit, text="choose where the data is").alone())

    def _finish(self, edit: Edit) -> None:
        self._job, self.pending = None, ""
        self._document.apply(edit)
        self.changed.emit()

    @Slot(str)
    def _on_source_failed(self, sentence: str) -> None:
        self._job, self.pending, self.error = None, "", sentence
        self.changed.emit()

    @Slot(object)
    def _on_change_returned(self, described: DescribedData) -> None:
        self._job = self._wanted = None
        self._apply_change(described.choice, ExpectedData.of(described.description), continues=False)
        self.changed.emit()

    @Slot(str)
    def _on_change_failed(self, sentence: str) -> None:
        self._job, self._wanted, self.field_error = None, None, sentence
        self.changed.emit()

    @Slot()
    def _on_document_changed(self) -> None:
        """An edit answers the error. Another source, for example after undo, answers a pending choice, too."""
        source, before = self._document.project.data.source, self._source
        self._source = source
        if source != before or ((self.error or self.field_error) and not self.pending):
            self._drop()
            self.changed.emit()

    @Slot()
    def _on_document_replaced(self) -> None:
        self._drop()
        self.changed.emit()
