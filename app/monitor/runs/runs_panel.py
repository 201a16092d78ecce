"""The tab "Runs" of the Train page: all kept runs, what differs between them, and what to do with them."""

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.document import Document
from app.formatting import format_count
from app.monitor.runs.differences_table import DifferencesTable
from app.monitor.runs.run_commands import RunCommands
from app.monitor.runs.run_list import RunList
from app.monitor.runs.run_model import RunModel
from app.monitor.runs.run_row import RunRow, make_rows
from app.monitor.runs.sweep_dialog import SweepDialog
from app.runs import KeptRun, RunKeeper, RunRecord
from app.runs.differences import find_differences
from app.runs.record import record_of
from app.training import Run, Session, SessionState
from app.training.curves import RunCurves
from app.widgets.labels import make_label, show_text
from app.widgets.message_line import MessageLine
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import describe_count

_SHOW_MS = 150
"""Milliseconds before a chosen run is read, so that the arrow keys do not read every run on their way."""
_LIVE_MS = 500
"""Milliseconds between two updates of the running run."""
_EMPTY = "No runs yet. Press Train (F5). Every run is kept here, also after a restart."
_MOST_COMPARED = 6


class RunsPanel(QWidget):
    """The list of kept runs with the differences below it.

    Arguments:
        document: gets restored projects.
        session: its run is marked in the list; a chosen run is shown in it.
        keeper: has the runs.
        parent: the parent widget.

    Attributes:
        list: the list.
        table: what differs between the selected runs; with one selected run, from the run before it.
        commands: what the user can do with the runs.

    Signals:
        overlays_changed(): `shown_runs` may have changed.
        found(): the kept runs of earlier days were read for the first time, and there are some.
    """

    overlays_changed = Signal()
    found = Signal()

    def __init__(self, document: Document, session: Session, keeper: RunKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_panel")
        self.setAccessibleName("Runs")
        self._document, self._session, self._keeper = document, session, keeper
        self._model = RunModel(self)
        self.list = RunList(self._model)
        self.table = DifferencesTable()
        self.commands = RunCommands(document, session, keeper, self)
        self._followed = ""
        self._message = MessageLine()
        self._message.setObjectName("runs_message")
        self._deleted = make_label("runs_deleted", wraps=True)
        self._undo = QPushButton("Undo")
        self._sweep_button = QPushButton("Sweep…")
        self._sweep: SweepDialog | None = None
        self._size = make_label("runs_size", style_class="muted")
        self._compared = make_label("runs_compared", style_class="muted", ignores_width=True)
        self._same = make_label("runs_same", style_class="muted", wraps=True)
        self._restore, self._export, self._more = (
            QPushButton("Restore"),
            QPushButton("Export CSV…"),
            QPushButton("More"),
        )
        self._stack = QStackedWidget()
        self._refresh_views = VisibleRefresh(self, before_window=False)
        self._show_timer = QTimer(self, interval=_SHOW_MS, singleShot=True)
        self._live_timer = QTimer(self, interval=_LIVE_MS, singleShot=True)
        self._lay_out()
        self._connect()
        keeper.reload()

    # --------------------------------------------------------------------------------------------------- what is shown

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The rows of the list, from top to bottom."""
        return self._model.rows

    def shown_runs(self) -> list[tuple[str, int, RunCurves]]:
        """Return name, number of the colour and curves of each run that is drawn beside the run of the page.

        Curves that are not in memory are read; `overlays_changed` follows.
        """
        wanted = [record for record in self._records() if record.shown and record.identifier != self._current]
        if self.window().isVisible():  # the curves are visible beside another tab, too
            self._keeper.curves.draw(record.identifier for record in wanted)
        runs = ((record, self._keeper.curves.find(record.identifier)) for record in wanted)
        return [(short(record.name), record.color, run.curves) for record, run in runs if run is not None]

    @property
    def _current(self) -> str:
        return self._session.run.identifier

    def _records(self) -> list[RunRecord]:
        """Return all runs that can be read, the newest first."""
        records = [run.record for run in self._all_runs().values() if run.record is not None]
        return sorted(records, key=lambda record: record.created, reverse=True)

    def _all_runs(self) -> dict[str, KeptRun]:
        """Return the kept runs, and those in memory that are not written yet."""
        runs = dict(self._keeper.kept)
        for run in self._session.runs:
            live = run is self._session.run and run.state.active
            kept = run.learned or live or run.state is SessionState.FAILED
            if run.config is None or not kept or self._keeper.is_deleted(run.identifier):
                continue
            if live or run.identifier not in runs:
                known = runs.get(run.identifier)
                size = known.size if known is not None else 0
                runs[run.identifier] = KeptRun(run.identifier, self._record(run, known), size=size)
        return runs

    def _record(self, run: Run, known: KeptRun | None) -> RunRecord:
        assert run.config is not None, "checked by the caller"
        before = known.record if known is not None else None
        return record_of(run, run.config, before.project_name if before is not None else self._document.name)

    @Slot()
    def _on_due(self) -> None:
        active = self._current if self._session.state.active else ""
        runs = self._all_runs()
        drawn = [name for name, run in runs.items() if run.record is not None and run.record.shown]
        selected = self.list.selected
        # The list follows the page to another run, but lets the user choose a run while another one is trained.
        followed = self._current != self._followed and self._current in runs
        if followed:
            self._followed = self._current
            followed = len(selected) <= 1
        self._model.show_rows(make_rows(runs, active, [*drawn, self._current]))
        selected = (self._current,) if followed else selected
        if self.list.selected != selected:
            self.list.select(selected)
        self._stack.setCurrentIndex(1 if runs else 0)
        kept = self._keeper.kept
        self._size.setText(f"{describe_count(len(kept), 'run')}, {_describe_size(self._keeper.size)}" if kept else "")
        self._more.setEnabled(bool(kept))
        self._show_selection()
        self._show_deleted()

    @Slot()
    def _show_selection(self) -> None:
        """Show the differences of the selected runs, and what can be done with them."""
        chosen = [row for row in self.rows if row.identifier in self.list.selected and row.record is not None]
        records = [row.record for row in chosen if row.record is not None][:_MOST_COMPARED]
        self._restore.setEnabled(len(records) == 1)
        self._export.setEnabled(len(records) == 1)
        if len(records) == 1 and chosen[0].before is not None:
            records.append(chosen[0].before)
        found = find_differences([record.project for record in records])
        self._compared.setText(" · ".join(short(record.name) for record in records) if len(records) > 1 else "")
        self.table.show_differences([record.name for record in records], found)
        self.table.setVisible(bool(found))
        show_text(self._same, "" if found or len(records) < 2 else "Network, data and settings are the same.")

    def _show_deleted(self) -> None:
        deleted = self._keeper.last_deleted
        names = deleted[0].record.name if len(deleted) == 1 and deleted[0].record is not None else ""
        self._deleted_line.setVisible(bool(deleted))
        self._deleted.setText(f"Deleted {names or describe_count(len(deleted), 'run')}." if deleted else "")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._keeper.reload()
        self.overlays_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._message.handle_escape(event):
            super().keyPressEvent(event)

    # -------------------------------------------------------------------------------------------------------- assembly

    def _lay_out(self) -> None:
        self._restore.setObjectName("runs_restore")
        self._restore.setToolTip("Put network, data and settings of this run into the builder; Undo brings back yours")
        self._export.setObjectName("runs_export")
        self._export.setToolTip("Save the curves of this run as a table")
        self._undo.setObjectName("runs_undo")
        self._undo.setAccessibleName("Bring back the deleted runs")
        self._sweep_button.setObjectName("runs_sweep")
        self._sweep_button.setToolTip("Train one run for each of several learning rates, batch sizes, seeds or widths")
        self._more.setObjectName("runs_more")
        self._more.setAccessibleName("More commands for all runs")
        self._more.setMenu(self._make_more_menu())
        empty = make_label("runs_empty", _EMPTY, "muted", wraps=True)
        empty.setMargin(2 * GRID)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.list)
        self._deleted_line = QWidget()
        self._deleted_line.setObjectName("runs_deleted_line")
        _fill(QHBoxLayout(self._deleted_line), (self._deleted, 1), (self._undo, 0))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(_fill(QHBoxLayout(), (self._sweep_button, 0), (None, 1), (self._more, 0)))
        layout.addWidget(self._message)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._size)
        layout.addWidget(self._deleted_line)
        heading = make_label("runs_differences_heading", "Differences", "heading")
        layout.addLayout(_fill(QHBoxLayout(), (heading, 0), (self._compared, 1)))
        layout.addWidget(self._same)
        layout.addWidget(self.table)
        layout.addLayout(_fill(QHBoxLayout(), (self._restore, 0), (self._export, 0), (None, 1)))

    def _connect(self) -> None:
        keeper, session = self._keeper, self._session
        for signal in (keeper.changed, session.run_changed, session.started, session.continued, session.state_changed):
            signal.connect(self._refresh_views.request)
        for signal in (keeper.overlays_changed, session.run_changed, session.started, session.continued):
            signal.connect(self.overlays_changed)
        session.epochs_finished.connect(self._on_epochs_finished)
        self._live_timer.timeout.connect(self._refresh_views.request)
        self._refresh_views.due.connect(self._on_due)
        self._show_timer.timeout.connect(self._on_show_timeout)
        self.list.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.list.show_toggled.connect(self._on_show_toggled)
        self.list.star_toggled.connect(self._on_star_toggled)
        self.list.delete_requested.connect(self._delete_selected)
        self.list.undo_requested.connect(keeper.undo_delete)
        self.list.menu_requested.connect(self._on_menu_requested)
        self._model.renamed.connect(self._on_renamed)
        self._undo.clicked.connect(keeper.undo_delete)
        self._sweep_button.clicked.connect(self.open_sweep)
        self._restore.clicked.connect(self._on_restore_clicked)
        self._export.clicked.connect(self._on_export_clicked)
        keeper.first_read.connect(self._on_first_read)
        keeper.failed.connect(self._message.show_error)
        keeper.saver.problem_changed.connect(self._on_problem_changed)
        self.commands.message.connect(self._message.show_note)

    def _make_more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("runs_more_menu")
        menu.addAction("Export all as CSV…", self._export_all).setObjectName("action_export_all_runs")
        menu.addSeparator()
        menu.addAction("Delete old runs…", self.commands.ask_and_delete_old).setObjectName("action_delete_old_runs")
        menu.addAction("Delete all but starred", self.commands.delete_all_but_starred).setObjectName(
            "action_delete_unstarred_runs"
        )
        return menu

    @Slot()
    def open_sweep(self) -> None:
        """Open the dialog of sweeps; it shows the last sweep."""
        if self._sweep is None:
            self._sweep = SweepDialog(self._document, self._session, self)
        self._sweep.show()
        self._sweep.raise_()
        self._sweep.activateWindow()

    def make_menu(self) -> QMenu:
        """Make the menu for the selected runs."""
        menu = QMenu(self)
        menu.setObjectName("run_menu")
        record = self._chosen_record()
        if record is not None:
            star = "Remove the star" if record.starred else "Star"
            shown = "Hide its curves" if record.shown else "Show its curves beside others"
            menu.addAction("Restore into the builder", self._on_restore_clicked)
            inspect = menu.addAction("Show its weights in Inspect", lambda: self.commands.inspect(record))
            inspect.setEnabled(not self._session.state.active or record.identifier == self._current)
            menu.addSeparator()
            menu.addAction(shown, lambda: self._on_show_toggled(record.identifier))
            menu.addAction(star, lambda: self._on_star_toggled(record.identifier))
            menu.addAction("Rename", lambda: self.list.edit(self.list.currentIndex()))
            menu.addSeparator()
            menu.addAction("Export CSV…", self._on_export_clicked)
        menu.addAction("Export all as CSV…", self._export_all)
        menu.addSeparator()
        menu.addAction("Delete", self._delete_selected)
        menu.addAction("Delete all but starred", self.commands.delete_all_but_starred)
        return menu

    # ----------------------------------------------------------------------------------------------------------- slots

    def _chosen_record(self) -> RunRecord | None:
        """Return the record of the selected run; None if there is none, if it cannot be read, or if there are more."""
        selected = self.list.selected
        rows = [row for row in self.rows if row.identifier in selected]
        return rows[0].record if len(rows) == 1 else None

    def _record_of(self, identifier: str) -> RunRecord | None:
        return next((row.record for row in self.rows if row.identifier == identifier), None)

    @Slot()
    def _on_selection_changed(self) -> None:
        self._show_selection()
        selected = self.list.selected
        if len(selected) == 1 and selected[0] != self._current:
            self._show_timer.start()

    @Slot()
    def _on_show_timeout(self) -> None:
        record = self._chosen_record()
        if record is not None and record.identifier != self._current and not self._session.state.active:
            self._keeper.show(record.identifier)

    @Slot()
    def _on_first_read(self) -> None:
        if self._keeper.kept:
            self.found.emit()

    @Slot()
    def _on_epochs_finished(self) -> None:
        if self.isVisible() and not self._live_timer.isActive():
            self._live_timer.start()

    @Slot(str)
    def _on_show_toggled(self, identifier: str) -> None:
        record = self._record_of(identifier)
        if record is not None:
            self._keeper.change(identifier, shown=not record.shown)

    @Slot(str)
    def _on_star_toggled(self, identifier: str) -> None:
        record = self._record_of(identifier)
        if record is not None:
            self._keeper.change(identifier, starred=not record.starred)

    @Slot(str, str)
    def _on_renamed(self, identifier: str, title: str) -> None:
        self._keeper.change(identifier, title=title)

    @Slot()
    def _delete_selected(self) -> None:
        selected = self.list.selected
        if self._session.state.active and self._current in selected:
            self._message.show_note("The running run stays. Stop it to delete it.")
        self._keeper.delete(selected)

    @Slot(QPoint)
    def _on_menu_requested(self, place: QPoint) -> None:
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    @Slot()
    def _on_restore_clicked(self) -> None:
        record = self._chosen_record()
        if record is not None:
            self.commands.restore(record)

    @Slot()
    def _on_export_clicked(self) -> None:
        record = self._chosen_record()
        if record is not None:
            self.commands.export_curves(record)

    def _export_all(self) -> None:
        self.commands.export_all(self._records())

    @Slot()
    def _on_problem_changed(self) -> None:
        if self._keeper.saver.problem:
            self._message.show_error(self._keeper.saver.problem)
        else:
            self._message.dismiss()


def _fill(layout: QHBoxLayout, *parts: tuple[QWidget | None, int]) -> QHBoxLayout:
    """Put widgets into a row, each with its stretch; None is an empty place."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GRID)
    for widget, stretch in parts:
        if widget is None:
            layout.addStretch(stretch)
        else:
            layout.addWidget(widget, stretch)
    return layout


def _describe_size(size: int) -> str:
    """Return a size in bytes with a unit: 1 MB is a million bytes, as in file managers.

    >>> _describe_size(4_200_000), _describe_size(900)
    ('4.2\\xa0MB', '1\\xa0kB')
    """
    for unit, count in (("GB", 10**9), ("MB", 10**6)):
        if size >= count:
            return f"{size / count:.1f}\N{NO-BREAK SPACE}{unit}"
    return f"{format_count(max(size / 1000, 1) if size else 0)}\N{NO-BREAK SPACE}kB"
