"""Qt's model of the tensor table: which tensors pass the filter, in which order, and the text of their cells."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.models.tensor_columns import COLUMNS, HEADER_COLUMNS, Column, TensorRow
from app.models.tensor_index import SortKeys, SummaryBatch, TensorIndex
from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import current_theme
from tinyml.storage import TensorSummary

AnyIndex = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to a model."""

_NO_PARENT = QModelIndex()
_NAME = 0


class TensorTableModel(QAbstractTableModel):
    """One row for each tensor of a file that passes the filter. The statistics follow while the file is read.

    `place_of` and `row_of` translate between a row of the table and the place of its tensor in the file. When rows
    move, the model is reset, and the view must restore the selection.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._column, self._descending = _NAME, False
        self._filter = ""
        self._changed_since_sorting = False
        self.set_tensors(TensorIndex())

    @property
    def known(self) -> int:
        """How many tensors are summarised."""
        return int(np.count_nonzero(self._is_known))

    @property
    def index_of_file(self) -> TensorIndex:
        """All tensors of the file."""
        return self._index

    def tensor(self, place: int) -> TensorRow:
        """Return the tensor at a `place` in the file."""
        return TensorRow(self._index.headers[place], self._summaries[place])

    def place_of(self, row: int) -> int:
        """Return the place in the file of the tensor in a `row` of the table."""
        return int(self._shown[row])

    def row_of(self, place: int) -> int:
        """Return the row of the tensor at a `place` in the file; -1 if the filter leaves it out."""
        found = np.flatnonzero(self._shown == place)
        return int(found[0]) if found.size else -1

    def set_tensors(self, index: TensorIndex) -> None:
        """Show the tensors of another file (`index`), whose statistics are not known yet."""
        self.beginResetModel()
        self._index = index
        self._summaries: list[TensorSummary | None] = [None] * len(index.headers)
        self._statistics = np.full((len(COLUMNS) - HEADER_COLUMNS, len(index.headers)), np.nan)
        self._is_known = np.zeros(len(index.headers), bool)
        self._arrange()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only tensors whose name contains `text`, in upper or lower case."""
        text = text.strip().casefold()
        if text != self._filter:
            self._filter = text
            self._rearrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = max(column, _NAME), order == Qt.SortOrder.DescendingOrder
        self._rearrange()

    def sort_again(self) -> None:
        """Sort the rows again if new statistics have changed their order."""
        if self._changed_since_sorting:
            self._rearrange()

    def add_summaries(self, batch: SummaryBatch) -> None:
        """Add the statistics of more tensors (`batch`)."""
        if not batch.summaries:
            return
        for place, summary in zip(batch.places.tolist(), batch.summaries, strict=True):
            self._summaries[place] = summary
        self._statistics[:, batch.places] = batch.statistics
        self._is_known[batch.places] = True
        self._changed_since_sorting |= self._column >= HEADER_COLUMNS
        if len(self._shown):
            self.dataChanged.emit(self.index(0, HEADER_COLUMNS), self.index(len(self._shown) - 1, len(COLUMNS) - 1))

    def shown_rows(self) -> Iterator[TensorRow]:
        """Return the rows of the table, in their order. Another thread may iterate over them."""
        index, summaries, shown = self._index, list(self._summaries), self._shown
        return (TensorRow(index.headers[place], summaries[place]) for place in shown.tolist())

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.tensor(self.place_of(index.row())), COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.write(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip((row.summary.note if row.summary else "") or f"{row.header.name}: {column.tip.lower()}")
        if role == Qt.ItemDataRole.ForegroundRole and row.summary and row.summary.non_finite and column is COLUMNS[-1]:
            return QColor(current_theme().danger)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{COLUMNS[section].tip}. Click to sort."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(COLUMNS[section])
        return None

    def _rearrange(self) -> None:
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        """Find the tensors that pass the filter, and sort them by the chosen column."""
        keys = self._keys(self._column)
        # Unknown numbers come last in both orders, because NumPy sorts NaN after all numbers.
        order = np.argsort(-keys if self._descending else keys, kind="stable")
        if self._filter:
            passes = np.fromiter((self._filter in name for name in self._index.folded_names), bool, len(order))
            order = order[passes[order]]
        self._shown = order
        self._changed_since_sorting = False

    def _keys(self, column: int) -> SortKeys:
        from_header = column < HEADER_COLUMNS
        keys: SortKeys = self._index.keys[column] if from_header else self._statistics[column - HEADER_COLUMNS]
        return keys


def _alignment(column: Column) -> Qt.AlignmentFlag:
    """Return how the title and the cells of a column are aligned."""
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
