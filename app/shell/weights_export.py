"""Export the weights of the current run, in any format of the exporters."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.jobs import BackgroundRunner, LatestJob
from app.shell.dialogs import show_problem
from app.shell.recent_files import RecentFiles
from app.training import Run, Session, Snapshot
from app.training.snapshot_files import export_snapshot
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import TinymlError
from tinyml.storage import identify
from tinyml.storage.exporters import exporters


class WeightsExport(QObject):
    """Writes the newest weights with their network to a file, off the GUI thread.

    Arguments:
        session: the runs. The exported snapshot is noted in its run.
        runner: writes the file.
        recent: remembers the file if the window can open it again.
        window: parent of the dialogs.

    Signals:
        message(sentence): the state of the export, for the status bar.
    """

    message = Signal(str)

    def __init__(self, session: Session, runner: BackgroundRunner, recent: RecentFiles, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._recent, self._window = session, recent, window
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self._exporting: tuple[Run, Snapshot] | None = None
        self._then: Callable[[], object] | None = None

    def ask_and_export(self, stem: str, then: Callable[[], object] | None = None) -> None:
        """Ask for a file and export the weights to it.

        Arguments:
            stem: proposed name of the file, without suffix.
            then: called after a successful export.
        """
        if self._session.snapshot is None:
            show_problem(self._window, "Export weights", "There are no weights yet. Train the network first (F5).")
            return
        formats: dict[str, str] = {}
        for exporter in exporters().values():
            if not exporter.writes_folder:
                formats.setdefault(exporter.suffix, exporter.title)
        start = self._recent.last_folder() / f"{stem}.{next(iter(formats))}"
        path = ask_where_to_save(self._window, "Export weights", start, formats)
        if path is not None:
            self.export_to(path, then)

    def export_to(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Export the newest weights.

        Arguments:
            path: the file; its suffix chooses the format.
            then: called after a successful export.
        """
        if self._session.snapshot is not None:
            self._then = then
            self.message.emit(f"Saving {path.name} …")
            self._exporting = self._session.run, self._session.snapshot
            self._job.start(partial(export_snapshot, path, self._session.snapshot))

    @Slot(object)
    def _on_job_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")
        if _can_be_opened(path):
            self._recent.remember(path)
        if self._exporting is not None:
            run, snapshot = self._exporting
            run.exported = snapshot
        then, self._then = self._then, None
        if then is not None:
            then()

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._then = None
        show_problem(self._window, "Export weights", sentence)


def _can_be_opened(path: Path) -> bool:
    """Return True if the window can open a file again."""
    try:
        return identify(path).kind in ("project", "tensors", "data")
    except TinymlError:
        return False
