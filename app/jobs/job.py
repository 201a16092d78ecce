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
    _completed = Signal()
    _in_use: ClassVar[set["Job"]] = set()

    def __init__(self, function: Callable[[ProgressCallback], Any]) -> None:
        super().__init__()
        self._ended_as: JobState | None = None
        self.error: TinymlError | None = None
        self.call = Call(self, function)
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._completed.connect(self._on_completed, Qt.ConnectionType.QueuedConnection)
        # A job lives until no other thread uses it, even if its owner does not keep it.
        self._in_use.add(self)

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
            self._ended_as = JobState.CANCELLED
            if self.call.cancel():
                self._in_use.discard(self)
            self.cancelled.emit()

    def report(self, share: float) -> None:
        """Report progress; the thread that runs the function calls this.

        Arguments:
            share: of the work that is done, 0 to 1.
        """
        self._reported.emit(share)

    def complete(self) -> None:
        """Report the end of the function; the thread that ran it calls this."""
        self._completed.emit()

    @Slot(float)
    def _on_reported(self, share: float) -> None:
        if not self.state.ended:
            self.progressed.emit(share)

    @Slot()
    def _on_completed(self) -> None:
        result, error = self.call.take()
        self._in_use.discard(self)
        if self.state.ended:
            return
        if error is None:
            self._ended_as = JobState.RETURNED
            self.returned.emit(result)
            return
        self._ended_as = JobState.FAILED
        if isinstance(error, TinymlError):
            # Its traceback would keep the data of the function in memory.
            self.error = error.with_traceback(None)
            error.__cause__ = error.__context__ = None
            self.failed.emit(str(error))
        else:
            # A bug report needs the traceback.
            traceback.print_exception(error)
            self.failed.emit(f"{type(error).__name__}: {error}")


class Call:
    """The part of a job that the other thread uses. Its methods are thread-safe.

    The other thread deletes nothing: the function, its result and its exception may hold the last reference to a Qt
    object of the GUI thread. So the call keeps them until the GUI thread takes them.

    Arguments:
        job: gets the progress and the news of the end. It must live until then.
        function: called with `report`.

    Attributes:
        started: True as soon as the function is called.
    """

    def __init__(self, job: Job, function: Callable[[ProgressCallback], Any]) -> None:
        self._lock = Lock()
        self._job: Job | None = job
        self._function: Callable[[ProgressCallback], Any] | None = function
        self._result: Any = None
        self._error: Exception | None = None
        self._cancelled = False
        self._next_report = 0.0
        self.started = False

    def run(self) -> None:
        """Call the function, and tell the job; do nothing if the job was cancelled before."""
        with self._lock:
            function = self._function
            self.started = function is not None
        if function is None:
            return
        try:
            self._result = function(self.report)
        except Exception as error:  # noqa: BLE001 (the job reports every failure)
            self._error = error
        del function
        with self._lock:
            # `take` waits for the lock: the job must live until this signal is sent.
            if self._job is not None:
                self._job.complete()

    def report(self, share: float) -> None:
        """Pass the progress of the function to the job, unless the last report is less than `PROGRESS_SECONDS` old.

        Arguments:
            share: of the work that is done, 0 to 1.

        Raises `JobCancelledError` if the job has ended.
        """
        with self._lock:
            if self._cancelled or self._job is None:
                raise JobCancelledError
            now = monotonic()
            if now >= self._next_report:
                self._next_report = now + PROGRESS_SECONDS
                self._job.report(min(max(share, 0.0), 1.0))

    def cancel(self) -> bool:
        """Stop the function at its next report, or never start it.

        Returns True if the other thread will not use the job any more, because it has not started the function.
        """
        with self._lock:
            self._cancelled = True
            if not self.started:
                self._job = self._function = None
            return not self.started

    def take(self) -> tuple[Any, Exception | None]:
        """Return the result and the exception of the function, and forget all that the call holds."""
        with self._lock:
            result, error = self._result, self._error
            self._job = self._function = self._result = self._error = None
            return result, error
