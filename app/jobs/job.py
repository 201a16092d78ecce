"""The handle of one function call in another thread."""

import traceback
from collections.abc import Callable
from enum import Enum, auto
from threading import Lock
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tinyml.core import TinymlError


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
        function: called without arguments.

    Attributes:
        call: the part of the job that another thread runs.

    Signals:
        returned(result): the function returned.
        failed(sentence): the function raised an exception.
        cancelled(): `cancel` was called before the end. A running function continues, but its result is dropped.
    """

    returned = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    _completed = Signal(object, object)
    _not_ended: ClassVar[set["Job"]] = set()

    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__()
        self._ended_as: JobState | None = None
        self.call = Call(self, function)
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

    def complete(self, result: object, error: Exception | None) -> None:
        """Report the end of the function; the thread that ran it calls this.

        Arguments:
            result: returned by the function.
            error: raised by the function; None if it returned.
        """
        self._completed.emit(result, error)

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
        job: gets the result.
        function: called without arguments.

    Attributes:
        started: True as soon as the function is called.
    """

    def __init__(self, job: Job, function: Callable[[], Any]) -> None:
        self._lock = Lock()
        self._job: Job | None = job
        self._function: Callable[[], Any] | None = function
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
            result = function()
        except Exception as error:  # noqa: BLE001 (the job reports every failure)
            raised = error
        with self._lock:
            if self._job is not None:
                self._job.complete(result, raised)
                self._job = None

    def cancel_job(self) -> None:
        """Cancel the job, if it has not ended. Call this on the thread that created the job."""
        with self._lock:
            job = self._job
        if job is not None:
            job.cancel()

    def forget(self) -> None:
        """Drop the function and the job, so that no result is reported."""
        with self._lock:
            self._job = self._function = None
