"""Runs jobs one after another in a background thread."""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread, current_thread
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QMetaObject, QObject, Qt, Signal

from app.jobs.job import Call, Job
from tinyml.core import TinymlError
from tinyml.data import ProgressCallback

IDLE_SECONDS = 10.0
"""Seconds for which an idle thread waits for the next job before it ends."""
LONGEST_WAIT = 5.0
"""Seconds for which `shutdown` waits for a function that reads or computes."""
LONGEST_SAVE = 60.0
"""Seconds for which `shutdown` should wait for a function that saves a file, since an unfinished save is lost."""


class BackgroundRunner:
    """Runs functions one after another, off the GUI thread.

    The thread is a daemon: a function that never returns does not stop the window or the program from closing. A thread
    without a job waits some seconds before it ends, because starting a new thread delays the GUI thread.

    Arguments:
        idle_seconds: how long a thread without a job waits before it ends.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._changed = Condition()
        self._waiting: deque[Call] = deque()
        self._running = False
        # A set would not keep their order.
        self._jobs: WeakKeyDictionary[Job, None] = WeakKeyDictionary()
        self._thread: Thread | None = None
        self._abandoned: list[Thread] = []
        self._closed = False

    def submit(self, function: Callable[[], Any]) -> Job:
        """Queue a function call. After `shutdown`, the job is soon cancelled instead.

        Arguments:
            function: called without arguments, off the GUI thread.

        Returns the handle of the call. The caller need not keep it.
        """
        return self.submit_with_progress(lambda _progress: function())

    def submit_with_progress(self, function: Callable[[ProgressCallback], Any]) -> Job:
        """Queue a function call that reports its progress and stops soon after `cancel`; otherwise as `submit`.

        Arguments:
            function: called off the GUI thread with a progress callback, see `Job`.

        Returns the handle of the call. The caller need not keep it.
        """
        job = Job(function)
        self._jobs[job] = None
        with self._changed:
            if not self._closed:
                self._waiting.append(job.call)
                self._changed.notify_all()
                if self._thread is None:
                    self._thread = Thread(target=self._run_all, name="background", daemon=True)
                    self._thread.start()
                return job
        # Later, since the caller has not connected to the signals yet.
        QMetaObject.invokeMethod(job, "cancel", Qt.ConnectionType.QueuedConnection)
        return job

    def abandon(self) -> None:
        """Cancel every job. A running function continues in its thread, but later jobs do not wait for it."""
        with self._changed:
            self._waiting.clear()
            self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
            if self._running and self._thread is not None:
                self._abandoned.append(self._thread)
                self._thread, self._running = None, False
        # Also those whose function has returned, but whose signal is still under way.
        for job in tuple(self._jobs):
            job.cancel()

    def shutdown(self, longest_wait: float = LONGEST_WAIT) -> None:
        """Cancel every job, wait for running functions, and end the thread.

        Arguments:
            longest_wait: how long to wait for running functions, in seconds.
        """
        self.abandon()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            threads = [*self._abandoned, *([self._thread] if self._thread else [])]
        deadline = monotonic() + longest_wait
        for thread in threads:
            thread.join(max(deadline - monotonic(), 0))

    def _run_all(self) -> None:
        while True:
            with self._changed:
                if self._thread is not current_thread():
                    return
                self._running = False
                if not self._changed.wait_for(lambda: self._waiting or self._closed, self._idle_seconds):
                    self._thread = None
                    return
                if not self._waiting:
                    return
                call, self._running = self._waiting.popleft(), True
            call.run()


class LatestJob(QObject):
    """Runs at most one job at a time: a new job cancels the previous one.

    Arguments:
        runner: runs the jobs.

    Signals:
        progressed(share): the function of the newest job reported its progress, 0 to 1.
        returned(result): the function of the newest job returned.
        failed(sentence): the function of the newest job raised an exception.
    """

    progressed = Signal(float)
    returned = Signal(object)
    failed = Signal(str)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """True while a job waits or runs."""
        return self._job is not None and not self._job.state.ended

    @property
    def error(self) -> TinymlError | None:
        """The error that ended the newest job; None if it did not fail, or if the error is a bug."""
        return self._job.error if self._job is not None else None

    def start(self, function: Callable[[], Any]) -> Job:
        """Cancel the previous job and start a new one.

        Arguments:
            function: called without arguments, off the GUI thread.

        Returns the new job.
        """
        return self.start_with_progress(lambda _progress: function())

    def start_with_progress(self, function: Callable[[ProgressCallback], Any]) -> Job:
        """Cancel the previous job and start a new one that reports its progress and stops soon after `cancel`.

        Arguments:
            function: called off the GUI thread with a progress callback, see `Job`.

        Returns the new job.
        """
        self.cancel()
        self._job = job = self._runner.submit_with_progress(function)
        job.progressed.connect(self.progressed)
        job.returned.connect(self.returned)
        job.failed.connect(self.failed)
        return job

    def cancel(self) -> None:
        """Cancel the job, if it has not ended."""
        if self._job is not None:
            self._job.cancel()
