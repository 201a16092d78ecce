"""The commands of the Train menu, and when each of them makes sense."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.shell.actions import Actions
from app.shell.dialogs import show_problem
from app.training import Session, SessionState
from tinyml.core import TinymlError


class TrainingActions(QObject):
    """Runs the commands on the session and enables those that make sense in its present state.

    Signals:
        refused(sentence): the network cannot be trained yet; the sentence names its first problem.
    """

    refused = Signal(str)

    def __init__(self, document: Document, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._session, self._window = document, session, window
        self._actions: Actions | None = None
        session.state_changed.connect(self.refresh)
        session.state_changed.connect(self._show_failure)
        session.snapshot_changed.connect(self.refresh)
        document.changed.connect(self.refresh)

    def attach(self, actions: Actions) -> None:
        """Take charge of the actions."""
        self._actions = actions
        self.refresh()

    def train(self) -> None:
        """Train from fresh weights."""
        self._try(self._session.start)

    def continue_training(self) -> None:
        """Train on from the weights of the last run."""
        snapshot = self._session.snapshot
        if snapshot is not None:
            self._try(lambda: self._session.start(snapshot))

    def pause(self) -> None:
        """Pause, or go on after a pause."""
        if self._session.state is SessionState.RUNNING:
            self._session.pause()
        else:
            self._session.resume()

    def step(self) -> None:
        """Learn from one batch."""
        self._try(self._session.step)

    def stop(self) -> None:
        """End the run."""
        self._session.stop()

    @Slot()
    def refresh(self) -> None:
        """Enable what makes sense now."""
        if self._actions is None:
            return
        state, snapshot = self._session.state, self._session.snapshot
        can_start = not state.active
        fits = snapshot is not None and snapshot.fits(self._document.project.network, self._document.data)
        self._actions["train"].setEnabled(can_start)
        self._actions["continue_training"].setEnabled(can_start and fits)
        self._actions["pause"].setEnabled(state in (SessionState.RUNNING, SessionState.PAUSING, SessionState.PAUSED))
        paused = state is SessionState.PAUSED
        self._actions["pause"].setText("&Resume" if paused else "&Pause")
        self._actions.set_icon("pause", "mdi6.play" if paused else "mdi6.pause")
        self._actions["step"].setEnabled(can_start or state in (SessionState.RUNNING, SessionState.PAUSED))
        self._actions["stop"].setEnabled(state.active and state is not SessionState.STOPPING)
        self._actions["export_weights"].setEnabled(snapshot is not None)

    def _try(self, start: Callable[[], None]) -> None:
        try:
            start()
        except TinymlError as error:
            self.refused.emit(str(error))

    @Slot()
    def _show_failure(self) -> None:
        if self._session.state is SessionState.FAILED:
            show_problem(self._window, "Training", self._session.message, self._session.traceback)
