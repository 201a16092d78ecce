"""Reads the data in use for the middle of the Data page: in the background, and only while the page is visible."""

from functools import partial
from time import monotonic

from PySide6.QtCore import QObject, Signal, Slot

from app.datasets.downloads import Downloads
from app.datasets.preview import DataDetails, DataPreview, load_details, load_preview
from app.datasets.preview_panel import PreviewPanel
from app.document import DATA_PENDING, Document
from app.document.edits import change_data
from app.jobs import BackgroundRunner, LatestJob
from app.training.dataset_cache import READING_CANCELLED, cancel_reading
from app.training.reading import Reading
from tinyml.core import BrokenFilesError, NotDownloadedError
from tinyml.data import DataChoice, DataDescription

_CHOOSE_OTHER = "Choose other data at the left, or drop a folder of images, a table or a file of arrays on the window."
_CANCELLED = "Reading the data was cancelled."
_SHOW_PROGRESS_AFTER = 0.2
"""Seconds before the progress is shown: most data is there sooner."""


class PreviewLoader(QObject):
    """Follows the choice of data, reads it, and shows it in a panel.

    Arguments:
        document: holds the choice of data; leaving out broken files is an edit.
        downloads: of public sets, which the panel offers for a set that is not downloaded.

    Attributes:
        panel: the middle of the page.

    Signals:
        retried(): the user wants the data to be read again, after a failure or a cancellation.
    """

    retried = Signal()

    def __init__(self, document: Document, downloads: Downloads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._reading_runner, self._analysis_runner, self._pictures = (BackgroundRunner() for _ in range(3))
        self._preview_job = LatestJob(self._reading_runner, self)
        self._details_job = LatestJob(self._analysis_runner, self)
        self._requested: tuple[str, DataDescription] | None = None
        self._same_examples: tuple[str, DataDescription] | None = None
        self._reader = Reading(None)
        self._started = 0.0
        self.panel = PreviewPanel(document, downloads, self._pictures)
        self.panel.cancelled.connect(self._on_cancelled)
        self.panel.retried.connect(self._on_retried)
        self.panel.skip_requested.connect(self._on_skip_requested)
        self._preview_job.progressed.connect(self._on_preview_progressed)
        self._preview_job.returned.connect(self._on_preview_returned)
        self._preview_job.failed.connect(self._on_preview_failed)
        self._details_job.returned.connect(self._on_details_returned)
        self._details_job.failed.connect(self._on_details_failed)

    def refresh(self, pending: bool) -> None:
        """Show the data in use.

        Arguments:
            pending: other data is being described, because the user has chosen it.
        """
        data, choice = self._document.data, self._document.project.data
        self.panel.show_description(data if not pending else None)
        if pending or self._document.data_pending:
            self._stop()
            self.panel.show_message(DATA_PENDING)
        elif data is None:
            self._stop()
            self.panel.show_message(self._document.data_problem, _CHOOSE_OTHER, danger=True, retry=True)
        else:
            self._request(choice, data)

    def retry(self, now: bool = True) -> None:
        """Read the data again, after a failure or a download; if even its description failed, describe it first.

        Arguments:
            now: False while the page is hidden; then the next `refresh` reads the data.
        """
        self._requested = None
        if self._document.data is None:
            self._document.show_project(self._document.project)
        elif now:
            self.refresh(pending=False)
        self.retried.emit()

    def pause(self) -> None:
        """Stop reading and analysing until the next `refresh`."""
        if self._preview_job.busy:
            self._reading_runner.abandon()
            self._requested = None
        self._details_job.cancel()

    def shutdown(self) -> None:
        """Stop reading, and end the threads."""
        for runner in (self._reading_runner, self._analysis_runner, self._pictures):
            runner.shutdown()

    def _stop(self) -> None:
        self._reading_runner.abandon()
        self._details_job.cancel()
        self._requested = None

    def _request(self, choice: DataChoice, data: DataDescription) -> None:
        """Read the examples, unless they are shown or being read."""
        wanted = choice.model_dump_json(exclude={"expected"}), data
        if wanted == self._requested:
            if self.panel.preview is not None and self.panel.details is None and not self._details_job.busy:
                self._details_job.start_with_progress(partial(load_details, self.panel.preview))
            return
        self._requested = wanted
        # Another split shows the same examples, so they stay visible until the parts are there.
        examples = choice.model_dump_json(include={"source", "target", "options", "preprocessing"}), data
        if examples != self._same_examples or self.panel.preview is None:
            self.panel.show_message(DATA_PENDING)
        self._same_examples = examples
        # A folder that does not answer must not delay other data.
        self._reading_runner.abandon()
        self._details_job.cancel()
        self._reader, self._started = Reading(data), monotonic()
        self._preview_job.start_with_progress(partial(load_preview, choice))

    @Slot(float)
    def _on_preview_progressed(self, share: float) -> None:
        self._reader.report(share)
        if self.panel.preview is None and monotonic() - self._started >= _SHOW_PROGRESS_AFTER:
            self.panel.show_progress(self._reader.text, share)

    @Slot(object)
    def _on_preview_returned(self, preview: DataPreview) -> None:
        self.panel.show_preview(preview)
        self._details_job.start_with_progress(partial(load_details, preview))

    @Slot(str)
    def _on_preview_failed(self, sentence: str) -> None:
        error = self._preview_job.error
        if isinstance(error, BrokenFilesError):
            self.panel.show_broken_files(sentence, error.files, self._document.project.data.source)
        elif isinstance(error, NotDownloadedError):
            self.panel.show_download(self._document.project.data.source)
        elif sentence == READING_CANCELLED:
            self.panel.show_message(_CANCELLED, retry=True)
        else:
            self.panel.show_message(sentence, _CHOOSE_OTHER, danger=True, retry=True)

    @Slot(object)
    def _on_details_returned(self, details: DataDetails) -> None:
        self.panel.show_details(details)

    @Slot(str)
    def _on_details_failed(self, sentence: str) -> None:
        self.panel.show_analysis_problem(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        cancel_reading(self._document.project.data)

    @Slot()
    def _on_retried(self) -> None:
        self.retry()

    @Slot(tuple)
    def _on_skip_requested(self, files: tuple[str, ...]) -> None:
        """Leave broken files out, as an edit that can be undone."""
        project = self._document.project
        before = project.data.options.get("ignored", [])
        ignored = [*(before if isinstance(before, list) else ()), *files]
        options = {**project.data.options, "ignored": ignored}
        self._document.apply(change_data(project, options=options))
