"""The table of problems and hints: selects their layers, applies their fixes, dismisses hints."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from app.builder.panel.cell_button import CellButton
from app.builder.panel.problem_table_model import PlacedProblem, ProblemColumn, ProblemTableModel
from app.widgets.plain_text import button_text
from app.widgets.theme.theme import GRID

_WIDEST = {ProblemColumn.LAYER: 20 * GRID, ProblemColumn.FIX: 36 * GRID, ProblemColumn.DISMISS: 14 * GRID}
"""Largest widths of the columns in pixels; the sentence takes the rest."""

_LEAST_SENTENCE = 30 * GRID
"""Width in pixels below which the table leaves out reasons and the buttons that dismiss: Del and the menu do that."""

_NARROW = {ProblemColumn.LAYER: 12 * GRID, ProblemColumn.FIX: 15 * GRID}
"""Largest widths in a table without them."""


class ProblemTable(QTableView):
    """A list of problems and hints.

    Enter, a click on the fix, or the context menu applies a fix. Del, a click, or the menu dismisses a hint.

    Arguments:
        model: the problems.
        parent: the parent widget.

    Signals:
        problem_chosen(PlacedProblem): the user moved to a row.
        fix_requested(PlacedProblem): the user wants the fix of a problem.
        dismiss_requested(PlacedProblem): the user does not want to see a hint again.
    """

    problem_chosen = Signal(object)
    fix_requested = Signal(object)
    dismiss_requested = Signal(object)

    def __init__(self, model: ProblemTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems = model
        self.setObjectName("problem_table")
        self.setAccessibleName("Problems of the network")
        self.setProperty("roomy", True)
        self.setModel(model)
        for column in (ProblemColumn.FIX, ProblemColumn.DISMISS):
            self.setItemDelegateForColumn(column, CellButton(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(ProblemColumn.SENTENCE, QHeaderView.ResizeMode.Stretch)
        model.modelReset.connect(self._on_model_reset)
        self.clicked.connect(self._on_clicked)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)

    @property
    def current_problem(self) -> PlacedProblem | None:
        """The problem in the current row; None if no row is current."""
        row = self.currentIndex().row()
        return self._problems.problem(row) if row >= 0 else None

    def show_as_current(self, row: int) -> None:
        """Mark a row as the current one without telling others.

        Arguments:
            row: number of the row; -1 for no row.
        """
        blocked = self.blockSignals(True)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif row != self.currentIndex().row():
            self.selectRow(row)
        self.blockSignals(blocked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Give the sentence enough room, if necessary at the cost of the other columns."""
        wanted = {column: min(self.sizeHintForColumn(column) + GRID, widest) for column, widest in _WIDEST.items()}
        with_hints = self._problems.has_hints
        if not with_hints:
            wanted[ProblemColumn.DISMISS] = 0
        narrow = self.width() - sum(wanted.values()) < _LEAST_SENTENCE
        for column, width in wanted.items():
            self.setColumnWidth(column, min(width, _NARROW.get(column, width)) if narrow else width)
        self.setColumnHidden(ProblemColumn.DISMISS, narrow or not with_hints)
        self._problems.set_brief(narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._request_fix(self.current_problem)
        elif event.key() == Qt.Key.Key_Delete:
            self._request_dismissal(self.current_problem)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.current_problem is None:
            return
        problem = self.current_problem.problem
        menu = QMenu(self)
        menu.setObjectName("problem_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if problem.fix is not None:
            fix = menu.addAction(button_text(problem.fix.label))
            fix.setObjectName("action_fix_problem")
            fix.triggered.connect(self._on_fix_triggered)
        if self.current_problem.is_hint:
            dismiss = menu.addAction("Dismiss this hint")
            dismiss.setObjectName("action_dismiss_hint")
            dismiss.triggered.connect(self._on_dismiss_triggered)
        go = menu.addAction("Go to the layer" if problem.layer else "Go to the settings")
        go.setObjectName("action_go_to_problem")
        go.triggered.connect(self._on_go_triggered)
        place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        menu.popup(event.globalPos() if event.reason() == QContextMenuEvent.Reason.Mouse else place)
        event.accept()

    def _request_fix(self, placed: PlacedProblem | None) -> None:
        if placed is not None and placed.problem.fix is not None:
            self.fix_requested.emit(placed)

    def _request_dismissal(self, placed: PlacedProblem | None) -> None:
        if placed is not None and placed.is_hint:
            self.dismiss_requested.emit(placed)

    @Slot()
    def _on_dismiss_triggered(self) -> None:
        self._request_dismissal(self.current_problem)

    @Slot()
    def _on_fix_triggered(self) -> None:
        self._request_fix(self.current_problem)

    @Slot()
    def _on_go_triggered(self) -> None:
        self.problem_chosen.emit(self.current_problem)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        placed = self._problems.problem(index.row())
        if index.column() == ProblemColumn.FIX and placed.problem.fix is not None:
            self._request_fix(placed)
        elif index.column() == ProblemColumn.DISMISS and placed.is_hint:
            self._request_dismissal(placed)
        else:
            self.problem_chosen.emit(placed)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self.signalsBlocked():
            self.problem_chosen.emit(self._problems.problem(current.row()))

    @Slot()
    def _on_model_reset(self) -> None:
        self._fit_columns()
