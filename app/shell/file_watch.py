"""Watches the project's file. If another program changes or deletes it, the user decides; nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.document import Document
from app.document.edits import Edit
from app.jobs import BackgroundRunner, LatestJob
from app.shell.dialogs import ask, show_problem
from app.widgets.plain_text import short
from tinyml.core import TinymlError
from tinyml.storage import Project, read_project

SETTLE_MS = 200
"""Time between a change and the reading of the file, in milliseconds. Some editors write a file in several steps."""
DIALOG = "file_changed_dialog"


@dataclass(frozen=True)
class FileState:
    """The state of a project file.

    Attributes:
        path: of the file.
        mark: time, size and number of the file, which change whenever it is written; None if there is no file.
        project: its content; None if there is no file, it cannot be read, or its mark is already known.
        problem: one sentence that says why it cannot be read; empty if it can.
    """

    path: Path
    mark: tuple[int, int, int] | None
    project: Project | None = None
    problem: str = ""


class FileWatch(QObject):
    """Asks the user what to do after another program has changed or deleted the project's file.

    A save of this window, or a change that leaves the project the same, raises no question. After a real change the
    document counts as modified, so that it is not closed or replaced without a question. Reloading is an edit: Undo
    brings back the user's project.

    The file is read in a background thread, because a folder on a network may not answer.

    Arguments:
        document: has the project and the path of its file.
        window: parent of the dialogs; it owns this object.
    """

    def __init__(self, document: Document, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._window = document, window
        self._path: Path | None = None
        # The content of the file, as far as this window knows; None if the file is missing or damaged.
        self._known: Project | None = None
        self._seen: FileState | None = None
        self._doubted: FileState | None = None
        self._watcher = QFileSystemWatcher(self)
        self._runner = BackgroundRunner()
        self._job = LatestJob(self._runner, self)
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._watcher.fileChanged.connect(self._on_disk_changed)
        self._watcher.directoryChanged.connect(self._on_disk_changed)
        self._timer.timeout.connect(self._on_timeout)
        self._job.returned.connect(self._on_job_returned)
        document.file_changed.connect(self._follow_document)

    def shutdown(self) -> None:
        """Stop watching; called when the window closes."""
        self._document.file_changed.disconnect(self._follow_document)
        self._timer.stop()
        self._unwatch()
        self._runner.shutdown()

    @Slot()
    def _follow_document(self) -> None:
        """Watch the document's file. While the document is not modified, the file holds its project."""
        if self._document.path != self._path:
            self._timer.stop()
            self._job.cancel()
            self._unwatch()
            self._path = self._document.path
            self._seen = self._doubted = self._known = None
            self._watch()
        if not self._document.modified:
            self._known = self._document.project

    def _watch(self) -> None:
        """Watch the file and its folder, in which a new file can appear under the old name; for a link both folders."""
        if self._path is not None:
            # This asks the disk only for a file that the document or a job has just reached.
            folders = {self._path.parent, self._path.resolve().parent}
            self._watcher.addPaths([str(self._path), *map(str, folders)])

    def _unwatch(self) -> None:
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)

    @Slot(str)
    def _on_disk_changed(self, _path: str) -> None:
        # The timer is not started again: in a busy folder it would never end.
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._job.busy:
            self._timer.start()  # the running job may have read the file before this change
        elif self._path is not None:
            self._job.start(partial(_read_state, self._path, self._seen.mark if self._seen is not None else ()))

    @Slot(object)
    def _on_job_returned(self, state: FileState) -> None:
        if state.mark is not None:
            # A watch follows the old file if another one has replaced it.
            self._watcher.removePath(str(state.path))
            self._watch()
        if self._seen is not None and state.mark == self._seen.mark:
            return
        if state.project is None and state != self._doubted:
            # Perhaps another program is just writing the file. Read it once more.
            self._doubted = state
            self._timer.start()
            return
        self._seen, self._doubted = state, None
        if state.project is None or state.project != self._known:
            self._known = state.project
            self._close_question()
            if state.project == self._document.project:
                self._document.undo_stack.setClean()
            else:
                self._document.undo_stack.resetClean()
                self._ask(state)

    def _ask(self, state: FileState) -> None:
        """Say what happened to the file, and offer what can be done."""
        name = short(state.path.name)
        if state.project is not None:
            question = f"Another program changed {name}. Reload it? Undo then brings back the project as it is now."
            answers: dict[str, Callable[[], object]] = {"Reload": partial(self._reload, state.project)}
            ask(self._window, "File changed", question, answers, "Reload", DIALOG, refuse="Keep mine")
        elif state.mark is None:
            question = f"{name} was deleted or moved by another program. The project is still open. Save it again?"
            answers = {"Save again": partial(self._save, state.path)}
            ask(self._window, "File deleted", question, answers, "Save again", DIALOG, refuse="Not now")
        else:
            question = (
                f"Another program changed {name}, and it cannot be opened now. {state.problem} The project is still "
                "open as it was. Replace the file by it?"
            )
            answers = {"Replace": partial(self._save, state.path)}
            ask(self._window, "File changed", question, answers, "", DIALOG, refuse="Not now")

    def _close_question(self) -> None:
        """Close the question about an earlier change."""
        for box in self._window.findChildren(QMessageBox, DIALOG):
            box.reject()

    def _reload(self, project: Project) -> None:
        """Make the content of the file the current project, as one edit."""
        self._document.apply(Edit(f"reload {self._document.name}", project))
        self._document.undo_stack.setClean()

    def _save(self, path: Path) -> None:
        try:
            self._document.save(path)
        except TinymlError as error:
            show_problem(self._window, "Save project", str(error))


def _read_state(path: Path, known_mark: tuple[int, ...] | None) -> FileState:
    """Read a project file, unless its mark is the known one. `known_mark` is () if no mark is known."""
    try:
        status = path.stat()
    except OSError:
        return FileState(path, None)
    mark = status.st_mtime_ns, status.st_size, status.st_ino
    if mark == known_mark:
        return FileState(path, mark)
    try:
        return FileState(path, mark, read_project(path))
    except TinymlError as error:
        return FileState(path, mark, None, str(error))
