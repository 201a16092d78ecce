"""The files that the Models page lists: the open ones, and the recent ones. It notices when they change on disk."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from app.jobs import BackgroundRunner, LatestJob
from app.models.reading.file_contents import FileFacts, mark_of, read_facts

MOST_RECENT = 8
"""Number of recent files that are listed, apart from the open ones."""
_SETTLE_MS = 200
"""Milliseconds between a change on disk and the reading of the file. Programs write a file in several steps."""


class OpenFiles(QObject):
    """The listed files, with what is known about each of them. It reads headers only, in a background thread.

    While the page is hidden, changes on disk wait.

    Attributes:
        open: the paths of the open files, in the order of the list.

    Signals:
        changed(): another file is listed, or other facts are known.
        file_changed(path): an open file was read for the first time, or another program has changed or deleted it.
        forgotten(path): the user removed a recent file from the list.
    """

    changed = Signal()
    file_changed = Signal(Path)
    forgotten = Signal(Path)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.open: tuple[Path, ...] = ()
        self._recent: tuple[Path, ...] = ()
        self._facts: dict[Path, FileFacts] = {}
        self._active = self._again = False
        self._runner = BackgroundRunner()
        self._job = LatestJob(self._runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_disk_changed)
        self._watcher.directoryChanged.connect(self._on_disk_changed)
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self.check)

    @property
    def recent(self) -> tuple[Path, ...]:
        """The paths of the recent files that are not open, the newest first."""
        return tuple(path for path in self._recent if path not in self.open)[:MOST_RECENT]

    def facts(self, path: Path) -> FileFacts | None:
        """Return what is known about a listed file; None if it was not read yet.

        Arguments:
            path: of the file.
        """
        return self._facts.get(path)

    def set_active(self, active: bool) -> None:
        """Follow the files on disk while the page is visible, and look at them at once.

        Arguments:
            active: True if the page is visible.
        """
        if active != self._active:
            self._active = active
            if active:
                self.check()

    def show_recent(self, paths: Sequence[Path]) -> None:
        """List other recent files.

        Arguments:
            paths: the newest first.
        """
        recent = tuple(dict.fromkeys(paths))
        if recent != self._recent:
            self._recent = recent
            self._show_other_files()

    def add(self, paths: Sequence[Path]) -> None:
        """List files as open, after those that are.

        Arguments:
            paths: of the files.
        """
        files = tuple(dict.fromkeys((*self.open, *paths)))
        if files != self.open:
            self.open = files
            self._show_other_files()

    def remove(self, path: Path) -> None:
        """Close an open file, or remove a recent one from the list.

        Arguments:
            path: of a listed file.
        """
        if path in self.open:
            self.open = tuple(other for other in self.open if other != path)
            self._recent = (path, *(other for other in self._recent if other != path))
        else:
            self._recent = tuple(other for other in self._recent if other != path)
            self.forgotten.emit(path)
        self._show_other_files()

    @Slot()
    def check(self) -> None:
        """Look at the listed files on disk, in the background; read the headers of those that changed."""
        if not self._active:
            return
        if self._job.busy:
            self._again = True  # the running job may have looked before the change
            return
        paths = (*self.open, *self.recent)
        self._job.start(partial(_read_all, paths, dict(self._facts)))

    def shutdown(self) -> None:
        """Stop watching and end the thread."""
        self._active = False
        self._timer.stop()
        self._watch(())
        self._runner.shutdown()

    def _show_other_files(self) -> None:
        self._watch(self.open)
        self.changed.emit()
        self.check()

    def _watch(self, paths: Sequence[Path]) -> None:
        """Watch files and their folders, in which a new file can appear under an old name."""
        wanted = {str(each) for path in paths for each in (path, path.parent)}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(list(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(list(wanted - watched))

    @Slot(str)
    def _on_disk_changed(self, _path: str) -> None:
        # The timer is not started again: in a busy folder it would never end.
        if self._active and not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _on_job_returned(self, found: Mapping[Path, FileFacts]) -> None:
        listed = {*self.open, *self.recent}
        known, self._facts = self._facts, {path: facts for path, facts in found.items() if path in listed}
        # A watch follows the old file if another one has replaced it.
        self._watch(())
        self._watch(self.open)
        if self._facts != known:
            self.changed.emit()
        for path in self.open:
            before, now = known.get(path), self._facts.get(path)
            # At the first look, the file may be another one than the page has read.
            if now is not None and (before is None or before.mark != now.mark):
                self.file_changed.emit(path)
        if self._again:
            self._again = False
            self.check()


def _read_all(paths: Sequence[Path], known: Mapping[Path, FileFacts]) -> dict[Path, FileFacts]:
    """Return the facts about files; only those that changed are read."""
    found = {}
    for path in paths:
        before = known.get(path)
        found[path] = before if before is not None and before.mark == mark_of(path) else read_facts(path)
    return found
