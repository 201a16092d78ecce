"""The columns of a table as a Qt model, with a role that can be changed."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.formatting import format_count
from app.widgets.plain_text import short, tool_tip
from tinyml.data.columns import ColumnInfo, ColumnRole

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
ROLE_TITLES: dict[ColumnRole, str] = {"input": "Input", "target": "Target", "unused": "Unused"}
_KINDS = {"number": "number", "category": "category", "text": "text"}
_HEADINGS = ("Column", "Kind", "Missing", "Role")


class Heading(IntEnum):
    """The columns of the list."""

    NAME = 0
    KIND = 1
    MISSING = 2
    ROLE = 3


class ColumnModel(QAbstractTableModel):
    """One row for each column of a table.

    Signals:
        role_requested(row, role): the user wants another role for a column.
    """

    role_requested = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[ColumnInfo, ...] = ()

    def show_columns(self, columns: Sequence[ColumnInfo]) -> None:
        """Show other columns. If only roles changed, the current row stays.

        Arguments:
            columns: all columns of a table.
        """
        if tuple(columns) == self.columns:
            return
        if [column.name for column in columns] == [column.name for column in self.columns]:
            self.columns = tuple(columns)
            self.dataChanged.emit(self.index(0, 0), self.index(len(columns) - 1, len(Heading) - 1))
            return
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Heading)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == Heading.ROLE else flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, heading = self.columns[index.row()], Heading(index.column())
        if role == Qt.ItemDataRole.EditRole and heading == Heading.ROLE:
            return column.role
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(column, heading)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{column.name}: {_describe(column)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_HEADINGS[heading]}: {_text(column, heading) or 'none'}"
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != Heading.ROLE or value not in ROLE_TITLES:
            return False
        if value != self.columns[index.row()].role:
            self.role_requested.emit(index.row(), value)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None


def _text(column: ColumnInfo, heading: Heading) -> str:
    if heading == Heading.NAME:
        return short(column.name)
    if heading == Heading.KIND:
        return _KINDS[column.kind]
    if heading == Heading.MISSING:
        return format_count(column.missing) if column.missing else ""
    return ROLE_TITLES[column.role]


def _describe(column: ColumnInfo) -> str:
    values = f", {format_count(column.distinct)} different values" if column.distinct else ""
    missing = f", {format_count(column.missing)} missing" if column.missing else ""
    return f"{_KINDS[column.kind]}{values}{missing}"
