"""The confusion matrix as a Qt model: a count for each pair of classes, with words for tool tips and screen readers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.formatting import format_count, format_percentage
from app.widgets.plain_text import sentence, short, tool_tip

Index = QModelIndex | QPersistentModelIndex


class ConfusionModel(QAbstractTableModel):
    """Rows are the true classes, columns the predicted ones.

    Attributes:
        counts: `(classes, classes)` the counts.
        names: of the classes.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.counts = np.zeros((0, 0), np.int64)
        self.names: tuple[str, ...] = ()

    def show_counts(self, counts: np.ndarray, names: Sequence[str]) -> None:
        """Show other counts. With the same classes, the selected cell stays.

        Arguments:
            counts: `(classes, classes)`; row: the true class, column: the predicted one.
            names: of the classes.
        """
        shown = tuple(short(name) for name in names)
        if shown != self.names:
            self.beginResetModel()
            self.counts, self.names = counts, shown
            self.endResetModel()
        elif counts.size:
            self.counts = counts
            last = len(counts) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, last))

    def share(self, row: int, column: int) -> float:
        """Return the share of the examples of the class `row` that are predicted as the class `column`, 0 to 1."""
        total = int(self.counts[row].sum())
        return float(self.counts[row, column]) / total if total else 0.0

    def describe(self, row: int, column: int) -> str:
        """Return one cell in words, for the class of the row and that of the column."""
        count = int(self.counts[row, column])
        examples = f"{format_count(count)} example" + ("" if count == 1 else "s")
        whole = f"{format_percentage(self.share(row, column))} of all examples of {self.names[row]}"
        return f"true {self.names[row]}, predicted {self.names[column]}: {examples}, {whole}"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the count as text, empty for none; or the cell in words."""
        row, column = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                count = int(self.counts[row, column])
                return format_count(count) if count else ""
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip(self.describe(row, column))
            case Qt.ItemDataRole.AccessibleTextRole:
                return sentence(self.describe(row, column))
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a class."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.names[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = "predicted" if orientation == Qt.Orientation.Horizontal else "true"
            return tool_tip(f"{kind} {self.names[section]}")
        return None
