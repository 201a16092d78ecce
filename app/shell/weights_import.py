"""The command that gives the weights of another program to the network of the builder."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.document import Document
from app.forms.weight_import import ImportDialog, target_of_document
from app.jobs import BackgroundRunner
from app.shell.dialogs import show_problem
from app.shell.recent_files import WEIGHTS_FILTER, RecentFiles
from app.shell.unsaved_changes import UnsavedChanges
from app.training import Session, Snapshot
from app.widgets.plain_text import short
from tinyml.core import TinymlError
from tinyml.core.files import normalise_path


class WeightsImport(QObject):
    """Opens the dialog of the import, and gives the session the weights that it has read.

    Arguments:
        document: its network gets the weights. It does not change.
        session: its runs are replaced by the imported weights.
        runner: reads for the dialog.
        recent: remembers the file.
        unsaved_changes: asks before weights are lost that no file holds.
        window: parent of the dialogs.

    Signals:
        imported(): the imported weights are now those of the window.
        message(sentence): what was done, for the status bar.
    """

    imported = Signal()
    message = Signal(str)

    def __init__(
        self,
        document: Document,
        session: Session,
        runner: BackgroundRunner,
        recent: RecentFiles,
        unsaved_changes: UnsavedChanges,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._session, self._runner = document, session, runner
        self._recent, self._unsaved_changes, self._window = recent, unsaved_changes, window

    @Slot()
    def ask_for_file(self) -> None:
        """Ask for a file of weights, and open the dialog for it."""
        folder = str(self._recent.last_folder())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import weights", folder, WEIGHTS_FILTER)
        if chosen:
            self.import_file(normalise_path(chosen))

    def import_file(self, path: Path) -> None:
        """Open the dialog for a file, after the questions about a run and about weights that would be lost.

        Arguments:
            path: of the file.
        """
        self._unsaved_changes.when_free(partial(self._open, path), keeps_project=True)

    def _open(self, path: Path) -> None:
        snapshot = self._session.snapshot
        source = snapshot.source if snapshot is not None else None
        words = f"the weights of {short(source.name)}" if source is not None else "the weights of the current run"
        if snapshot is not None and snapshot.mixed:
            words += " and kept ones"
        try:
            target = target_of_document(self._document, snapshot, words)
        except TinymlError as error:
            show_problem(self._window, "Import weights", str(error))
            return
        dialog = ImportDialog(path, target, self._runner, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.imported.connect(self._on_imported)
        dialog.open()

    @Slot(object)
    def _on_imported(self, snapshot: Snapshot) -> None:
        self._session.use_snapshot(snapshot)
        if snapshot.source is not None:
            self._recent.remember(snapshot.source)
            kept = " and the kept ones" if snapshot.mixed else ""
            self.message.emit(f"The network now has the weights of {short(snapshot.source.name)}{kept}.")
        self.imported.emit()
