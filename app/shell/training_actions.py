"""The commands of the Train menu, and when each of them is enabled."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.document import DATA_PENDING, Document
from app.shell.actions import Actions
from app.shell.dialogs import show_problem
from app.training import Session, SessionState
from tinyml.core import TinymlError


class TrainingActions(QObject):
    """Runs the commands of the Train menu, and enables those that are possible now.

    Arguments:
        document: the document to train.
        session: runs the training.
        window: shows the dialogs and owns this object.

    Signals:
        refused(sentence): the network cannot be trained yet; the sentence names the first problem.
        message(sentence): about the run that has started or is shown.
    """

    refused = Signal(str)
    message = Signal(str)

    def __init__(self, document: Document, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._session, self._window = document, session, window
        self._actions: Actions | None = None
        session.state_changed.connect(self.refresh)
        session.state_changed.connect(self._on_state_changed)
        session.snapshot_changed.connect(self.refresh)
        session.run_changed.connect(self.refresh)
        document.changed.connect(self.refresh)

    def attach(self, actions: Actions) -> None:
        """Enable and disable these actions from now on.

        Arguments:
            actions: all actions of the window.
        """
        self._actions = actions
        self.refresh()

    def train(self) -> None:
        """Train a new run from fresh weights. The previous run is kept."""
        kept = self._session.run.learned
        if self._try(self._session.start) and kept:
            self.message.emit("New run from fresh weights. The previous run is kept: Alt+Left shows it.")

    def continue_training(self) -> None:
        """Continue the shown run."""
        if self._try(self._session.continue_run):
            self._announce_continuation()

    def show_previous_run(self) -> None:
        """Show the previous run."""
        self._session.show_previous_run()
        self._announce_run()

    def show_next_run(self) -> None:
        """Show the next run."""
        self._session.show_next_run()
        self._announce_run()

    def pause(self) -> None:
        """Pause, or resume after a pause."""
        if self._session.state is SessionState.RUNNING:
            self._session.pause()
        else:
            self._session.resume()

    def step(self) -> None:
        """Train one batch of the active run, else of the shown run, else of a new run."""
        session = self._session
        if session.state.active or not session.obstacle:
            starts = not session.state.active
            if self._try(session.step) and starts:
                self._announce_continuation()
        elif session.run.learned:
            reason = session.obstacle
            if self._try(session.step):
                self.message.emit(
                    f"New run from fresh weights: {reason[0].lower()}{reason[1:]} Alt+Left shows the previous run."
                )
        else:
            self._try(session.step)

    def stop(self) -> None:
        """Stop the run."""
        self._session.stop()

    @Slot()
    def refresh(self) -> None:
        """Enable the commands that are possible now."""
        if self._actions is None:
            return
        session, actions = self._session, self._actions
        state = session.state
        pending = DATA_PENDING if self._document.data_pending else ""
        can_start = not state.active and not pending
        obstacle = pending or session.obstacle
        self._enable("train", can_start, pending)
        self._enable("continue_training", can_start and not obstacle, obstacle)
        self._enable("step", can_start or state in (SessionState.RUNNING, SessionState.PAUSED), pending)
        actions["pause"].setEnabled(state in (SessionState.RUNNING, SessionState.PAUSING, SessionState.PAUSED))
        paused = state is SessionState.PAUSED
        actions["pause"].setText("&Resume" if paused else "&Pause")
        actions.set_icon("pause", "mdi6.play" if paused else "mdi6.pause")
        actions["stop"].setEnabled(state.active and state is not SessionState.STOPPING)
        actions["previous_run"].setEnabled(session.previous_run is not None)
        actions["next_run"].setEnabled(session.next_run is not None)
        actions["export_weights"].setEnabled(session.snapshot is not None)

    def _enable(self, name: str, enabled: bool, obstacle: str) -> None:
        if self._actions is not None:
            self._actions[name].setEnabled(enabled)
            self._actions.explain(name, "" if enabled else obstacle)

    def _announce_continuation(self) -> None:
        config = self._session.config
        if config is not None:
            self.message.emit(config.note)

    def _announce_run(self) -> None:
        session = self._session
        place, count = session.runs.index(session.run) + 1, len(session.runs)
        done = len(session.history)
        self.message.emit(f"Run {place} of {count}: {done} epoch{'' if done == 1 else 's'}.")

    def _try(self, start: Callable[[], None]) -> bool:
        """Start training. If it is refused, emit the reason and return False."""
        try:
            start()
        except TinymlError as error:
            self.refused.emit(str(error))
            return False
        return True

    @Slot()
    def _on_state_changed(self) -> None:
        if self._session.state is SessionState.FAILED:
            show_problem(self._window, "Training", self._session.message, self._session.traceback)
