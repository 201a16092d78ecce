"""Qt's model of the layer table: a row for each layer, with its newest measurement or its histograms through time."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from app.monitor.layers.heat_maps import Cell, HeatMaps
from app.monitor.layers.layer_columns import COLUMNS, LAYER, LayerRow
from app.training.layer_history import LayerHistory
from app.widgets.plain_text import short, tool_tip

AnyIndex = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to a model."""

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The `LayerRow` of a cell."""

_NO_PARENT = QModelIndex()


class LayerTableModel(QAbstractTableModel):
    """One row for each layer, from the input to the output.

    Attributes:
        through_time: True to show heat maps of the histograms over the run instead of the newest histograms.
        heat_maps: the heat maps of the cells that are painted.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.through_time = False
        self._rows: list[LayerRow] = []
        self.heat_maps = HeatMaps(self)
        self.heat_maps.computed.connect(self._on_heat_map_computed)

    @property
    def rows(self) -> list[LayerRow]:
        """All rows, from top to bottom."""
        return self._rows

    def show_rows(self, rows: Sequence[LayerRow], history: LayerHistory) -> None:
        """Show other measurements. If the layers are the same, the view keeps its selection and its place.

        Arguments:
            rows: the newest measurements, from top to bottom.
            history: those before them.
        """
        self.heat_maps.show_history(history)
        if [row.stats.layer for row in rows] != [row.stats.layer for row in self._rows]:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
        elif self._rows:
            self._rows = list(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def set_through_time(self, on: bool) -> None:
        """Show heat maps (`on` is True) or the newest histograms."""
        self.through_time = on
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return short(column.write(row))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(_sentence(column.say(row)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return short(row.stats.layer) if index.column() == LAYER else f"{column.title}: {column.say(row)}"
        return None

    @Slot(object)
    def _on_heat_map_computed(self, cell: Cell) -> None:
        layer, quantity = cell
        column = next(number for number, each in enumerate(COLUMNS) if each.quantity == quantity)
        for number, row in enumerate(self._rows):
            if row.stats.layer == layer:
                self.dataChanged.emit(self.index(number, column), self.index(number, column))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            time = ". Time goes to the right, values go up" if self.through_time and column.quantity else ""
            return f"{column.tip}{time}."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
