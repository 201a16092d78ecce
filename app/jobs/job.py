"""The handle of one function that runs in another thread."""

import traceback
from collections.abc import Callable
from enum import Enum, auto
from threading import Lock
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tinyml.core import TinymlError


class JobState(Enum):
    """How far a job is; the last three are terminal."""

    WAITING = auto()
    RUNNING = auto()
    RETURNED = auto()
    FAILED = auto()
    CANCELLED = auto()

    @property
    def ended(self) -> bool:
        """True when the terminal event was announced."""
        return self not in (JobState.WAITING, JobState.RUNNING)


class Job(QObject):
    """One function call off the GUI thread. It ends with exactly one of three signals, in the thread that made it.

    The function must work on its own or on read-only data. Nothing else may change what it returns.

    Arguments:
        function: what is called, without arguments.

    Attributes:
        call: the part of the job that another thread runs.

    Signals:
        returned(result): the function returned.
        failed(sentence): it raised an exception.
        cancelled(): `cancel` was called first. A function that runs already goes on; its result is dropped.
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
        # A job lives until its terminal event, whether or not its owner keeps it.
        self._not_ended.add(self)

    @property
    def state(self) -> JobState:
        """How far the job is."""
        if self._ended_as is not None:
            return self._ended_as
        return JobState.RUNNING if self.call.started else JobState.WAITING

    @Slot()
    def cancel(self) -> None:
        """Announce `cancelled` at once, unless the job has ended before."""
        if not self.state.ended:
            self._end(JobState.CANCELLED)
            self.cancelled.emit()

    def complete(self, result: object, error: Exception | None) -> None:
        """Hand over what the function returned or raised; called from the thread that ran it."""
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
            # A bug report needs to know where it was.
            traceback.print_exception(error)
            self.failed.emit(f"{type(error).__name__}: {error}")

    def _end(self, state: JobState) -> None:
        self._ended_as = state
        # Waits until the other thread has let go of this object, so that it is never deleted there.
        self.call.forget()
        self._not_ended.discard(self)


class Call:
    """What crosses to the other thread: the function, and the job until it ends. Every method is thread-safe.

    Arguments:
        job: gets the result.
        function: what is called.

    Attributes:
        started: True from the moment when the function is called.
    """

    def __init__(self, job: Job, function: Callable[[], Any]) -> None:
        self._lock = Lock()
        self._job: Job | None = job
        self._function: Callable[[], Any] | None = function
        self.started = False

    def run(self) -> None:
        """Call the function and hand its result to the job; do nothing when the job was cancelled."""
        with self._lock:
            function, self._function = self._function, None
            self.started = function is not None
        if function is None:
            return
        result, problem = None, None
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 (every failure is an answer)
            problem = error
        with self._lock:
            if self._job is not None:
                self._job.complete(result, problem)
                self._job = None

    def cancel_job(self) -> None:
        """Cancel the job, if it has not ended; on the thread that made it."""
        with self._lock:
            job = self._job
        if job is not None:
            job.cancel()

    def forget(self) -> None:
        """Drop the function and the job: the result will not be handed over."""
        with self._lock:
            self._job = self._function = None
