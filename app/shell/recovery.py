"""Saves a copy of unsaved changes while the window is open, and offers it again after a crash."""

import os
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QLockFile, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.shell.dialogs import ask
from app.shell.recovery_origin import Origin, origin_file
from tinyml.core import TinymlError
from tinyml.core.files import path_kind, remove_leftovers
from tinyml.storage import PROJECT_SUFFIX, Project, read_project, save_project

DELAY_MS = 2000
"""Time without an edit before the unsaved changes are copied, in milliseconds."""


class Recovery(QObject):
    """Copies unsaved changes to a folder, and offers the copies that crashed programs left there.

    Each running program holds the lock of its copy. A copy whose lock is free belongs to a program that crashed. Only
    one window offers it. It is deleted only after the user has discarded it or saved its content.

    Arguments:
        document: has the changes.
        folder: of the copies; created if it is missing.
        window: shows the question and owns this object.

    Attributes:
        problem: one sentence that says why no copy can be saved; empty if it can.
    """

    def __init__(self, document: Document, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._folder, self._window = document, folder, window
        self._runner = BackgroundRunner()
        self._copy_job = LatestJob(self._runner, self)
        self._timer = QTimer(self, interval=DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        # A process id alone is not unique: it is used again, in a container even at once.
        self._copy = folder / f"unsaved-{os.getpid()}-{uuid4().hex}{PROJECT_SUFFIX}"
        self._locks: dict[Path, QLockFile] = {}
        self._restored: list[Path] = []
        self._origin = Origin.of(document)
        self.problem = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.problem = (
                f"Unsaved changes cannot be stored for recovery in '{folder}' ({error.strerror}). Save often."
            )
            return
        self._remove_leftovers()
        self._claim(self._copy)
        document.changed.connect(self._timer.start)
        document.file_changed.connect(self._timer.start)
        document.file_changed.connect(self._on_file_changed)

    def offer(self) -> None:
        """Ask whether to restore the newest copy of a crashed program, if there is one."""
        if self.problem:
            return
        copies = sorted(self._folder.glob(f"unsaved-*{PROJECT_SUFFIX}"), key=_last_written, reverse=True)
        for copy in copies:
            if not self._claim(copy):
                continue
            try:
                project = read_project(copy)
            except TinymlError:
                # A newer version may be able to read it.
                self._release(copy)
                continue
            when = datetime.fromtimestamp(_last_written(copy)).strftime("%d %B %Y, %H:%M")
            count = len(project.network.layers)
            origin = Origin.read(copy)
            name = origin.path.name if origin.path else origin.title
            question = (
                f"The program did not close properly. Restore the unsaved changes to {name} from {when} "
                f"({count} layer{'' if count == 1 else 's'}, data: {project.data.source})? {origin.warning()}"
            ).rstrip()
            restore = partial(self._restore, copy, project, origin)
            answers = {"Restore": restore, "Discard": partial(self._discard, copy)}
            ask(self._window, "Unsaved changes", question, answers, "Restore", "recovery_dialog")
            return

    def shutdown(self, keep_changes: bool = False) -> None:
        """Delete the copies, since the window closes properly.

        Arguments:
            keep_changes: save the unsaved changes instead; the next start offers them.
        """
        self._timer.stop()
        self._runner.shutdown(LONGEST_SAVE)
        if keep_changes and self._document.modified:
            self._write_copy_now()
        elif not self.problem:
            _delete(self._copy, *self._restored)
        for copy in list(self._locks):
            self._release(copy)

    def _remove_leftovers(self) -> None:
        """Remove files of killed programs: half-written copies, and locks without a copy."""
        remove_leftovers(self._copy, others_after=0)  # no other program writes into this folder
        for lock in self._folder.glob("unsaved-*.lock"):
            copy = lock.with_suffix(".json")
            if not copy.exists() and self._claim(copy):
                self._release(copy)

    def _write_copy_now(self) -> None:
        try:
            _write_copy(self._document.project, self._origin, self._copy, *self._restored)
        except TinymlError as error:
            # The next start then offers the copy of some seconds ago.
            print(error, file=sys.stderr)

    def _claim(self, copy: Path) -> bool:
        """Lock a copy. Return False if a running program holds the lock, this one included, or if it is no file."""
        if copy in self._locks:
            return False
        place = copy.with_suffix(".lock")
        if path_kind(place) not in (None, "a file"):
            return False
        lock = QLockFile(str(place))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            return False
        self._locks[copy] = lock
        return True

    def _release(self, copy: Path) -> None:
        self._locks.pop(copy).unlock()

    def _restore(self, copy: Path, project: Project, origin: Origin) -> None:
        self._restored.append(copy)
        self._document.restore(project, origin.path, origin.title)

    def _discard(self, copy: Path) -> None:
        _delete(copy)
        self._release(copy)

    @Slot()
    def _on_file_changed(self) -> None:
        if not self._document.modified:
            self._origin = Origin.of(self._document)

    @Slot()
    def _on_timeout(self) -> None:
        if self._document.modified:
            self._copy_job.start(
                partial(_write_copy, self._document.project, self._origin, self._copy, *self._restored)
            )
        else:
            self._copy_job.start(partial(_delete, self._copy, *self._restored))


def _write_copy(project: Project, origin: Origin, copy: Path, *replaced: Path) -> None:
    """Write the copy, and only then delete the copies that it replaces."""
    origin.write(copy)
    save_project(copy, project)
    _delete(*replaced)


def _delete(*copies: Path) -> None:
    for copy in copies:
        copy.unlink(missing_ok=True)
        origin_file(copy).unlink(missing_ok=True)


def _last_written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another program has just deleted the file
        return 0.0
