"""The table of the tensors of a file."""

from PySide6.QtCore import QItemSelection, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.models.tensor_columns import COLUMNS
from app.models.tensor_index import TensorIndex
from app.models.tensor_table_model import TensorTableModel
from app.widgets.theme.theme import GRID

_ROWS_MEASURED = 50
"""Rows that decide how wide the columns are."""


class TensorTableView(QTableView):
    """A table in which the user selects one tensor. The tensor stays selected when its row moves.

    Arguments:
        model: the tensors.

    Signals:
        tensor_selected(place): another tensor is selected: its place in the file, or None.
        copy_requested(): the user wants the table on the clipboard.
    """

    tensor_selected = Signal(object)
    copy_requested = Signal()

    def __init__(self, model: TensorTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tensors = model
        self._place: int | None = None
        self.setObjectName("models_tensors")
        self.setAccessibleName("Tensors of the file")
        self.setModel(model)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + GRID)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        self._offer_copy()
        model.modelReset.connect(self._on_model_reset)
        self.selectionModel().selectionChanged.connect(self._announce_selection)

    @property
    def selected_place(self) -> int | None:
        """The place in the file of the selected tensor, or None."""
        return self._place

    def show_tensors(self, index: TensorIndex) -> None:
        """Show the tensors of another file (`index`), and select the first one that has pictures."""
        self._place = None
        self._tensors.set_tensors(index)
        self._fit_columns()
        self._select_first()

    def _offer_copy(self) -> None:
        copy = QAction("Copy table", self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_requested)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _fit_columns(self) -> None:
        """Fit the columns to the first rows, and to the statistics that are not known yet."""
        metrics = self.fontMetrics()
        self.resizeColumnsToContents()
        for number, column in enumerate(COLUMNS):
            if column.widest:
                wanted = metrics.horizontalAdvance(column.widest) + 2 * GRID
                self.setColumnWidth(number, max(self.columnWidth(number), wanted))
        widest = metrics.horizontalAdvance("n") * 32
        if self.columnWidth(0) > widest:
            self.setColumnWidth(0, widest)

    def _select_first(self) -> None:
        """Select the first tensor that has pictures, or else the first one."""
        headers = self._tensors.index_of_file.headers
        places = map(self._tensors.place_of, range(self._tensors.rowCount()))
        first = next((row for row, place in enumerate(places) if len(headers[place].shape) in (2, 4)), 0)
        self.selectRow(first)

    @Slot()
    def _announce_selection(self, _new: QItemSelection | None = None, _old: QItemSelection | None = None) -> None:
        selected = self.selectionModel().selectedRows()
        place = self._tensors.place_of(selected[0].row()) if selected else None
        if place != self._place:
            self._place = place
            self.tensor_selected.emit(place)

    @Slot()
    def _on_model_reset(self) -> None:
        """Select the same tensor in its new row. If the filter leaves it out, select none."""
        row = self._tensors.row_of(self._place) if self._place is not None else -1
        if row >= 0:
            self.selectRow(row)
        else:
            self._announce_selection()
