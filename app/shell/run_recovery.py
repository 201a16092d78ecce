"""Offers to resume the run of a program that crashed."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from app.document import Document
from app.runs import RunKeeper
from app.runs.checkpoints import DEFAULT_SECONDS, CheckpointKeeper, InterruptedRun, find_interrupted
from app.runs.resuming import RunResumer
from app.shell.dialogs import ask
from app.training import Session


def remember_intervals(checkpoints: CheckpointKeeper, settings: QSettings) -> None:
    """Write checkpoints as often as in the last session, and save a change of that for the next one.

    Arguments:
        checkpoints: writes them.
        settings: of the window. A value that is no whole number counts as missing.
    """

    def read(name: str, default: int) -> int:
        text = str(settings.value(name, default))
        return int(text) if text.isdecimal() and len(text) < 7 else default

    def save() -> None:
        settings.setValue("checkpoint_seconds", checkpoints.seconds)
        settings.setValue("checkpoint_epochs", checkpoints.epochs)

    checkpoints.set_intervals(read("checkpoint_seconds", DEFAULT_SECONDS), read("checkpoint_epochs", 0))
    checkpoints.intervals_changed.connect(save)


class RunRecovery(QObject):
    """Asks once, at the start, whether to resume a run that was interrupted. Later, the list of runs offers it.

    Arguments:
        document: shows the project of the run, unless it holds unsaved changes.
        session: continues the run.
        keeper: has the folders of the runs.
        checkpoints: removes the checkpoint of a run that the user does not want to resume.
        window: shows the question and owns this object.

    Signals:
        message(sentence): what becomes of the run.
    """

    message = Signal(str)

    def __init__(
        self, document: Document, session: Session, keeper: RunKeeper, checkpoints: CheckpointKeeper, window: QWidget
    ) -> None:
        super().__init__(window)
        self._window, self._keeper, self._checkpoints = window, keeper, checkpoints
        self._resumer = RunResumer(document, session, keeper, self)
        self._resumer.message.connect(self.message)

    def offer(self) -> None:
        """Look for an interrupted run in the background, and ask about the newest one."""
        self._keeper.submit(partial(find_interrupted, self._keeper.store), self._take)

    def _take(self, found: InterruptedRun | None) -> None:
        if found is None:
            return
        self._keeper.reload()  # the run may be new in the list
        first = self._window.findChild(QMessageBox, "recovery_dialog")
        if first is None:
            self._ask(found)
        else:  # one question after the other
            first.finished.connect(lambda _result: self._ask(found))

    def _ask(self, found: InterruptedRun) -> None:
        run, when = found.run, datetime.fromtimestamp(found.written).strftime("%d %B %Y, %H:%M")
        epochs = run.config.epochs if run.config is not None else 0
        question = (
            f"The program did not close properly while {run.name} of {found.project_name} was training "
            f"(epoch {min(len(run.history) + 1, epochs)} of {epochs}, {when}). Resume the run? It continues as if "
            "nothing had happened."
        )
        later = f"{run.name} waits in the list of runs on the page Train: select it there, and press Resume."
        answers = {
            "Resume": partial(self._resumer.resume, run.identifier, run.name),
            "Discard": partial(self._discard, found),
        }
        dialog = ask(
            self._window, "Interrupted run", question, answers, "Resume", "run_recovery_dialog", refuse="Later"
        )
        dialog.rejected.connect(partial(self.message.emit, later))

    def _discard(self, found: InterruptedRun) -> None:
        self._checkpoints.discard(found.run)
        self._keeper.reload()
