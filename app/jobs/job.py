"""The handle of one function call in another thread."""

import traceback
from collections.abc import Callable
from enum import Enum, auto
from threading import Lock
from time import monotonic
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tinyml.core import TinymlError
from tinyml.data import ProgressCallback

PROGRESS_SECONDS = 0.05
"""Shortest time between two reports of progress: more would only cost the GUI thread time."""


class JobCancelledError(Exception):
    """The progress callback of a cancelled job raises this, so that the function stops."""


class JobState(Enum):
    """State of a job; the last three are final."""

    WAITING = auto()
    RUNNING = auto()
    RETURNED = auto()
    FAILED = auto()
    CANCELLED = auto()

    @property
    def ended(self) -> bool:
        """True if the state is final."""
        return self not in (JobState.WAITING, JobState.RUNNING)


class Job(QObject):
    """One function call off the GUI thread. It ends with exactly one of three signals, in the thread that created it.

    The function must use its own data or read-only data. No other code may change its result.

    Arguments:
        function: called with a progress callback. It may call it from any thread, with a share from 0 to 1. After
            `cancel`, the callback raises `JobCancelledError`, so that the function stops; it should let this pass.

    Attributes:
        call: the part of the job that another thread runs.
        error: the `TinymlError` that the function raised; None until then.

    Signals:
        progressed(share): the function reported the finished share of its work, 0 to 1; about 20 times a second at
            most, and never after one of the other signals.
        returned(result): the function returned.
        failed(sentence): the function raised an exception.
        cancelled(): `cancel` was called before the end. A running function continues until it reports progress, but
            its result is dropped.
    """

    progressed = Signal(float)
    returned = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    _reported = Signal(float)
    _completed = Signal(object, object)
    _not_ended: ClassVar[set["Job"]] = set()

    def __init__(self, function: Callable[[ProgressCallback], Any]) -> None:
        super().__init__()
        self._ended_as: JobState | None = None
        self.error: TinymlError | None = None
        self.call = Call(self, function)
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._completed.connect(self._on_completed, Qt.ConnectionType.QueuedConnection)
        # A job lives until its final signal, even if its owner does not keep it.
        self._not_ended.add(self)

    @property
    def state(self) -> JobState:
        """The current state."""
        if self._ended_as is not None:
            return self._ended_as
        return JobState.RUNNING if self.call.started else JobState.WAITING

    @Slot()
    def cancel(self) -> None:
        """Emit `cancelled` at once, unless the job has already ended."""
        if not self.state.ended:
            self._end(JobState.CANCELLED)
            self.cancelled.emit()

    def report(self, share: float) -> None:
        """Report progress; the thread that runs the function calls this.

        Arguments:
            share: of the work that is done, 0 to 1.
        """
        self._reported.emit(share)

    def complete(self, result: object, error: Exception | None) -> None:
        """Report the end of the function; the thread that ran it calls this.

        Arguments:
            result: returned by the function.
            error: raised by the function; None if it returned.
        """
        self._completed.emit(result, error)

    @Slot(float)
    def _on_reported(self, share: float) -> None:
        if not self.state.ended:
            self.progressed.emit(share)

    @Slot(object, object)
    def _on_completed(self, result: object, error: Exception | None) -> None:
        if self.state.ended:
            return
        if error is None:
            self._end(JobState.RETURNED)
            self.returned.emit(result)
            return
        self._end(JobState.FAILED)
        if isinstance(error, TinymlError):
            # Its traceback would keep the data of the function in memory.
            self.error = error.with_traceback(None)
            error.__cause__ = error.__context__ = None
            self.failed.emit(str(error))
        else:
            # A bug report needs the traceback.
            traceback.print_exception(error)
            self.failed.emit(f"{type(error).__name__}: {error}")

    def _end(self, state: JobState) -> None:
        self._ended_as = state
        # `forget` waits until the other thread no longer uses this job: that thread must never be the one to delete it.
        self.call.forget()
        self._not_ended.discard(self)


class Call:
    """The part of a job that the other thread uses. `run` and `forget` are thread-safe.

    Arguments:
        job: gets the progress and the result.
        function: called with `report`.

    Attributes:
        started: True as soon as the function is called.
    """

    def __init__(self, job: Job, function: Callable[[ProgressCallback], Any]) -> None:
        self._lock = Lock()
        self._job: Job | None = job
        self._function: Callable[[ProgressCallback], Any] | None = function
        self._next_report = 0.0
        self.started = False

    def run(self) -> None:
        """Call the function and pass its result to the job; do nothing if the job was cancelled."""
        with self._lock:
            function, self._function = self._function, None
            self.started = function is not None
        if function is None:
            return
        result, raised = None, None
        try:
            result = function(self.report)
        except Exception as error:  # noqa: BLE001 (the job reports every failure)
            raised = error
        with self._lock:
            if self._job is not None:
                self._job.complete(result, raised)
                self._job = None

    def report(self, share: float) -> None:
        """Pass the progress of the function to the job, unless the last report is less than `PROGRESS_SECONDS` old.

        Arguments:
            share: of the work that is done, 0 to 1.

        Raises `JobCancelledError` if the job has ended.
        """
        with self._lock:
            if self._job is None:
                raise JobCancelledError
            now = monotonic()
            if now >= self._next_report:
                self._next_report = now + PROGRESS_SECONDS
                self._job.report(min(max(share, 0.0), 1.0))

    def forget(self) -> None:
        """Drop the function and the job, so that no result is reported."""
        with self._lock:
            self._job = self._function = None
