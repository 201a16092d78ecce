"""The summary of the network as a Qt model."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from app.builder.panel.summary_rows import COLUMNS, TEXT_COLUMNS, SummaryRow
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import bold_font

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class SummaryTableModel(QAbstractTableModel):
    """One row for each layer, and one with the totals."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SummaryRow] = []

    @property
    def rows(self) -> list[SummaryRow]:
        """All rows, from top to bottom."""
        return self._rows

    def set_rows(self, rows: list[SummaryRow]) -> None:
        """Show other rows. If only their numbers changed, the view keeps its selection and its place.

        Arguments:
            rows: from top to bottom.
        """
        if [row.path for row in rows] != [row.path for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return short(column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{row.full_name}: {column.text(row) or 'not for this layer'}")
        if role == Qt.ItemDataRole.FontRole and row.is_total:
            return bold_font(QFont())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column < TEXT_COLUMNS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
