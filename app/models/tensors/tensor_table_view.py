"""The table of the tensors of a file."""

from collections.abc import Mapping

from PySide6.QtCore import QItemSelection, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.models.reading.tensor_columns import COLUMNS, TYPE
from app.models.reading.tensor_index import TensorIndex
from app.models.tensors.tensor_table_model import TensorTableModel
from app.widgets.theme.theme import GRID

_ROWS_MEASURED = 50
"""Rows that decide how wide the columns are."""
_SHARES_OF_NAME = 3
"""The names get so many times the additional width of another column."""


class TensorTableView(QTableView):
    """A table in which the user selects one tensor. The tensor stays selected when its row moves.

    A click on the title of a column sorts up, then down, then in the order of the network or of the file.

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
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.show_file_order()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setProperty("quiet", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
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
        self._natural: list[int] = []
        self._fitting = False
        header.sectionResized.connect(self._on_section_resized)
        self._offer_copy()
        model.modelReset.connect(self._on_model_reset)
        self.selectionModel().selectionChanged.connect(self._announce_selection)

    @property
    def selected_place(self) -> int | None:
        """The place in the file of the selected tensor, or None."""
        return self._place

    def show_tensors(self, index: TensorIndex, families: Mapping[str, str], selected: str) -> None:
        """Show the tensors of another file.

        Arguments:
            index: the tensors.
            families: the family of each layer.
            selected: name of the tensor to select.
        """
        self._place = index.places.get(selected)
        self._tensors.set_tensors(index, families)
        self._fit_columns()

    @Slot()
    def show_file_order(self) -> None:
        """Sort the tensors as they are in the network or in the file."""
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def reveal(self, place: int) -> None:
        """Select the tensor at a `place` in the file, if the filter shows it."""
        row = self._tensors.row_of(place)
        if row >= 0 and place != self._place:
            self.selectRow(row)

    def _offer_copy(self) -> None:
        copy = QAction("Copy table", self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_requested)
        in_order = QAction("Order of the file", self)
        in_order.triggered.connect(self.show_file_order)
        self.addActions([copy, in_order])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread_columns()

    def _fit_columns(self) -> None:
        """Fit the columns to the first rows, and to the statistics that are not known yet."""
        metrics = self.fontMetrics()
        # A type that all tensors have is named once, below the table.
        self.setColumnHidden(TYPE, len(self._tensors.index_of_file.dtypes) < 2)
        self._fitting = True
        self.resizeColumnsToContents()
        self._fitting = False
        self._natural = [self.columnWidth(number) for number in range(len(COLUMNS))]
        for number, column in enumerate(COLUMNS):
            if column.widest:
                wanted = metrics.horizontalAdvance(column.widest) + 2 * GRID
                self._natural[number] = max(self._natural[number], wanted)
        self._natural[0] = min(self._natural[0], metrics.horizontalAdvance("n") * 32)
        self._spread_columns()

    def _spread_columns(self) -> None:
        """Share the room that the columns leave among them, until the user changes a width."""
        if not self._natural:
            return
        shown = [number for number in range(len(COLUMNS)) if not self.isColumnHidden(number)]
        room = max(self.viewport().width() - sum(self._natural[number] for number in shown), 0)
        each = room // (len(shown) + _SHARES_OF_NAME - 1)
        self._fitting = True
        for number in shown[1:]:
            self.setColumnWidth(number, self._natural[number] + each)
        self.setColumnWidth(0, self._natural[0] + room - each * (len(shown) - 1))
        self._fitting = False

    @Slot(int, int, int)
    def _on_section_resized(self, _column: int, _before: int, _after: int) -> None:
        if not self._fitting:
            self._natural = []  # the user chose

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
