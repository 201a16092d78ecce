"""The table of what differs between the chosen runs."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.monitor.runs.run_swatch import color_icon
from app.training.differences import Difference
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID

_MOST_LINES = 8
"""So many rows are visible without scrolling, if there is room."""

_FITTING = 2
"""So many runs share the width of the panel; more of them get the width of their values, and the table scrolls."""


class DifferencesTable(QTableWidget):
    """A row for each setting that differs, a column for each run. The list stays readable with many columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_differences")
        self.setAccessibleName("What differs between the chosen runs")
        self.setProperty("roomy", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(3 * GRID)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)

    @property
    def texts(self) -> list[list[str]]:
        """The texts of all rows."""
        columns = range(self.columnCount())
        return [
            [item.text() if (item := self.item(row, column)) else "" for column in columns]
            for row in range(self.rowCount())
        ]

    def show_differences(self, runs: Sequence[tuple[str, int]], differences: Sequence[Difference]) -> None:
        """Show other differences.

        Arguments:
            runs: name, and number of the colour, of each run from left to right. The columns of two runs have no
                colours.
            differences: the rows, with a value for each run.
        """
        self.setColumnCount(1 + len(runs))
        self.setHorizontalHeaderItem(0, QTableWidgetItem())
        for column, (name, color) in enumerate(runs, start=1):
            # The panel is narrow, and the list above says which colour is which run.
            colored = QTableWidgetItem(color_icon(color), "")
            colored.setToolTip(tool_tip(name))
            colored.setData(Qt.ItemDataRole.AccessibleTextRole, short(name))
            self.setHorizontalHeaderItem(column, colored)
        self.horizontalHeader().setVisible(len(runs) > _FITTING)
        self.setRowCount(len(differences))
        for row, difference in enumerate(differences):
            for column, text in enumerate((difference.title, *difference.values)):
                item = QTableWidgetItem(short(text, 40))
                item.setToolTip(tool_tip(text))
                self.setItem(row, column, item)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in range(1, 1 + len(runs) if len(runs) <= _FITTING else 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        lines = min(max(self.rowCount(), 1), _MOST_LINES)
        header = 0 if self.horizontalHeader().isHidden() else self.horizontalHeader().sizeHint().height()
        return QSize(24 * GRID, header + lines * self.verticalHeader().defaultSectionSize() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(12 * GRID, min(self.sizeHint().height(), 8 * GRID))
