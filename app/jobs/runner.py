"""Where jobs run: one after another, in a thread of their own."""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread, current_thread
from time import monotonic
from typing import Any

from PySide6.QtCore import QMetaObject, QObject, Qt, Signal

from app.jobs.job import Call, Job

IDLE_SECONDS = 10.0
"""How long a thread stays without work."""
LONGEST_WAIT = 5.0
"""Seconds that `shutdown` waits for a function that reads or computes."""
LONGEST_SAVE = 60.0
"""Seconds that it should wait for one that writes a file: what is half written is lost."""


class BackgroundRunner:
    """Runs functions one after another, off the GUI thread.

    Its thread is a daemon, so a function that never returns keeps neither the window nor the program from closing. It
    stays for a while when there is nothing to do, since the GUI thread waits for a thread that starts.

    Arguments:
        idle_seconds: how long the thread stays.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._changed = Condition()
        self._waiting: deque[Call] = deque()
        self._running: Call | None = None
        self._thread: Thread | None = None
        self._abandoned: list[Thread] = []
        self._closed = False

    def submit(self, function: Callable[[], Any]) -> Job:
        """Call `function` when those before it are done. After `shutdown` the job is cancelled instead, a little later.

        Returns the handle of the call. The caller need not keep it.
        """
        job = Job(function)
        with self._changed:
            if not self._closed:
                self._waiting.append(job.call)
                self._changed.notify_all()
                if self._thread is None:
                    self._thread = Thread(target=self._run_all, name="background", daemon=True)
                    self._thread.start()
                return job
        # The caller has not connected to its signals yet.
        QMetaObject.invokeMethod(job, "cancel", Qt.ConnectionType.QueuedConnection)
        return job

    def abandon(self) -> None:
        """Cancel every job. A function that runs is left to itself: later jobs need not wait for it."""
        with self._changed:
            calls = [*([self._running] if self._running else []), *self._waiting]
            self._waiting.clear()
            self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
            if self._running is not None and self._thread is not None:
                self._abandoned.append(self._thread)
                self._thread = self._running = None
        for call in calls:
            call.cancel_job()

    def shutdown(self, longest_wait: float = LONGEST_WAIT) -> None:
        """Cancel every job, wait for the functions that run, and end the thread.

        Arguments:
            longest_wait: seconds. A function that still runs then is left to itself.
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
                self._running = None
                if not self._changed.wait_for(lambda: self._waiting or self._closed, self._idle_seconds):
                    self._thread = None
                    return
                if not self._waiting:
                    return
                call = self._running = self._waiting.popleft()
            call.run()


class LatestJob(QObject):
    """A place for one job: the next one cancels the one before.

    Arguments:
        runner: runs the jobs.

    Signals:
        returned(result), failed(sentence): of the newest job. A job that was cancelled has neither.
    """

    returned = Signal(object)
    failed = Signal(str)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """True while the newest job has not ended."""
        return self._job is not None and not self._job.state.ended

    def start(self, function: Callable[[], Any]) -> Job:
        """Cancel the job before and submit `function`; returns its job."""
        self.cancel()
        self._job = job = self._runner.submit(function)
        job.returned.connect(self.returned)
        job.failed.connect(self.failed)
        return job

    def cancel(self) -> None:
        """Cancel the newest job, if it has not ended."""
        if self._job is not None:
            self._job.cancel()
