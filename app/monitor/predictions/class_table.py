"""Precision, recall, F1 and count of each class, in a table that can be sorted."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.formatting import format_count, format_percentage
from app.widgets.plain_text import short, tool_tip
from tinyml.learner import ClassReport

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
"""Role under which the model returns a number, or a text, to sort by."""
_COLUMNS = {
    "class": "the true class",
    "precision": "how often a prediction of this class is correct",
    "recall": "how many examples of this class are found",
    "F1": "the harmonic mean of precision and recall: high only if both are",
    "examples": "number of examples of this class",
}


class ClassModel(QAbstractTableModel):
    """A row for each class."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._report: ClassReport | None = None

    def show_report(self, report: ClassReport, names: Sequence[str]) -> None:
        """Show other numbers.

        Arguments:
            report: of all classes.
            names: of the classes.
        """
        same = tuple(names) == self._names
        if not same:
            self.beginResetModel()
        self._names, self._report = tuple(names), report
        if not same:
            self.endResetModel()
        elif names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(names) - 1, len(_COLUMNS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell as text, or as what to sort by. A share that is not defined is a dash and sorts lowest."""
        row, column = index.row(), index.column()
        if self._report is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole and column == 0:
            return tool_tip(self._names[row])
        if role not in (Qt.ItemDataRole.DisplayRole, SORT_ROLE):
            return None
        shows = role == Qt.ItemDataRole.DisplayRole
        if column == 0:
            return short(self._names[row]) if shows else row
        if column == len(_COLUMNS) - 1:
            count = int(self._report.support[row])
            return format_count(count) if shows else count
        share = float((self._report.precision, self._report.recall, self._report.f1)[column - 1][row])
        if shows:
            return format_percentage(share)
        return -1.0 if math.isnan(share) else share

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column, or what it means. Titles stand over the numbers."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return list(_COLUMNS)[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return list(_COLUMNS.values())[section]
        return None


class ClassTable(QTableView):
    """Precision, recall, F1 and count of each class. A click on a title sorts by it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_classes")
        self.setAccessibleName("Precision, recall, F1 and number of examples of each class")
        self.setProperty("roomy", True)
        self._model = ClassModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setDynamicSortFilter(True)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)

    def show_report(self, report: ClassReport, names: Sequence[str]) -> None:
        """Show other numbers; the order stays that of the chosen column.

        Arguments:
            report: of all classes.
            names: of the classes.
        """
        self._model.show_report(report, names)
