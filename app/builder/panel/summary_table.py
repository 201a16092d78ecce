"""The table of the page Summary: rows that can be selected and copied, and columns that fit."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.builder.panel.summary_table_model import SummaryTableModel
from app.widgets.theme.theme import GRID

_WIDEST_NAME = 32 * GRID


class SummaryTable(QTableView):
    """Shows the rows of a summary. The columns share the width that their content leaves.

    Arguments:
        model: the rows.
        parent: the parent widget.

    Signals:
        rows_selected(list[int]): the user selected other rows; their numbers, from top to bottom.
        copy_requested(): the user wants the selected rows on the clipboard.
    """

    rows_selected = Signal(list)
    copy_requested = Signal()

    def __init__(self, model: SummaryTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widths: list[int] = []
        self._following = False
        self.setObjectName("summary_table")
        self.setAccessibleName("Summary of the network")
        self.setProperty("roomy", True)
        self.setModel(model)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + GRID)
        self.horizontalHeader().setHighlightSections(False)
        self._offer_copy()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def fit_columns(self) -> None:
        """Make each column as wide as its content, and share the rest of the room."""
        self.resizeColumnsToContents()
        self._widths = [min(self.columnWidth(each), _WIDEST_NAME) for each in range(self.model().columnCount())]
        self._share_room()

    def selected_rows(self) -> list[int]:
        """Return the numbers of the selected rows, from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def select_rows(self, rows: list[int]) -> None:
        """Select rows without announcing it, and scroll to the first one.

        Arguments:
            rows: their numbers, from top to bottom.
        """
        if rows == self.selected_rows():
            return
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model().index(row, 0), self.model().index(row, 0))
        self._following = True
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(selection, flags)
        if rows:
            last = self.model().index(rows[-1], 0)
            self.selectionModel().setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(self.model().index(rows[0], 0))
        self._following = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Widen all columns alike, so that names and numbers stay near each other; the first one takes the rest."""
        room = max(self.viewport().width() - sum(self._widths), 0)
        for column, width in enumerate(self._widths):
            share, rest = divmod(room, len(self._widths))
            self.setColumnWidth(column, width + share + (rest if column == 0 else 0))

    def _offer_copy(self) -> None:
        copy = QAction("Copy rows", self)
        copy.setObjectName("action_copy_summary_rows")
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_requested)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        if not self._following:
            self.rows_selected.emit(self.selected_rows())
