"""Reads tensor files in the background: first the header, then one tensor after the other."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.models.reading.file_contents import FileContents, read_contents
from app.models.reading.pictures import PictureRequest, paint
from app.models.reading.spectrum import read_spectrum
from app.models.reading.tensor_columns import TensorRow, write_tsv
from app.models.reading.tensor_files import save_tensor, tensor_as_csv
from app.models.reading.tensor_index import SummaryBatch
from app.training.priority import PriorityGate
from tinyml.storage import TensorSummary, assess_health, summarise_tensors

_REPORT_SECONDS = 0.05
"""Seconds between two reports of statistics."""
_GATE_SECONDS = 0.005
"""Seconds of work between two waits for the window. Python switches between threads about as often."""


class ModelReader(QObject):
    """Reads one file at a time, off the GUI thread. A new request replaces the previous one.

    Signals:
        opened(contents): the header of the file is read, as `FileContents`.
        summarised(batch): the statistics of the next tensors, as a `SummaryBatch`; many times for one file.
        completed(): every tensor is summarised.
        failed(sentence): the file, or the rest of it, cannot be read.
        painted(pictures): the answer to `paint`, as `TensorPictures`.
        not_painted(sentence): the reason why `paint` has no pictures.
        written(text): the answer to `write`.
        spectrum_read(spectrum): the answer to `read_spectrum`, as `Spectrum`.
        spectrum_failed(sentence): the reason why there are no singular values.
        assessed(health): the answer to `assess`, as `FileHealth`.
        copied(text): the answer to `copy_tensor`.
        saved(path): `save_tensor` has written this file.
        not_saved(sentence): the reason why `copy_tensor` or `save_tensor` failed.
    """

    opened = Signal(object)
    summarised = Signal(object)
    completed = Signal()
    failed = Signal(str)
    painted = Signal(object)
    not_painted = Signal(str)
    written = Signal(object)
    spectrum_read = Signal(object)
    spectrum_failed = Signal(str)
    assessed = Signal(object)
    copied = Signal(object)
    saved = Signal(Path)
    not_saved = Signal(str)
    _progressed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = 0
        self._cancelled = threading.Event()
        self._gate: PriorityGate | None = None
        # Two threads, so that quick requests do not wait for the statistics of a large file.
        self._slow, self._quick = BackgroundRunner(), BackgroundRunner()
        # Singular values take seconds, and a file that is being saved must be finished.
        self._computing, self._saving = BackgroundRunner(), BackgroundRunner()
        self._contents_job = LatestJob(self._quick, self)
        self._picture_job = LatestJob(self._quick, self)
        self._summaries_job = LatestJob(self._slow, self)
        self._text_job = LatestJob(self._quick, self)
        self._text_job.returned.connect(self.written)
        self._copy_job = LatestJob(self._quick, self)
        self._copy_job.returned.connect(self.copied)
        self._copy_job.failed.connect(self.not_saved)
        self._health_job = LatestJob(self._quick, self)
        self._health_job.returned.connect(self.assessed)
        self._spectrum_job = LatestJob(self._computing, self)
        self._spectrum_job.returned.connect(self.spectrum_read)
        self._spectrum_job.failed.connect(self.spectrum_failed)
        for job in (self._contents_job, self._summaries_job):
            job.returned.connect(self._close_gate)
            job.failed.connect(self._close_gate)
            job.failed.connect(self.failed)
        self._contents_job.returned.connect(self.opened)
        self._summaries_job.returned.connect(self.completed)
        self._picture_job.returned.connect(self.painted)
        self._picture_job.failed.connect(self.not_painted)
        self._progressed.connect(self._on_progressed)

    @property
    def busy(self) -> bool:
        """True while a file is being read."""
        return self._contents_job.busy or self._summaries_job.busy

    def open(self, path: Path) -> None:
        """Read the header of the file at `path`; `opened` or `failed` answers.

        The statistics of the previous file are still computed meanwhile.
        """
        self._contents_job.start(partial(read_contents, path, self._make_gate().wait))

    def summarise(self, contents: FileContents) -> None:
        """Compute the statistics of every tensor of `contents`. `summarised` answers many times, then `completed`."""
        self._stop_summaries()  # but continue to open another file
        self._cancelled = threading.Event()
        report = partial(self._progressed.emit, self._request)
        self._summaries_job.start(partial(_summarise, contents, report, self._cancelled, self._make_gate().wait))

    def cancel(self) -> None:
        """Stop reading. No signal follows."""
        self._contents_job.cancel()
        self._stop_summaries()
        self._close_gate()

    def _stop_summaries(self) -> None:
        self._request += 1
        self._cancelled.set()
        self._summaries_job.cancel()

    def paint(self, request: PictureRequest, contents: FileContents, other: FileContents | None = None) -> None:
        """Ask for pictures of one tensor. `painted` or `not_painted` answers.

        Arguments:
            request: which pictures.
            contents: the shown file.
            other: the file that it is compared with; None if there is none.
        """
        pair = (other.path, other.header) if other is not None else None
        self._picture_job.start_with_progress(partial(paint, request, (contents.path, contents.header), pair))

    def read_spectrum(self, contents: FileContents, name: str) -> None:
        """Ask for the singular values of a tensor. `spectrum_read` or `spectrum_failed` answers.

        Arguments:
            contents: the file.
            name: of the tensor.
        """
        self._spectrum_job.start(partial(read_spectrum, contents, name))

    def assess(self, summaries: Iterable[TensorSummary]) -> None:
        """Ask for the health of a file. `assessed` answers.

        Arguments:
            summaries: the statistics of all its tensors.
        """
        self._health_job.start(partial(assess_health, tuple(summaries)))

    def forget_health(self) -> None:
        """Cancel the last request for the health of a file."""
        self._health_job.cancel()

    def forget_spectrum(self) -> None:
        """Cancel the last request for singular values."""
        self._spectrum_job.cancel()

    def copy_tensor(self, contents: FileContents, name: str) -> None:
        """Ask for a tensor as comma-separated values. `copied` or `not_saved` answers.

        Arguments:
            contents: the file.
            name: of the tensor.
        """
        self._copy_job.start(partial(tensor_as_csv, contents, name))

    def save_tensor(self, contents: FileContents, name: str, path: Path) -> None:
        """Save a tensor as an NPY file. `saved` or `not_saved` answers.

        Arguments:
            contents: the file.
            name: of the tensor.
            path: the new file.
        """
        job = self._saving.submit(partial(save_tensor, contents, name, path))
        job.returned.connect(self.saved)
        job.failed.connect(self.not_saved)

    def forget_picture(self) -> None:
        """Cancel the last request for pictures."""
        self._picture_job.cancel()

    def write(self, rows: Iterable[TensorRow]) -> None:
        """Ask for `rows` of the table as text. `written` answers."""
        self._text_job.start(partial(write_tsv, rows))

    def shutdown(self) -> None:
        """Stop reading and end the threads."""
        self.cancel()
        self._slow.shutdown()
        self._quick.shutdown()
        self._computing.shutdown()
        self._saving.shutdown(LONGEST_SAVE)

    def _make_gate(self) -> PriorityGate:
        """Return the gate at which the reader waits. Without it, many small tensors would freeze the window."""
        if self._gate is None:
            application = QCoreApplication.instance()
            assert application is not None, "a ModelReader needs a QCoreApplication"
            self._gate = PriorityGate(application, self)
        return self._gate

    def _close_gate(self) -> None:
        if self._gate is not None and not self.busy:
            self._gate.close()
            self._gate.deleteLater()
            self._gate = None

    @Slot(int, object)
    def _on_progressed(self, request: int, batch: SummaryBatch) -> None:
        if request == self._request:
            self.summarised.emit(batch)


class _CancelledError(Exception):
    """The reader was cancelled: no one needs the rest of the file."""


def _summarise(
    contents: FileContents,
    report: Callable[[SummaryBatch], None],
    cancelled: threading.Event,
    pause: Callable[[], None],
) -> None:
    """Report summaries in batches, about twenty times a second. One signal for each tensor would be too many."""

    def stop_if_cancelled() -> None:
        if cancelled.is_set():
            raise _CancelledError

    summaries: list[TensorSummary] = []
    reported = waited = perf_counter()
    with suppress(_CancelledError):
        for summary in summarise_tensors(contents.path, between=stop_if_cancelled, header=contents.header):
            stop_if_cancelled()
            summaries.append(summary)
            now = perf_counter()
            if now - reported > _REPORT_SECONDS:
                report(contents.index.batch(summaries))
                summaries, reported = [], now
            if now - waited > _GATE_SECONDS:
                pause()
                waited = perf_counter()
        report(contents.index.batch(summaries))
