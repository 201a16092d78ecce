"""The tab "Runs" of the Train page: all kept runs, what differs between them, and what to do with them."""

from PySide6.QtCore import QEvent, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.document import Document
from app.formatting import format_size
from app.monitor.runs.comparison import MOST_COMPARED, Comparison
from app.monitor.runs.run_catalog import RunCatalog
from app.monitor.runs.run_commands import RunCommands
from app.monitor.runs.run_list import RunList
from app.monitor.runs.run_model import RunModel
from app.monitor.runs.run_row import RunRow, make_rows
from app.monitor.runs.sweep_dialog import SweepDialog
from app.runs import RunKeeper, RunRecord
from app.training import Session
from app.training.curves import RunCurves
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.message_line import MessageLine
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import describe_count

_SHOW_MS = 150
"""Milliseconds before a chosen run is read, so that the arrow keys do not read every run on their way."""
_LIVE_MS = 500
"""Milliseconds between two updates of the running run."""
_HINT = "Ctrl+click more runs to compare them."
_EMPTY = "No runs yet. Press Train (F5). Every run is kept here, also after a restart."


class RunsPanel(QWidget):
    """The list of kept runs with the differences below it.

    Arguments:
        document: gets restored projects.
        session: its run is marked in the list; a chosen run is shown in it.
        keeper: has the runs.
        parent: the parent widget.

    Attributes:
        list: the list.
        comparison: what differs between the selected runs; with one selected run, from the run before it.
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
        self._catalog = RunCatalog(document, session, keeper)
        self._compared: frozenset[str] = frozenset()
        self._model = RunModel(self)
        self.list = RunList(self._model)
        self.comparison = Comparison()
        self.commands = RunCommands(document, session, keeper, self)
        self._followed = ""
        self._message = MessageLine()
        self._message.setObjectName("runs_message")
        self._deleted = make_label("runs_deleted", wraps=True)
        self._undo = QPushButton("Undo")
        self._sweep_button = QPushButton("Sweep…")
        self._sweep: SweepDialog | None = None
        self._size = make_label("runs_size", style_class="muted")
        self._hint = make_label("runs_hint", _HINT, "muted", wraps=True)
        self._restore, self._resume = QPushButton("Restore"), QPushButton("Resume")
        self._export, self._more = QPushButton("Export CSV…"), QPushButton("More")
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

        These are the runs that the user draws always, and those that are selected together. Curves that are not in
        memory are read; `overlays_changed` follows.
        """
        # The curves are visible beside another tab, too.
        return self._catalog.overlays(self._compared, read=self.window().isVisible())

    def shutdown(self) -> None:
        """End a sweep, which would train its next run. The window calls it when it closes."""
        if self._sweep is not None:
            self._sweep.runner.stop()

    @Slot()
    def _on_due(self) -> None:
        runs, current = self._catalog.runs(), self._catalog.current
        drawn = [record.identifier for record in self._catalog.drawn(self._compared)]
        selected = self.list.selected
        # The list follows the page to another run, but lets the user choose a run while another one is trained.
        followed = current != self._followed and current in runs
        if followed:
            self._followed = current
            followed = len(selected) <= 1
        self._model.show_rows(make_rows(runs, self._catalog.active, [*drawn, current]))
        selected = (current,) if followed else selected
        if self.list.selected != selected:
            self.list.select(selected)
        self._stack.setCurrentIndex(1 if runs else 0)
        self._commands.setVisible(bool(runs))
        kept = self._keeper.kept
        self._size.setText(f"{describe_count(len(kept), 'run')}, {format_size(self._keeper.size)}" if kept else "")
        self._more.setEnabled(bool(kept))
        self._show_selection()
        self._show_deleted()

    @Slot()
    def _show_selection(self) -> None:
        """Show the differences of the selected runs, and what can be done with them."""
        chosen = self._chosen_rows()
        records = [row.record for row in chosen if row.record is not None]
        self._restore.setEnabled(len(records) == 1)
        self._export.setEnabled(len(records) == 1)
        self._resume.setVisible(len(chosen) == 1 and chosen[0].kept.resumable)
        self._resume.setEnabled(not self._session.state.active)
        if len(records) == 1 and chosen[0].before is not None:
            records.append(chosen[0].before)
        self.comparison.compare(records)
        self._hint.setVisible(len(chosen) == 1 and len(self.rows) > 1)

    def _show_deleted(self) -> None:
        deleted = self._keeper.last_deleted
        names = deleted[0].record.name if len(deleted) == 1 and deleted[0].record is not None else ""
        self._deleted_line.setVisible(bool(deleted))
        self._deleted.setText(f"Deleted {names or describe_count(len(deleted), 'run')}." if deleted else "")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._keeper.reload()
        self.overlays_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Qt sends this event also while the panel is being made.
        if event.type() == QEvent.Type.PaletteChange and self.layout() is not None:
            self._refresh_views.request()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._message.handle_escape(event):
            super().keyPressEvent(event)

    # -------------------------------------------------------------------------------------------------------- assembly

    def _lay_out(self) -> None:
        self._restore.setObjectName("runs_restore")
        self._restore.setToolTip("Put network, data and settings of this run into the builder; Undo brings back yours")
        self._resume.setObjectName("runs_resume")
        self._resume.setToolTip("Continue this run where a crash has interrupted it, as if nothing had happened")
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
        add_layout(layout, _fill(QHBoxLayout(), (self._sweep_button, 0), (None, 1), (self._more, 0)))
        layout.addWidget(self._message)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._size)
        layout.addWidget(self._deleted_line)
        layout.addWidget(self.comparison)
        layout.addWidget(self._hint)
        self._commands = QWidget()
        buttons = (self._restore, 0), (self._resume, 0), (self._export, 0), (None, 1)
        _fill(QHBoxLayout(self._commands), *buttons)
        layout.addWidget(self._commands)

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
        self._resume.clicked.connect(self._on_resume_clicked)
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
            inspect.setEnabled(not self._session.state.active or record.identifier == self._catalog.current)
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
        return self._chosen_rows()[0].record if len(self.list.selected) == len(self._chosen_rows()) == 1 else None

    def _chosen_rows(self) -> list[RunRow]:
        """Return the selected runs that can be read, from top to bottom."""
        selected = self.list.selected
        return [row for row in self.rows if row.identifier in selected and row.record is not None]

    def _record_of(self, identifier: str) -> RunRecord | None:
        return next((row.record for row in self.rows if row.identifier == identifier), None)

    @Slot()
    def _on_selection_changed(self) -> None:
        self._show_selection()
        self._show_timer.start()

    @Slot()
    def _on_show_timeout(self) -> None:
        """Show the chosen run on the page. If there are several, show one of them, and draw the others beside it."""
        chosen = [row.identifier for row in self._chosen_rows()][:MOST_COMPARED]
        compared = frozenset(chosen if len(chosen) > 1 else ())
        if compared != self._compared:
            self._compared = compared
            self._refresh_views.request()
            self.overlays_changed.emit()
        if chosen and self._catalog.current not in chosen and not self._session.state.active:
            self._keeper.show(chosen[0])

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
        if self._catalog.active in selected:
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
    def _on_resume_clicked(self) -> None:
        record = self._chosen_record()
        if record is not None:
            self.commands.resume(record)

    @Slot()
    def _on_export_clicked(self) -> None:
        record = self._chosen_record()
        if record is not None:
            self.commands.export_curves(record)

    def _export_all(self) -> None:
        self.commands.export_all(self._catalog.records())

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
