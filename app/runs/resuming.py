"""Resumes the run of a program that crashed, as if nothing had happened."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.document import Document
from app.runs.checkpoints import InterruptedRun, claim_interrupted
from app.runs.keeper import RunKeeper
from app.training.session import Session
from tinyml.core.files import path_kind


class RunResumer(QObject):
    """Continues an interrupted run from its checkpoint, with its own project on screen.

    Arguments:
        document: shows the project of the run, unless it holds unsaved changes.
        session: continues the run.
        keeper: has the folders of the runs.
        parent: the parent object.

    Signals:
        message(sentence): why a run was not resumed. Its checkpoint stays.
    """

    message = Signal(str)

    def __init__(self, document: Document, session: Session, keeper: RunKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session, self._keeper = document, session, keeper

    def resume(self, identifier: str, name: str) -> None:
        """Read the checkpoint of a run in the background, and continue the run.

        Arguments:
            identifier: of the run.
            name: of the run, for the user.
        """
        if self._session.state.active:
            self._refuse(name)
            return
        claim = partial(claim_interrupted, self._keeper.store, identifier)
        # A run whose checkpoint is damaged can still continue from its kept weights.
        self._keeper.submit(claim, self._take, partial(self._session.mark_interrupted, identifier, False))

    def _refuse(self, name: str) -> None:
        self.message.emit(
            f"{name} was not resumed, since another run is active. Stop that run; the list resumes {name}."
        )

    def _take(self, found: InterruptedRun) -> None:
        config = found.run.config
        if self._session.state.active or config is None:  # the user has started another run meanwhile
            self._keeper.submit(partial(self._keeper.store.release, found.run.identifier))
            self._refuse(found.run.name)
            return
        if not self._document.modified and self._document.project != config.project:
            path = found.project_path if found.project_path and path_kind(found.project_path) == "a file" else None
            self._document.restore(config.project, path, found.project_name, f"resume {found.run.name}")
        self._session.resume_interrupted(found.run)
