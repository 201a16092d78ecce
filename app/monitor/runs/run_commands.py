"""What the user can do with kept runs: restore, inspect, export, delete."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from app.document import Document
from app.document.edits import Edit
from app.monitor.export import CurveTable
from app.runs import KeptRun, RunKeeper, RunRecord
from app.runs.resuming import RunResumer
from app.runs.runs_table import write_table
from app.training import Run, Session
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import describe_count

_TABLE = {"csv": "Table"}
_KEPT = 20
"""How many runs "Delete old runs…" offers to keep."""


class RunCommands(QObject):
    """The commands of the list of runs.

    Arguments:
        document: gets the restored projects.
        session: gets the runs to show.
        keeper: has the runs.
        parent: parent of the dialogs.

    Signals:
        message(sentence): what a command has done.
        inspect_requested(): the weights of a run are in the session; the window should show Inspect.
    """

    message = Signal(str)
    inspect_requested = Signal()

    def __init__(self, document: Document, session: Session, keeper: RunKeeper, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._session, self._keeper, self._window = document, session, keeper, parent
        self._resumer = RunResumer(document, session, keeper, self)
        self._resumer.message.connect(self.message)

    def restore(self, record: RunRecord) -> None:
        """Put network, data and settings of a run into the builder, as one edit, and its weights into Inspect.

        Arguments:
            record: of the run.
        """
        self._restore_project(record)
        if not self._session.state.active:
            self._keeper.show(record.identifier)

    def _restore_project(self, record: RunRecord) -> None:
        if record.project == self._document.project:
            self.message.emit(f"Network, data and settings are already those of {record.name}.")
            return
        self._document.apply(Edit(f"restore {record.name}", record.project))
        self.message.emit(f"Network, data and settings are those of {record.name} now. Undo brings back yours.")

    def resume(self, record: RunRecord) -> None:
        """Resume a run that a crash has interrupted, as if nothing had happened.

        Arguments:
            record: of the run.
        """
        self._resumer.resume(record.identifier, record.name)

    def inspect(self, record: RunRecord) -> None:
        """Show the weights of a run in Inspect. If the builder has another network, restore that of the run.

        Arguments:
            record: of the run.
        """
        self._keeper.show(record.identifier, partial(self._inspect, record))

    def _inspect(self, record: RunRecord, run: Run) -> None:
        if self._session.run is not run:
            self.message.emit(f"Another run has started. Stop it to show the weights of {record.name}.")
        elif run.snapshot is None:
            self.message.emit(f"{record.name} has no weights: it ended before its first epoch.")
        else:
            if not run.snapshot.fits(self._document.project.network, self._document.data):
                self._restore_project(record)
            self.inspect_requested.emit()

    def export_curves(self, record: RunRecord) -> None:
        """Ask for a file, and save the curves of a run in it as a table.

        Arguments:
            record: of the run.
        """
        path = ask_where_to_save(self._window, "Export curves", Path(f"{_file_name(record.name)}.csv"), _TABLE)
        if path is not None:
            self.export_curves_to(record, path)

    def export_curves_to(self, record: RunRecord, path: Path) -> None:
        """Save the curves of a run as a table, in the background.

        Arguments:
            record: of the run.
            path: the file.
        """
        mine = self._keeper.curves.find(record.identifier)
        if mine is not None:
            self._keeper.submit(partial(CurveTable(mine.curves).save, path), self._report_saved)
        else:
            self._keeper.submit(partial(self._load_and_save, record.identifier, path), self._report_saved)

    def _load_and_save(self, identifier: str, path: Path) -> Path:
        """Read the curves of a run and write them as a table; the background thread of the keeper calls this."""
        return CurveTable(self._keeper.store.load(identifier, with_weights=False).curves).save(path)

    def export_all(self, records: Sequence[RunRecord]) -> None:
        """Ask for a file, and save one row for each run in it.

        Arguments:
            records: of the runs, from top to bottom.
        """
        path = ask_where_to_save(self._window, "Export all runs", Path("runs.csv"), _TABLE)
        if path is not None:
            self.export_all_to(records, path)

    def export_all_to(self, records: Sequence[RunRecord], path: Path) -> None:
        """Save one row for each run in a file, in the background.

        Arguments:
            records: of the runs, from top to bottom.
            path: the file.
        """
        self._keeper.submit(partial(write_table, tuple(records), path), self._report_saved)

    def _report_saved(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")

    def delete_all_but_starred(self) -> None:
        """Delete all runs that the user has not starred; this can be undone."""
        self._keeper.delete([run.identifier for run in _newest_first(self._keeper) if not _is_starred(run)])

    def ask_and_delete_old(self) -> None:
        """Ask how many runs to keep, and delete the older ones. Starred runs stay; this can be undone."""
        dialog = QInputDialog(self._window)
        dialog.setObjectName("delete_old_runs")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Delete old runs")
        count = describe_count(len(self._keeper.kept), "run")
        dialog.setLabelText(f"{count} are kept. How many of the newest should stay? Starred runs stay too.")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(0, 1_000_000)
        dialog.setIntValue(_KEPT)
        dialog.setOkButtonText("Delete")
        dialog.intValueSelected.connect(self.delete_old)
        dialog.open()

    def delete_old(self, kept: int) -> None:
        """Delete all runs but the newest ones and the starred ones; this can be undone.

        Arguments:
            kept: how many of the newest stay.
        """
        old = _newest_first(self._keeper)[kept:]
        self._keeper.delete([run.identifier for run in old if not _is_starred(run)])


def _newest_first(keeper: RunKeeper) -> list[KeptRun]:
    """Return all runs, those that cannot be read at the end."""
    readable = [run for run in keeper.kept.values() if run.record is not None and not run.elsewhere]
    readable.sort(key=lambda run: run.record.created.timestamp() if run.record is not None else 0.0, reverse=True)
    return readable + [run for run in keeper.kept.values() if run.record is None]


def _is_starred(run: KeptRun) -> bool:
    return run.record is not None and run.record.starred


def _file_name(name: str) -> str:
    """Return a name for a file: only letters, digits, "-" and "_" of the name of a run."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    return kept.strip("-") or "run"
