"""The GUI has priority: a worker waits at batch boundaries while the window has events to handle.

A worker that holds Python's global lock in short bursts starves the window: each call from Python into Qt gives the
lock away and must win it back, and frames take 100-300 ms. Here the worker stands aside instead. And where there are
more than two processors, one is left to the window.
"""

import os
from threading import Event

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QObject, Slot

from tinyml.core.threads import VARIABLE, set_thread_count, thread_count

LONGEST_WAIT = 0.05
"""Seconds after which the worker does a batch in any case, so that a window that never rests cannot starve it."""


def leave_a_processor_to_the_window() -> None:
    """Compute on one thread less than there are processors, but on two at least; call it once, at the start.

    The environment variable TINYML_THREADS has precedence. Raises `SettingsError` when it is no number of threads.
    """
    if thread_count() > 2 and VARIABLE not in os.environ:
        set_thread_count(thread_count() - 1)


class PriorityGate(QObject):
    """Shut while the event loop has work, open while it sleeps. Made and closed on the GUI thread.

    `wait` is the worker's side. An event filter on the application shuts the gate at each event; the dispatcher's
    `aboutToBlock` opens it. (`awake` would be too late: timers fire before it.)
    """

    def __init__(self, application: QCoreApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idle = Event()
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self._on_about_to_block)
        self._application = application
        application.installEventFilter(self)

    def wait(self) -> None:
        """Wait, on the worker's thread, until the window has nothing to do."""
        if not self._idle.is_set():
            self._idle.wait(LONGEST_WAIT)

    def close(self) -> None:
        """Stop listening to the application and let everybody through."""
        self._application.removeEventFilter(self)
        self._dispatcher.aboutToBlock.disconnect(self._on_about_to_block)
        self._idle.set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._idle.clear()
        return False

    @Slot()
    def _on_about_to_block(self) -> None:
        self._idle.set()
