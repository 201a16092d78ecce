"""Reads tensor files in the background: first what they hold, then one tensor after the other."""

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
from app.models.table import Row, SummaryBatch, TensorIndex, index_tensors, write_tsv
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
_GATE_SECONDS = 0.005
"""How long the reader works before it lets the window go first: as long as Python leaves a thread its lock."""


@dataclass(frozen=True)
class FileContents:
    """What can be told of a file without reading its values.

    Attributes:
        path: the file.
        size: in bytes.
        header: names, shapes, types and metadata.
        index: what the table needs to list, sort and filter the tensors.
        about: what the file tells of its network; None when it is not a whole model of ours.
        obstacle: why it is not, in one sentence.
    """

    path: Path
    size: int
    header: TensorFileHeader
    index: TensorIndex
    about: SavedModel | None
    obstacle: str


class ModelReader(QObject):
    """Reads one file at a time, off the GUI thread. A newer request makes an older one stale.

    Signals:
        opened(FileContents): the file is readable.
        summarised(SummaryBatch): the next tensors, in the order of the header; many times for one file.
        completed(): every tensor was summarised.
        failed(sentence): the file, or the rest of it, cannot be read.
        painted(TensorPictures): the answer to `paint`.
        not_painted(sentence): the same when there is none.
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
        # What takes a moment does not wait until a large file has been gone through.
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
        """Read a file; the answer is `opened` or `failed`. Meanwhile the former file goes on being summarised."""
        self._contents_job.start(partial(read_contents, path, self._make_gate().wait))

    def summarise(self, contents: FileContents) -> None:
        """Put every tensor of an opened file into numbers: `summarised` again and again, then `completed`."""
        self.cancel()
        self._cancelled = threading.Event()
        report = partial(self._progressed.emit, self._request)
        self._summaries_job.start(partial(_summarise, contents, report, self._cancelled, self._make_gate().wait))

    def cancel(self) -> None:
        """Stop reading. What was reported stays true; nothing more is reported."""
        self._request += 1
        self._cancelled.set()
        self._contents_job.cancel()
        self._summaries_job.cancel()
        self._close_gate()

    def paint(self, contents: FileContents, name: str, dark: bool) -> None:
        """Ask for pictures of one tensor: `painted` or `not_painted`."""
        self._picture_job.start(partial(paint_tensor, contents.path, name, dark, contents.header))

    def forget_picture(self) -> None:
        """Drop the request for pictures, if there is one."""
        self._picture_job.cancel()

    def write(self, rows: Iterable[Row]) -> None:
        """Ask for rows of the table as text: `written`."""
        self._text_job.start(partial(write_tsv, rows))

    def shutdown(self) -> None:
        """Stop reading and end the threads."""
        self.cancel()
        self._slow.shutdown()
        self._quick.shutdown()

    def _make_gate(self) -> PriorityGate:
        """Return the gate at which the reading waits: many small tensors keep Python busy, which freezes the window."""
        if self._gate is None:
            application = QCoreApplication.instance()
            assert application is not None, "a ModelReader belongs to an application"
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
    """Read what a file holds, but no values; raises `StorageError` when it is not a readable safetensors file.

    Arguments:
        path: the file.
        pause: called every few milliseconds where that is possible, to let the window go first.
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
    """The rest of the file is no longer wanted."""


def _summarise(
    contents: FileContents,
    report: Callable[[SummaryBatch], None],
    cancelled: threading.Event,
    pause: Callable[[], None],
) -> None:
    """Report summaries in batches, some twenty times a second: a signal for each tensor would be too many."""

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
