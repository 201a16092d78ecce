"""Short work off the GUI thread, where only the newest request of its kind matters."""

import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tinyml.core import TinymlError


@dataclass(frozen=True)
class _Answer:
    key: str
    request: int
    result: Any
    error: Exception | None


class BackgroundRunner(QObject):
    """Runs functions one after another in a thread of its own and brings their results to the GUI thread.

    Each request has a key that names its kind, such as "trace". A newer request of the same kind makes the older one
    stale: it is dropped if it still waits, and its answer is dropped if it was running. A task must work on its own or
    on read-only data, and return something that nobody else changes.

    Signals (only for the newest request of a key):
        finished(key, result): the function returned.
        failed(key, sentence): it raised.
    """

    finished = Signal(str, object)
    failed = Signal(str, str)
    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._newest: dict[str, int] = {}
        self._waiting: dict[str, Future[None]] = {}
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(self, key: str, task: Callable[[], Any]) -> None:
        """Ask for `task()`; the answer comes as a signal with `key`. Nothing is done any more after `shutdown`."""
        if self._closed:
            return
        self.cancel(key)
        self._waiting[key] = self._executor.submit(self._run, key, self._newest[key], task)

    def cancel(self, key: str) -> None:
        """Forget the request of this kind, if there is one."""
        self._newest[key] = self._newest.get(key, 0) + 1
        if key in self._waiting:
            self._waiting.pop(key).cancel()

    def busy(self, key: str) -> bool:
        """Tell whether an answer of this kind is still to come."""
        return key in self._waiting

    def shutdown(self) -> None:
        """Drop what waits, wait for what runs, and end the thread."""
        self._closed = True
        for key in list(self._newest):
            self.cancel(key)
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _run(self, key: str, request: int, task: Callable[[], Any]) -> None:
        try:
            answer = _Answer(key, request, task(), None)
        except Exception as error:  # noqa: BLE001 (every failure is an answer)
            answer = _Answer(key, request, None, error)
        self._answered.emit(answer)

    @Slot(object)
    def _deliver(self, answer: _Answer) -> None:
        if answer.request != self._newest[answer.key]:
            return
        self._waiting.pop(answer.key, None)
        if answer.error is None:
            self.finished.emit(answer.key, answer.result)
        elif isinstance(answer.error, TinymlError):
            self.failed.emit(answer.key, str(answer.error))
        else:
            # Nobody expected it: a bug report needs to know where it was.
            traceback.print_exception(answer.error)
            self.failed.emit(answer.key, f"{type(answer.error).__name__}: {answer.error}")
