"""The command that exports a trained network: the weights of the current run, or those of a file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.forms.export import ExportDialog, ModelSource, source_of_file, source_of_snapshot
from app.jobs import LONGEST_SAVE, BackgroundRunner
from app.shell.dialogs import show_problem
from app.shell.recent_files import RecentFiles
from app.training import Run, Session, Snapshot
from app.widgets.plain_text import short
from tinyml.core import TinymlError
from tinyml.storage import identify
from tinyml.storage.exporters import DEFAULT_EXPORTER


class WeightsExport(QObject):
    """Opens the export dialog, and notes which weights of the run are in a file.

    Arguments:
        session: the runs. The exported snapshot is noted in its run.
        recent: remembers the file if the window can open it again.
        settings: remember the last format and the last folder.
        window: parent of the dialogs.

    Signals:
        message(sentence): the state of the export, for the status bar.
    """

    message = Signal(str)

    def __init__(self, session: Session, recent: RecentFiles, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._recent = session, recent
        # Its own, so that a long export delays no other command.
        self._runner = BackgroundRunner()
        self._settings, self._window = settings, window
        self._exporting: tuple[Run, Snapshot] | None = None
        self._then: Callable[[], object] | None = None

    def ask_and_export(self, stem: str, then: Callable[[], object] | None = None) -> ExportDialog | None:
        """Open the export dialog for the newest weights; say why if there are none.

        Arguments:
            stem: proposed name of the file, without suffix.
            then: called after the weights themselves were exported, so that they are not lost.
        """
        snapshot = self._session.snapshot
        if snapshot is None:
            show_problem(self._window, "Export", "There are no weights yet. Train the network first (F5).")
            return None
        self._exporting, self._then = (self._session.run, snapshot), then
        return self._open(source_of_snapshot(snapshot, stem, "The weights of the current run"))

    def export_file(self, path: Path) -> ExportDialog:
        """Open the export dialog for a model file.

        Arguments:
            path: of the file.
        """
        self._exporting = self._then = None
        return self._open(source_of_file(path))

    def _open(self, source: ModelSource) -> ExportDialog:
        dialog = ExportDialog(source, self._runner, self._settings, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.exported.connect(self._on_exported)
        dialog.finished.connect(self._on_finished)
        dialog.open()
        return dialog

    def shutdown(self) -> None:
        """Wait until all files are written, and end the background thread."""
        self._runner.shutdown(LONGEST_SAVE)

    @Slot()
    def _on_finished(self) -> None:
        """Let the next dialog not wait for what this one has started: a preview, or a cancelled export."""
        self._runner.abandon()

    @Slot(str, Path)
    def _on_exported(self, name: str, path: Path) -> None:
        self.message.emit(f"Saved {short(path.name)}.")
        if _can_be_opened(path):
            self._recent.remember(path)
        if name != DEFAULT_EXPORTER:
            return  # a picture or a table does not keep the weights
        if self._exporting is not None:
            run, snapshot = self._exporting
            run.exported = snapshot
        then, self._then = self._then, None
        if then is not None:
            then()


def _can_be_opened(path: Path) -> bool:
    """Return True if the window can open a file again."""
    try:
        return identify(path).kind in ("project", "tensors")
    except TinymlError:
        return False
