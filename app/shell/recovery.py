"""No lost work after a crash, and no false alarm: unsaved changes are kept aside until the window closes properly."""

import os
from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QLockFile, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.shell.dialogs import ask
from app.training.background import BackgroundRunner
from tinyml.core import TinymlError
from tinyml.storage import PROJECT_SUFFIX, Project, read_project, save_project

DELAY_MILLISECONDS = 2000
"""How long the document must rest before its unsaved changes are written."""


class Recovery(QObject):
    """Keeps a copy of unsaved changes in a folder, and offers what a crashed program left there.

    Each running program holds a lock file. A copy whose lock is free belongs to a program that did not end properly.

    Arguments:
        folder: where the copies are; made when it is missing.

    Attributes:
        problem: why nothing can be kept aside, in one sentence; empty when it can.
    """

    def __init__(self, document: Document, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._folder, self._window = document, folder, window
        self._runner = BackgroundRunner(self)
        self._timer = QTimer(self, interval=DELAY_MILLISECONDS, singleShot=True)
        self._timer.timeout.connect(self._write)
        # A process id alone comes back, in a container even at once.
        self._copy = folder / f"unsaved-{os.getpid()}-{uuid4().hex}{PROJECT_SUFFIX}"
        self.problem = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.problem = f"Unsaved changes cannot be kept in '{folder}' ({error.strerror}): save often."
            return
        self._lock = QLockFile(str(self._copy.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)
        self._lock.tryLock(0)
        document.changed.connect(self._timer.start)
        document.file_changed.connect(self._timer.start)

    def offer(self) -> None:
        """Ask what to do with the copy of a program that did not end properly, if there is one."""
        if self.problem:
            return
        for copy in sorted(self._folder.glob(f"unsaved-*{PROJECT_SUFFIX}")):
            if copy == self._copy or not self._abandoned(copy):
                continue
            try:
                project = read_project(copy)
            except TinymlError:
                # Perhaps a newer version can read it.
                continue
            question = "The program did not end properly the last time. Restore the changes that were not saved?"
            answers = {"Restore": partial(self._restore, copy, project), "Discard": partial(copy.unlink, True)}
            ask(self._window, "Unsaved changes", question, answers, "Restore", "recovery_dialog")
            return

    def shutdown(self) -> None:
        """Forget the copy: the window is closed properly."""
        self._timer.stop()
        self._runner.shutdown()
        if not self.problem:
            self._copy.unlink(missing_ok=True)
            self._lock.unlock()

    @staticmethod
    def _abandoned(copy: Path) -> bool:
        lock = QLockFile(str(copy.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        free = lock.tryLock(0)
        lock.unlock()
        return free

    def _restore(self, copy: Path, project: Project) -> None:
        self._document.restore(project)
        copy.unlink(missing_ok=True)

    @Slot()
    def _write(self) -> None:
        if self._document.modified:
            self._runner.submit("copy", partial(save_project, self._copy, self._document.project))
        else:
            self._runner.submit("copy", partial(self._copy.unlink, True))
