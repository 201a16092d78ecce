"""The GUI has priority: a worker waits between two batches while the window has events to handle.

A worker that often takes Python's global lock starves the window: each call from Python into Qt releases the
lock and must wait for it again, so a frame takes 100-300 ms. The worker therefore waits at a gate. If there are more
than two processors, one is also reserved for the window.
"""

import os
from threading import Event

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QObject, Slot

from tinyml.core.threads import VARIABLE, set_thread_count, thread_count

LONGEST_WAIT = 0.05
"""Seconds after which the worker continues in any case, so that a busy window cannot starve it."""


def reserve_processor_for_window() -> None:
    """Compute on one thread fewer than there are processors, but on at least two. Call this once, at the start.

    The environment variable TINYML_THREADS has precedence.

    Raises `SettingsError` if TINYML_THREADS is not a valid number of threads.
    """
    if thread_count() > 2 and VARIABLE not in os.environ:
        set_thread_count(thread_count() - 1)


class PriorityGate(QObject):
    """A gate that is shut while the event loop has work, and open while it sleeps.

    Create and close it on the GUI thread; call `wait` on the worker's thread. An event filter on the application shuts
    the gate at each event. The dispatcher's signal `aboutToBlock` opens it. (The signal `awake` comes too late: timers
    fire before it.)

    Arguments:
        application: its events shut the gate.
    """

    def __init__(self, application: QCoreApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._busy = True
        self._idle = Event()
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self._on_about_to_block)
        self._application = application
        application.installEventFilter(self)

    def wait(self) -> None:
        """Wait until the window has nothing to do, at most `LONGEST_WAIT` seconds."""
        if not self._busy:
            return
        self._idle.clear()
        if self._busy:  # the loop may have fallen asleep just before: then no signal follows
            self._idle.wait(LONGEST_WAIT)

    def open(self) -> None:
        """Let a waiting worker continue at once, although the window has something to do."""
        self._open()

    def close(self) -> None:
        """Stop listening to the application, and open the gate."""
        self._application.removeEventFilter(self)
        self._dispatcher.aboutToBlock.disconnect(self._on_about_to_block)
        self._open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._busy = True  # called for every event: an event of threading would take ten times as long
        return False

    @Slot()
    def _on_about_to_block(self) -> None:
        self._open()

    def _open(self) -> None:
        self._busy = False
        if not self._idle.is_set():
            self._idle.set()
