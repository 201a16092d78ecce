"""Questions before the project is replaced: about a running training, unsaved changes, and weights without a file."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.formatting import format_duration
from app.shell.dialogs import ask
from app.training import Run, Session

WORTH_A_QUESTION_SECONDS = 30
"""The user is asked about weights whose training took at least this long."""
STILL_TRAINING = "The network is still training. If you stop it, the run is kept, and you can continue it later."

Action = Callable[[], object]


class UnsavedChanges(QObject):
    """Asks the user before an action loses something. Esc cancels the action.

    Arguments:
        document: the project with its unsaved changes.
        session: the runs with their weights.
        save: saves the project, and may ask for a file.
        export: asks for a file, exports the weights, and then calls its argument.
        is_kept: returns True if a run stays in the list of runs, so that its weights are not lost.
        window: parent of the dialogs.
    """

    def __init__(
        self,
        document: Document,
        session: Session,
        save: Action,
        export: Callable[[Action], object],
        is_kept: Callable[[Run], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._is_kept = is_kept
        self._document, self._session, self._window = document, session, window
        self._save, self._export = save, export
        self._after_stop: Action | None = None
        session.state_changed.connect(self._continue_after_stop)

    def when_free(self, action: Action, keeps_project: bool = False) -> None:
        """Call `action`, which replaces the project or the weights, as soon as no run is active and nothing is lost.

        The user is asked to stop the training, and then as `when_saved` says.

        Arguments:
            action: what to do.
            keeps_project: the project stays, so only weights could be lost.
        """
        following = self._when_exported if keeps_project else self.when_saved
        if not self._session.state.active:
            following(action)
            return

        def stop_first() -> None:
            self._after_stop = partial(following, action)
            self._session.stop()
            self._continue_after_stop()

        ask(self._window, "Training", STILL_TRAINING, {"Stop training": stop_first}, "Stop training", "stop_dialog")

    def when_saved(self, action: Action) -> None:
        """Call `action` now, or after the user has decided about unsaved changes and weights."""
        if not self._document.modified:
            self._when_exported(action)
            return

        def save_first() -> None:
            self._save()
            if not self._document.modified:
                self._when_exported(action)

        answers: dict[str, Action] = {"Save": save_first, "Discard": partial(self._when_exported, action)}
        question = f"Save the changes in {self._document.name}?"
        ask(self._window, "Unsaved changes", question, answers, "Save", "unsaved_dialog")

    def _when_exported(self, action: Action) -> None:
        """Call `action` now, or ask first if weights would be lost whose training took long."""
        unsaved = [
            run
            for run in self._session.runs
            if (_is_worth_a_question(run) or (run is self._session.run and _is_mixed(run))) and not self._is_kept(run)
        ]
        if not unsaved:
            action()
            return
        run = self._session.run if self._session.run in unsaved else unsaved[-1]
        duration = format_duration(run.stopwatch.seconds)
        if run is self._session.run:
            if _is_mixed(run):
                question = "No file holds these weights: some are imported, and some were kept."
            else:
                question = f"The last run ({duration}) could not be kept, and its weights were not exported."
            answers: dict[str, Action] = {"Export…": partial(self._export, action), "Discard": action}
            ask(self._window, "Weights", question, answers, "Export…", "weights_dialog")
        else:
            question = (
                f"An earlier run ({duration}) could not be kept, and its weights were not exported. To export them, "
                "cancel and go back to that run (Alt+Left)."
            )
            ask(self._window, "Weights", question, {"Discard": action}, "", "weights_dialog")

    @Slot()
    def _continue_after_stop(self) -> None:
        """Call the action that waits for the end of the run."""
        if self._after_stop is not None and not self._session.state.active:
            action, self._after_stop = self._after_stop, None
            action()


def _is_worth_a_question(run: Run) -> bool:
    """Return True if a run has weights that no file holds and that took long to train."""
    unsaved = run.learned and run.snapshot is not None and run.snapshot is not run.exported
    return unsaved and run.stopwatch.seconds >= WORTH_A_QUESTION_SECONDS


def _is_mixed(run: Run) -> bool:
    """Return True if a run shows weights that no file holds, because an import kept some of the present ones."""
    return run.snapshot is not None and run.snapshot.mixed and run.snapshot is not run.exported
