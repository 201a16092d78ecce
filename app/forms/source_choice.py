"""The choice of other data: its description is read in the background before it becomes an edit."""

from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.document.edits import change_data
from app.jobs import Job
from tinyml.data import DataChoice, DataDescription, known_names


class SourceChoice(QObject):
    """Changes the source of the document's data. Each document has one, so a choice cancels the one before it.

    Arguments:
        document: holds the project; it owns this object.

    Attributes:
        pending: the source whose description is being read; empty if there is none.
        error: one sentence that says why the last choice was refused; empty if it was not.

    Signals:
        changed(): `pending` or `error` changed.
    """

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._job: Job | None = None
        self._source = document.project.data.source
        self.pending = self.error = ""
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

    def choose(self, source: str) -> None:
        """Change the source of the data, as one undo step. Data that cannot be read change nothing: see `error`.

        Arguments:
            source: name of a built-in set, or path of a file or folder; the current source only cancels a choice.
        """
        self._drop()
        if source in known_names():
            self._apply(source)
        elif source and source != self._document.project.data.source:
            self.pending = source
            self._job = self._document.describe_data(source)
            self._job.returned.connect(self._on_job_returned)
            self._job.failed.connect(self._on_job_failed)
        self.changed.emit()

    def _apply(self, source: str) -> None:
        project = self._document.project
        values = DataChoice.model_validate({**dict(project.data), "source": source})
        self._document.apply(change_data(project, source=values.source).alone())

    def _drop(self) -> None:
        """Forget the job and the error."""
        job, self._job = self._job, None
        self.pending = self.error = ""
        if job is not None:
            job.cancel()

    @Slot(object)
    def _on_job_returned(self, description: DataDescription) -> None:
        self._job, self.pending = None, ""
        self._apply(description.name)
        self.changed.emit()

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._job, self.pending, self.error = None, "", sentence
        self.changed.emit()

    @Slot()
    def _on_document_changed(self) -> None:
        """An edit answers the error. Another source, for example after undo, answers a pending choice, too."""
        source, before = self._document.project.data.source, self._source
        self._source = source
        if source != before or (self.error and not self.pending):
            self._drop()
            self.changed.emit()

    @Slot()
    def _on_document_replaced(self) -> None:
        self._drop()
        self.changed.emit()
