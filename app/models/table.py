"""The tensors of a file as a table that can be sorted, filtered and copied."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor

from app.models.words import write_number
from app.widgets.theme import current_theme
from app.widgets.words import write_count
from tinyml.core import describe_shape
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

AnyIndex = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()


@dataclass(frozen=True)
class Row:
    """One tensor: what the header says, and the numbers when they are known."""

    header: TensorHeader
    summary: TensorSummary | None = None


@dataclass(frozen=True)
class _Column:
    """How a column is called, explained, written and sorted."""

    title: str
    tip: str
    write: Callable[[Row], str]
    sort: Callable[[Row], Any]
    number: bool = True


def _statistic(title: str, tip: str, name: str) -> _Column:
    def value(row: Row) -> float | None:
        found: float | None = getattr(row.summary, name, None)
        return found

    return _Column(title, tip, lambda row: write_number(value(row)), value)


COLUMNS = (
    _Column("Name", "Layer and parameter", lambda row: row.header.name, lambda row: row.header.name, number=False),
    _Column("Shape", "Size of each axis", lambda row: describe_shape(row.header.shape), lambda row: row.header.shape),
    _Column("Type", "Type of the numbers", lambda row: row.header.dtype, lambda row: row.header.dtype, number=False),
    _Column("Count", "How many numbers", lambda row: write_count(row.header.count), lambda row: row.header.count),
    _statistic("Min", "Smallest finite number", "minimum"),
    _statistic("Max", "Largest finite number", "maximum"),
    _statistic("Mean", "Mean of the finite numbers", "mean"),
    _statistic("Std", "Standard deviation of the finite numbers", "standard_deviation"),
    _Column(
        "Non-finite",
        "How many numbers are NaN or infinite",
        lambda row: "" if row.summary is None else write_count(row.summary.non_finite),
        lambda row: row.summary.non_finite if row.summary is not None else -1,
    ),
)


class TensorTable(QAbstractTableModel):
    """One row for each tensor of a file; the numbers come in while the file is gone through."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._known = 0

    @property
    def known(self) -> int:
        """How many tensors have been summarised."""
        return self._known

    def row(self, index: int) -> Row:
        """Return one tensor by its place in the file."""
        return self._rows[index]

    def set_tensors(self, headers: Sequence[TensorHeader]) -> None:
        """Show another file; its numbers are not known yet."""
        self.beginResetModel()
        self._rows = [Row(header) for header in headers]
        self._places = {header.name: place for place, header in enumerate(headers)}
        self._known = 0
        self.endResetModel()

    def add_summaries(self, summaries: Sequence[TensorSummary]) -> None:
        """Fill in the numbers of more tensors. Those that the file has gained since it was opened are left out."""
        filled = []
        for summary in summaries:
            place = self._places.get(summary.name)
            if place is not None:
                self._known += self._rows[place].summary is None
                self._rows[place] = Row(self._rows[place].header, summary)
                filled.append(place)
        if filled:
            self.dataChanged.emit(self.index(min(filled), 0), self.index(max(filled), len(COLUMNS) - 1))

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.write(row)
        if role == SORT_ROLE:
            return column.sort(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return (row.summary.note if row.summary else "") or f"{row.header.name}: {column.tip.lower()}"
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
        return None


class SortedTensors(QSortFilterProxyModel):
    """The table in the order and selection that the user wants: numbers by size, names without regard to case."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterKeyColumn(0)

    def lessThan(self, left: AnyIndex, right: AnyIndex) -> bool:
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        # What is not known comes last in rising order.
        if one is None or other is None:
            return one is not None and other is None
        if isinstance(one, str):
            return _natural(one) < _natural(str(other))
        return bool(one < other)

    def as_tsv(self) -> str:
        """Write what is shown, in its order, as tab-separated text with full precision for spreadsheets."""
        lines = ["\t".join(column.title for column in COLUMNS)]
        for place in range(self.rowCount()):
            source = self.mapToSource(self.index(place, 0)).row()
            table = self.sourceModel()
            assert isinstance(table, TensorTable)
            lines.append("\t".join(_plain(column, table.row(source)) for column in COLUMNS))
        return "\n".join(lines) + "\n"


def _natural(text: str) -> list[tuple[int, str]]:
    """Return what sorts block.2 before block.10."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _plain(column: _Column, row: Row) -> str:
    if column.title == "Shape":
        return column.write(row)
    value = column.sort(row)
    if value is None or (column.title == "Non-finite" and row.summary is None):
        return ""
    # A name may hold anything; a tab or a line break would tear the table.
    return " ".join(str(value).split()) if isinstance(value, str) else repr(value)
