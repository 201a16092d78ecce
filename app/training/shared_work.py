"""Work that several threads want at the same time: it is done once, and stops when none of them waits for it."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar

from tinyml.core import TinymlError
from tinyml.data import ProgressCallback

_Result = TypeVar("_Result")

POLL_SECONDS = 0.05
"""While a thread waits for the work: seconds between two calls of its progress callback."""


class WorkCancelledError(TinymlError):
    """The work was cancelled for all threads that waited for it."""


class _Work:
    """One function call in a thread of its own.

    Attributes:
        share: of the work that is done, 0 to 1.
        waiting: number of threads that wait for the result.
        result: gets the result, the error, or the cancellation.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self.waiting = 0
        self.cancelled = False
        self.result: Future[Any] = Future()


class SharedWork:
    """Calls each function once for all threads that need its result at the same time. All methods are thread-safe.

    A function runs in a daemon thread. So a folder that does not answer holds up only the threads that wait for it, and
    each of them can leave: its own progress callback raises an exception. The function itself is stopped, through its
    progress callback, when the last one has left.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[str, _Work] = {}

    def wait_for(
        self, key: str, function: Callable[[ProgressCallback], _Result], progress: ProgressCallback | None = None
    ) -> _Result:
        """Return the result of a function, or raise its exception. Join the call that already runs, if there is one.

        Arguments:
            key: says what the function computes. Only one function with this key runs at a time.
            function: called with a progress callback, unless a call with the same key runs.
            progress: called in this thread, about 20 times a second, with the share that is done. If it raises an
                exception, this thread stops waiting, and the exception passes.

        Raises `WorkCancelledError` after `cancel`.
        """
        with self._lock:
            work = self._running.get(key)
            starts = work is None
            if work is None:
                work = self._running[key] = _Work()
            work.waiting += 1
        if starts:
            Thread(target=self._run, args=(key, work, function), name="loading", daemon=True).start()
        try:
            while progress is not None and not work.result.done():
                progress(work.share)
                _wait(work.result, POLL_SECONDS)
            result: _Result = work.result.result()
            return result
        finally:
            with self._lock:
                work.waiting -= 1
                if not work.waiting:
                    self._drop(key, work)

    def cancel(self, key: str, reason: str) -> None:
        """Stop the function with this key, if it runs. All threads that wait for it stop waiting at once.

        Arguments:
            key: as in `wait_for`.
            reason: the sentence of the `WorkCancelledError` that they get.
        """
        with self._lock:
            work = self._running.get(key)
            if work is not None:
                self._drop(key, work)
                work.result.set_exception(WorkCancelledError(reason))

    def _drop(self, key: str, work: _Work) -> None:
        """Let the function stop, and the next thread that needs the result start from the beginning."""
        work.cancelled = True
        if self._running.get(key) is work:
            del self._running[key]

    def _run(self, key: str, work: _Work, function: Callable[[ProgressCallback], Any]) -> None:
        def report(share: float) -> None:
            if work.cancelled:
                raise WorkCancelledError("No thread waits for this work.")
            work.share = share

        result, raised = None, None
        try:
            result = function(report)
        except BaseException as error:  # noqa: BLE001 (those who wait raise it again)
            raised = error
        with self._lock:
            if work.result.done():
                return
            self._drop(key, work)
            if raised is None:
                work.result.set_result(result)
            else:
                work.result.set_exception(raised)


def _wait(result: "Future[Any]", seconds: float) -> None:
    """Wait until a result is there, but not longer than some seconds."""
    try:
        result.exception(timeout=seconds)
    except TimeoutError:
        return
