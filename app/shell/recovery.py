"""No lost work after a crash, and no false alarm: unsaved changes are kept aside until the window closes properly."""

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
"""How long the document must rest before its unsaved changes are written."""


class Recovery(QObject):
    """Keeps a copy of unsaved changes in a folder, and offers what a crashed program left there.

    Each running program holds the lock of its copy. A copy whose lock is free belongs to a program that did not end
    properly; it is offered by one window, and deleted only when the user has discarded it or saved what was in it.

    Arguments:
        folder: where the copies are; made when it is missing.

    Attributes:
        problem: why nothing can be kept aside, in one sentence; empty when it can.
    """

    def __init__(self, document: Document, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._folder, self._window = document, folder, window
        self._runner = BackgroundRunner()
        self._copy_job = LatestJob(self._runner, self)
        self._timer = QTimer(self, interval=DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        # A process id alone comes back, in a container even at once.
        self._copy = folder / f"unsaved-{os.getpid()}-{uuid4().hex}{PROJECT_SUFFIX}"
        self._locks: dict[Path, QLockFile] = {}
        self._restored: list[Path] = []
        self._origin = Origin.of(document)
        self.problem = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.problem = f"Unsaved changes cannot be kept in '{folder}' ({error.strerror}): save often."
            return
        self._remove_leftovers()
        self._claim(self._copy)
        document.changed.connect(self._timer.start)
        document.file_changed.connect(self._timer.start)
        document.file_changed.connect(self._on_file_changed)

    def offer(self) -> None:
        """Ask what to do with the newest copy of a program that did not end properly, if there is one."""
        if self.problem:
            return
        copies = sorted(self._folder.glob(f"unsaved-*{PROJECT_SUFFIX}"), key=_last_written, reverse=True)
        for copy in copies:
            if not self._claim(copy):
                continue
            try:
                project = read_project(copy)
            except TinymlError:
                # Perhaps a newer version can read it.
                self._release(copy)
                continue
            when = datetime.fromtimestamp(_last_written(copy)).strftime("%d %B %Y, %H:%M")
            count = len(project.network.layers)
            origin = Origin.read(copy)
            name = origin.path.name if origin.path else origin.title
            question = (
                f"The program did not end properly. Restore the changes of {when} to {name} that were not saved "
                f"({count} layer{'' if count == 1 else 's'}, data: {project.data.source})? {origin.warning()}"
            ).rstrip()
            restore = partial(self._restore, copy, project, origin)
            answers = {"Restore": restore, "Discard": partial(self._discard, copy)}
            ask(self._window, "Unsaved changes", question, answers, "Restore", "recovery_dialog")
            return

    def shutdown(self, keep_changes: bool = False) -> None:
        """Forget the copies, because the window is closed properly.

        Arguments:
            keep_changes: write the changes that were not saved instead; the next start offers them.
        """
        self._timer.stop()
        self._runner.shutdown(LONGEST_SAVE)
        if keep_changes and self._document.modified:
            self._keep_now()
        elif not self.problem:
            _delete(self._copy, *self._restored)
        for copy in list(self._locks):
            self._release(copy)

    def _remove_leftovers(self) -> None:
        """Remove what killed programs left: half-written copies, and locks that guard no copy."""
        remove_leftovers(self._copy, others_after=0)  # no other program writes into this folder
        for lock in self._folder.glob("unsaved-*.lock"):
            copy = lock.with_suffix(".json")
            if not copy.exists() and self._claim(copy):
                self._release(copy)

    def _keep_now(self) -> None:
        try:
            _keep(self._document.project, self._origin, self._copy, *self._restored)
        except TinymlError as error:
            # Then the copy of some seconds ago is offered.
            print(error, file=sys.stderr)

    def _claim(self, copy: Path) -> bool:
        """Take the lock of a copy; False when a running program, this one included, holds it, or it is no file."""
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
            self._copy_job.start(partial(_keep, self._document.project, self._origin, self._copy, *self._restored))
        else:
            self._copy_job.start(partial(_delete, self._copy, *self._restored))


def _keep(project: Project, origin: Origin, copy: Path, *former: Path) -> None:
    """Write the copy; only then are those that it replaces deleted."""
    origin.write(copy)
    save_project(copy, project)
    _delete(*former)


def _delete(*copies: Path) -> None:
    for copy in copies:
        copy.unlink(missing_ok=True)
        origin_file(copy).unlink(missing_ok=True)


def _last_written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another program has just deleted it
        return 0.0
