"""The progress of the run in the title of the window, and a quiet notice when a run ends in the background."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QMainWindow

from app.formatting import SPACE
from app.training import Session, SessionState

REFRESH_MS = 500
"""Milliseconds between two looks at the progress. A window manager may redraw the title each time that it changes."""
_ENDS = {SessionState.FINISHED: "finished", SessionState.FAILED: "failed"}


class RunProgress(QObject):
    """What stands before the name of the project in the title: "47 %", and after the run "finished" or "failed".

    The words after the run appear only if the window was not active at its end, and disappear when it becomes active.
    Then the window also asks for attention, as the platform does it: a blinking entry in the taskbar, a jumping icon.

    Arguments:
        session: has the run.
        window: whose title it is; it owns this object.

    Signals:
        changed(): `prefix` changed.
    """

    changed = Signal()

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._was_active = False
        self._notice = self.prefix = ""
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        session.state_changed.connect(self._on_state_changed)
        window.installEventFilter(self)

    @Slot()
    def _on_state_changed(self) -> None:
        state = self._session.state
        if state.active:
            self._notice = ""
            self._timer.start()
        else:
            self._timer.stop()
        if self._was_active and state in _ENDS and not self._is_in_front():
            self._notice = _ENDS[state]
            QApplication.alert(self._window)
        self._was_active = state.active
        self._refresh()

    def _is_in_front(self) -> bool:
        """Return True if the user works in this window, in a page of its own, or in one of its dialogs."""
        return self._window.isVisible() and QApplication.activeWindow() is not None

    @Slot()
    def _refresh(self) -> None:
        prefix = f"{int(100 * self._session.progress)}{SPACE}%" if self._session.state.active else self._notice
        if prefix != self.prefix:
            self.prefix = prefix
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Forget the notice when the window becomes active."""
        if event.type() == QEvent.Type.WindowActivate and self._notice:
            self._notice = ""
            self._refresh()
        return False
