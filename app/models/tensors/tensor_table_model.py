"""Qt's model of the tensor table: which tensors pass the filter, in which order, and the text of their cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap

from app.models.reading.name_tree import Part
from app.models.reading.tensor_columns import COLUMNS, HEADER_COLUMNS, Column, TensorRow
from app.models.reading.tensor_index import SortKeys, SummaryBatch, TensorIndex
from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import GRID, current_theme, family_color
from tinyml.storage import TensorSummary

AnyIndex = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to a model."""

_NO_PARENT = QModelIndex()
_FILE_ORDER = -1
"""The column of Qt's sorting that stands for no column."""
_NON_FINITE = next(number for number, column in enumerate(COLUMNS[HEADER_COLUMNS:]) if column.statistic == "non_finite")


@dataclass(frozen=True)
class TensorFilter:
    """Which tensors the table shows.

    Attributes:
        text: a part of the name, in lower case; empty for any name.
        part: a part of the sorted names; None for all.
        dtype: the type of the numbers; empty for any type.
        not_finite: only tensors in which NaN or infinite numbers were found.
    """

    text: str = ""
    part: Part | None = None
    dtype: str = ""
    not_finite: bool = False


class TensorTableModel(QAbstractTableModel):
    """One row for each tensor of a file that passes the filter. The statistics follow while the file is read.

    `place_of` and `row_of` translate between a row of the table and the place of its tensor in the file. When rows
    move, the model is reset, and the view must restore the selection.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._column, self._descending = _FILE_ORDER, False
        self._filter = TensorFilter()
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

    def set_tensors(self, index: TensorIndex, families: Mapping[str, str] | None = None) -> None:
        """Show the tensors of another file, whose statistics are not known yet.

        Arguments:
            index: the tensors.
            families: the family of each layer, which gives its tensors their colour; None if no layer is known.
        """
        self.beginResetModel()
        self._index, self._families = index, dict(families or {})
        self._summaries: list[TensorSummary | None] = [None] * len(index.headers)
        self._statistics = np.full((len(COLUMNS) - HEADER_COLUMNS, len(index.headers)), np.nan)
        self._is_known = np.zeros(len(index.headers), bool)
        self._arrange()
        self.endResetModel()

    def set_filter(self, wanted: TensorFilter) -> None:
        """Show only the tensors that pass a filter.

        Arguments:
            wanted: the filter.
        """
        if wanted != self._filter:
            self._filter = wanted
            self._rearrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = column, order == Qt.SortOrder.DescendingOrder
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
        self._changed_since_sorting |= self._column >= HEADER_COLUMNS or self._filter.not_finite
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
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0 and self._families:
            return _mark(self._families.get(row.header.name.split(".")[0], ""))
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
        order = order[self._passes()[order]]
        self._shown = order
        self._changed_since_sorting = False

    def _passes(self) -> NDArray[np.bool_]:
        """Return for each tensor of the file whether it passes the filter."""
        index, wanted = self._index, self._filter
        passes = np.ones(len(index.headers), bool)
        if wanted.text:
            passes &= np.fromiter((wanted.text in name for name in index.folded_names), bool, len(passes))
        if wanted.part is not None:
            passes &= (index.keys[0] >= wanted.part.start) & (index.keys[0] < wanted.part.stop)
        if wanted.dtype:
            passes &= np.fromiter((header.dtype == wanted.dtype for header in index.headers), bool, len(passes))
        if wanted.not_finite:
            passes &= self._statistics[_NON_FINITE] > 0
        return passes

    def _keys(self, column: int) -> SortKeys:
        if column < 0:
            return self._index.order
        from_header = column < HEADER_COLUMNS
        keys: SortKeys = self._index.keys[column] if from_header else self._statistics[column - HEADER_COLUMNS]
        return keys


def _alignment(column: Column) -> Qt.AlignmentFlag:
    """Return how the title and the cells of a column are aligned."""
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _mark(family: str) -> QPixmap:
    """Return a bar in the colour of a layer family."""
    bar = QPixmap(GRID // 2, 2 * GRID)
    bar.fill(family_color(family))
    return bar
