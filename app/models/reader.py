"""Reads tensor files in the background: first the header, then one tensor after the other."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from app.jobs import BackgroundRunner, LatestJob
from app.models.pictures import paint_tensor
from app.models.tensor_columns import TensorRow, write_tsv
from app.models.tensor_index import SummaryBatch, TensorIndex, index_tensors
from app.training.priority import PriorityGate
from tinyml.core import StorageError
from tinyml.storage import (
    SavedModel,
    TensorFileHeader,
    TensorSummary,
    model_from_header,
    open_tensors,
    require_kind,
    summarise_tensors,
)

_REPORT_SECONDS = 0.05
"""Seconds between two reports of statistics."""
_GATE_SECONDS = 0.005
"""Seconds of work between two waits for the window. Python switches between threads about as often."""


@dataclass(frozen=True)
class FileContents:
    """Everything that is known about a file without reading its values.

    Attributes:
        path: the file.
        size: its size in bytes.
        header: names, shapes, types and metadata.
        index: the tensors, prepared for the table.
        about: everything about the model except its weights; None if the file is not a complete model file.
        obstacle: one sentence that says why the file is not a complete model file; empty if it is one.
    """

    path: Path
    size: int
    header: TensorFileHeader
    index: TensorIndex
    about: SavedModel | None
    obstacle: str


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
    """

    opened = Signal(object)
    summarised = Signal(object)
    completed = Signal()
    failed = Signal(str)
    painted = Signal(object)
    not_painted = Signal(str)
    written = Signal(object)
    _progressed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = 0
        self._cancelled = threading.Event()
        self._gate: PriorityGate | None = None
        # Two threads, so that quick requests do not wait for the statistics of a large file.
        self._slow, self._quick = BackgroundRunner(), BackgroundRunner()
        self._contents_job = LatestJob(self._quick, self)
        self._picture_job = LatestJob(self._quick, self)
        self._summaries_job = LatestJob(self._slow, self)
        self._text_job = LatestJob(self._quick, self)
        self._text_job.returned.connect(self.written)
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
        self.cancel()
        self._cancelled = threading.Event()
        report = partial(self._progressed.emit, self._request)
        self._summaries_job.start(partial(_summarise, contents, report, self._cancelled, self._make_gate().wait))

    def cancel(self) -> None:
        """Stop reading. No signal follows."""
        self._request += 1
        self._cancelled.set()
        self._contents_job.cancel()
        self._summaries_job.cancel()
        self._close_gate()

    def paint(self, contents: FileContents, name: str, dark: bool) -> None:
        """Ask for pictures of one tensor. `painted` or `not_painted` answers.

        Arguments:
            contents: the file.
            name: the name of the tensor.
            dark: True for the colours of the dark theme.
        """
        self._picture_job.start(partial(paint_tensor, contents.path, name, dark, contents.header))

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


def read_contents(path: Path, pause: Callable[[], None]) -> FileContents:
    """Read the header of a file. Raises `StorageError` if it is not a readable safetensors file.

    Arguments:
        path: the file.
        pause: called every few milliseconds if possible, so that the window can handle its events.
    """
    require_kind(path, "tensors")
    with open_tensors(path) as file:
        header, size = file.header, file.size
    about, obstacle = None, ""
    try:
        about = model_from_header(header, path)
    except StorageError as error:
        obstacle = str(error)
    return FileContents(path, size, header, index_tensors(header.tensors, pause), about, obstacle)


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
