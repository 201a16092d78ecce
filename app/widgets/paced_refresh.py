"""Refresh live views in turn, so that all of them together take only a small share of the time.

A run that trains a small network shares Python's lock with the window: while the window paints, it waits. A plot takes
about 7 ms to paint, so two plots at thirty pictures a second would take half of the speed of the run.
"""

import math
from time import perf_counter, thread_time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

SHARE = 0.035
"""Share of the processor time of the window's thread that all paced views take, in the long run."""
MOST_SAVED = 0.06
"""Seconds that the views may take at once after a time without refreshes."""
SHORTEST_INTERVAL_MS = 33
"""Milliseconds between two refreshes of a view; thirty a second are enough for the eye."""
_NAME = "paced_turns"
_LONGEST_PAUSE = 0.5
"""Seconds after which the next view is refreshed in any case, so that a slow machine still shows the run."""


class PacedRefresh(QObject):
    """Tells a live view when to refresh itself: soon, but not while it is hidden, and not too often.

    All these objects share one budget of time. One view is refreshed and painted at a time, with a pause before the
    next one, so the other events of the window do not wait long. The view that has waited longest comes first.

    Arguments:
        view: the view; it owns this object.
        interval_ms: least milliseconds between two refreshes. Use more for a view that is slow to paint or to read.

    Signals:
        due(): the view must show the current state.

    Example: `pace = PacedRefresh(plot); session.batches_finished.connect(pace.request); pace.due.connect(plot.redraw)`.
    """

    due = Signal()

    def __init__(self, view: QWidget, interval_ms: int = SHORTEST_INTERVAL_MS) -> None:
        super().__init__(view)
        self._view = view
        self._interval = interval_ms / 1000
        self._waiting = self._queued = False
        self._refreshed_at = -math.inf
        view.installEventFilter(self)

    @property
    def waiting(self) -> bool:
        """True if something has changed that the view does not show yet."""
        return self._waiting

    @property
    def ready_at(self) -> float:
        """When the view may be refreshed again, as `perf_counter` tells the time."""
        return self._refreshed_at + self._interval

    @Slot()
    def request(self) -> None:
        """Refresh the view when its turn comes; if it is hidden, when it is shown."""
        self._waiting = True
        if not self._queued and self._view.isVisible():
            self._queued = True
            _turns().add(self)

    @Slot()
    def catch_up(self) -> None:
        """Refresh the view now if something has changed since its last refresh."""
        if self._waiting:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Refresh the view now, whatever its turn."""
        self._waiting = False
        self._refreshed_at = perf_counter()
        self.due.emit()

    def take_turn(self) -> bool:
        """Refresh the view if it is visible and waits; return False if there was nothing to do."""
        self._queued = False
        if not self._waiting or not self._view.isVisible():
            return False
        self.refresh()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Refresh the view when it is shown."""
        if event.type() == QEvent.Type.Show and watched is self._view:
            self.catch_up()
        return False


class _Turns(QObject):
    """Gives each view its turn, and keeps the account of the time that they take."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self._queue: list[PacedRefresh] = []
        self._saved, self._counted_at = MOST_SAVED, perf_counter()
        self._began: float | None = None
        self._next = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._next.timeout.connect(self._on_next_timeout)
        # Qt paints before it handles a timer without delay, so this one ends the time of refresh and paint.
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(self._on_painted_timeout)

    def add(self, pace: PacedRefresh) -> None:
        """Let a view wait for its turn."""
        self._queue.append(pace)
        self._plan()

    def _plan(self) -> None:
        """Start the timer for the next turn, unless a view is being painted now."""
        self._queue = [pace for pace in self._queue if isValid(pace)]
        if not self._queue or self._began is not None:
            return
        now = perf_counter()
        # After slow turns, as on a busy machine, the debt is soon forgotten: the views would be slow for minutes.
        self._saved = max(self._saved, -SHARE * _LONGEST_PAUSE)
        self._saved = min(self._saved + SHARE * (now - self._counted_at), MOST_SAVED)
        self._counted_at = now
        debt = min(max(-self._saved / SHARE, 0.0), _LONGEST_PAUSE)
        ready = min(pace.ready_at for pace in self._queue) - now
        self._next.start(math.ceil(1000 * max(debt, ready, 0.0)))

    @Slot()
    def _on_next_timeout(self) -> None:
        """Refresh the view that may be refreshed for the longest time."""
        valid = [pace for pace in self._queue if isValid(pace)]
        first = min(valid, key=lambda pace: pace.ready_at, default=None)
        self._queue = [pace for pace in valid if pace is not first]
        # The processor time of this thread does not contain the time that it waits for Python's lock.
        began = thread_time()
        if first is not None and first.take_turn():
            self._began = began
            self._painted.start()
        else:
            self._plan()

    @Slot()
    def _on_painted_timeout(self) -> None:
        if self._began is not None:
            self._saved -= thread_time() - self._began
            self._began = None
        self._plan()


def _turns() -> _Turns:
    """Return the turns of this application."""
    application = QCoreApplication.instance()
    assert application is not None, "there are no widgets without an application"
    turns = application.findChild(_Turns, _NAME)
    return turns if turns is not None else _Turns(application)
