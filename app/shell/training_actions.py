"""The commands of the Train menu, and when each of them is enabled."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.document import DATA_PENDING, Document, edits
from app.monitor import ControlBox
from app.shell.actions import Actions
from app.shell.dialogs import show_problem
from app.training import Session, SessionState
from tinyml.core import TinymlError

LARGEST_SEED = 2**31 - 1
ACTIVE = "The run is active. Stop it first (Shift+F5)."
EPOCH = "The run trains. Pause it first (F6)."


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
        self._commit: Callable[[], str] = str
        session.state_changed.connect(self.refresh)
        session.refused.connect(self.message)
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

    def control_by(self, box: ControlBox, commit: Callable[[], str]) -> None:
        """Let a box give commands, too.

        Arguments:
            box: gets the actions that are attached.
            commit: applies the drafts of all forms before a run starts; returns the reason if one is refused.
        """
        self._commit = commit
        if self._actions is not None:
            box.set_actions(self._actions.by_name)
        box.continue_requested.connect(self._on_continue_requested)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return the function that runs each command, by name."""
        return {
            "train": partial(self._commit_and, self.train),
            "continue_training": partial(self._commit_and, self.continue_training),
            "pause": self.pause,
            "step": partial(self._commit_and, self.step),
            "step_epoch": partial(self._commit_and, self.step_epoch),
            "stop": self.stop,
            "train_again": partial(self._commit_and, self.train_again),
            "train_new_seed": partial(self._commit_and, self.train_with_new_seed),
            "best_weights": self.show_best_weights,
            "previous_run": self.show_previous_run,
            "next_run": self.show_next_run,
        }

    def _commit_and(self, start: Callable[[], None]) -> None:
        """Train with the numbers on screen; if a form refuses one, emit the reason and do not train."""
        reason = "" if self._session.state.active else self._commit()
        if reason:
            self.message.emit(reason)
        else:
            start()

    @Slot(int)
    def _on_continue_requested(self, epochs: int) -> None:
        self._commit_and(partial(self.continue_for, epochs))

    def train(self) -> None:
        """Train a new run from fresh weights. The previous run is kept."""
        kept = self._session.run.learned
        if self._try(self._session.start) and kept:
            self.message.emit("New run from fresh weights. The previous run is kept: Alt+Left shows it.")

    def continue_training(self) -> None:
        """Continue the shown run."""
        if self._try(self._session.continue_run):
            self._announce_continuation()

    def continue_for(self, epochs: int) -> None:
        """Continue the shown run, or let the active one end so much later.

        Arguments:
            epochs: how many are added to those that are done; to the planned ones if the run is active.
        """
        session = self._session
        if session.state.active and session.config is not None:
            last = int(session.pending.get("epochs", session.config.epochs)) + epochs
            try:
                session.change("epochs", last)
                self.message.emit(f"The run now ends with epoch {last}.")
            except TinymlError as error:
                self.message.emit(str(error))
        elif self._try(partial(self._session.continue_run, epochs=epochs)):
            self._announce_continuation()

    def train_again(self) -> None:
        """Train a new run with the seed of the shown one."""
        config = self._session.config
        if config is not None:
            self._use_seed(config.project.training.seed)
        self.train()

    def train_with_new_seed(self) -> None:
        """Train a new run with the next seed. The change of the seed can be undone."""
        config = self._session.config
        seeds = [self._document.project.training.seed, 0 if config is None else config.project.training.seed]
        self._use_seed((max(seeds) + 1) % LARGEST_SEED)
        self.train()

    def _use_seed(self, seed: int) -> None:
        if self._document.project.training.seed != seed:
            self._document.apply(edits.change_training(self._document.project, seed=seed))

    def show_best_weights(self) -> None:
        """Show the weights of the best epoch, or again those of the last one."""
        session = self._session
        session.show_best_weights()
        if session.snapshot is None or session.best_obstacle:
            return
        which = "last" if session.run.last is None else "best"
        epoch = len(session.snapshot.history)
        self.message.emit(
            f"Inspect and export now use the weights of the {which} epoch, {epoch}. Continue uses the last ones."
        )

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
        self._step(self._session.step)

    def step_epoch(self) -> None:
        """Train until the end of the epoch, in the same run as `step`."""
        self._step(self._session.step_epoch)

    def _step(self, step: Callable[[], None]) -> None:
        session = self._session
        if session.state.active or not session.obstacle:
            starts = not session.state.active
            if self._try(step) and starts:
                self._announce_continuation()
        elif session.run.learned:
            reason = session.obstacle
            if self._try(step):
                self.message.emit(
                    f"New run from fresh weights: {reason[0].lower()}{reason[1:]} Alt+Left shows the previous run."
                )
        else:
            self._try(step)

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
        self._enable("step_epoch", can_start or state in (SessionState.PAUSING, SessionState.PAUSED), pending or EPOCH)
        for name in ("train_again", "train_new_seed"):
            self._enable(name, can_start, pending or ACTIVE)
        self._enable("best_weights", not session.best_obstacle, session.best_obstacle)
        actions["best_weights"].setText("Best &weights" if session.run.last is None else "Last &weights")
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
        config = self._session.config
        # The table of a sweep shows which of its runs failed.
        told = self._session.closing or (config is not None and config.sweep)
        if self._session.state is SessionState.FAILED and not told:
            show_problem(self._window, "Training", self._session.message, self._session.traceback)
