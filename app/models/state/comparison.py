"""The file that the shown one is compared with, and what changed from one to the other."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from app.jobs import BackgroundRunner, LatestJob
from app.models.reading.file_contents import FileContents, read_contents
from app.training.priority import PriorityGate
from tinyml.storage import TensorChange, TensorSummary, compare_files, summarise_tensors

_REPORT_SECONDS = 0.05
"""Seconds between two reports of differences."""
_GATE_SECONDS = 0.005
"""Seconds of work between two waits for the window."""


class Comparison(QObject):
    """Reads the other file and compares the two in the background. The newest request wins.

    Attributes:
        active: True while the page compares.
        other: the header of the other file; None until it is read.
        differences: what changed in the tensors that were compared so far, by their names.
        summary: the statistics of the other file's tensor with the selected name; None if they are not known.

    Signals:
        changed(): `active` or `other` changed, or the comparison begins again: `differences` is empty.
        found(differences): more differences are known, as a tuple of `TensorChange`.
        completed(): all differences are known.
        summary_changed(): `summary` changed.
        failed(sentence): the other file cannot be read, or the two cannot be compared.
        written(text): the answer to `write`.
    """

    changed = Signal()
    found = Signal(object)
    completed = Signal()
    summary_changed = Signal()
    failed = Signal(str)
    written = Signal(object)
    _progressed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.active = False
        self.other: FileContents | None = None
        self.differences: dict[str, TensorChange] = {}
        self.summary: TensorSummary | None = None
        self._this: FileContents | None = None
        self._request = 0
        self._cancelled = threading.Event()
        self._gate: PriorityGate | None = None
        # The statistics of one tensor do not wait for the comparison of all.
        self._slow, self._quick = BackgroundRunner(), BackgroundRunner()
        self._open_job = LatestJob(self._quick, self)
        self._open_job.returned.connect(self._on_opened)
        self._open_job.failed.connect(self._on_failed)
        self._compare_job = LatestJob(self._slow, self)
        self._compare_job.returned.connect(self._on_compared)
        self._compare_job.failed.connect(self._on_failed)
        self._summary_job = LatestJob(self._quick, self)
        self._summary_job.returned.connect(self._on_summarised)
        self._summary_job.failed.connect(self.failed)
        self._text_job = LatestJob(self._quick, self)
        self._text_job.returned.connect(self.written)
        self._progressed.connect(self._on_progressed)

    @property
    def busy(self) -> bool:
        """True while the files are compared."""
        return self._open_job.busy or self._compare_job.busy

    def start(self, this: FileContents, other: Path) -> None:
        """Compare two files.

        Arguments:
            this: the shown file.
            other: the path of the other file.
        """
        self.stop()
        self.active, self._this = True, this
        if self.other is not None and self.other.path != other:
            self.other = None
        self.changed.emit()
        self._open_job.start(partial(read_contents, other))

    def stop(self) -> None:
        """Stop reading, and compare no more. The other file stays known."""
        self._request += 1
        self._cancelled.set()
        for job in (self._open_job, self._compare_job, self._summary_job):
            job.cancel()
        self._close_gate()
        was_active, self.active = self.active, False
        self.differences, self.summary = {}, None
        if was_active:
            self.changed.emit()

    def summarise(self, name: str) -> None:
        """Compute the statistics of a tensor of the other file; `summary_changed` answers.

        Arguments:
            name: of the tensor; `summary` becomes None at once.
        """
        self._summary_job.cancel()
        self.summary = None
        self.summary_changed.emit()
        if self.active and self.other is not None and name in self.other.index.places:
            self._summary_job.start(partial(_summarise_one, self.other, name))

    def write(self, make_text: Callable[[], str]) -> None:
        """Make a text of the differences in the background; `written` answers.

        Arguments:
            make_text: returns the text.
        """
        self._text_job.start(make_text)

    def shutdown(self) -> None:
        """Stop reading and end the threads."""
        self.stop()
        self._slow.shutdown()
        self._quick.shutdown()

    @Slot(object)
    def _on_opened(self, other: FileContents) -> None:
        self.other = other
        self.changed.emit()
        if self._this is None:
            return
        application = QCoreApplication.instance()
        assert application is not None, "jobs need a QCoreApplication"
        self._gate = PriorityGate(application, self)
        self._cancelled = threading.Event()
        report = partial(self._progressed.emit, self._request)
        self._compare_job.start(partial(_compare, self._this, other, report, self._cancelled, self._gate.wait))

    @Slot(int, object)
    def _on_progressed(self, request: int, differences: tuple[TensorChange, ...]) -> None:
        if request == self._request:
            self.differences.update({difference.name: difference for difference in differences})
            self.found.emit(differences)

    @Slot(object)
    def _on_compared(self, _result: object) -> None:
        self._close_gate()
        self.completed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._close_gate()
        self.failed.emit(sentence)

    @Slot(object)
    def _on_summarised(self, summary: TensorSummary) -> None:
        self.summary = summary
        self.summary_changed.emit()

    def _close_gate(self) -> None:
        if self._gate is not None:
            self._gate.close()
            self._gate.deleteLater()
            self._gate = None


class _CancelledError(Exception):
    """No one needs the rest of the comparison."""


def _compare(
    this: FileContents,
    other: FileContents,
    report: Callable[[tuple[TensorChange, ...]], None],
    cancelled: threading.Event,
    pause: Callable[[], None],
) -> None:
    """Report differences in batches, about twenty times a second."""

    def stop_if_cancelled() -> None:
        if cancelled.is_set():
            raise _CancelledError

    found: list[TensorChange] = []
    reported = waited = perf_counter()
    with suppress(_CancelledError):
        for difference in compare_files(other.path, this.path, stop_if_cancelled, other.header, this.header):
            stop_if_cancelled()
            found.append(difference)
            now = perf_counter()
            if now - reported > _REPORT_SECONDS:
                report(tuple(found))
                found, reported = [], now
            if now - waited > _GATE_SECONDS:
                pause()
                waited = perf_counter()
        report(tuple(found))


def _summarise_one(contents: FileContents, name: str) -> TensorSummary:
    """Return the statistics of one tensor of a file."""
    header = replace(contents.header, tensors=(contents.header.places[name][0],))
    return next(summarise_tensors(contents.path, header=header))
