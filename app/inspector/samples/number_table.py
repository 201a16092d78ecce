"""The predicted numbers of a sample beside its target numbers, in the units of the data."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.formatting import UNKNOWN, format_value
from app.widgets.plain_text import short, tool_tip

MOST_ROWS = 50
"""More numbers are not listed; the error in the sentence above sums them up."""
_COLUMNS = ("output", "target", "predicted")


class NumberTable(QTableWidget):
    """A row for each output: its name, its target and what the network predicts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setHorizontalHeaderLabels(_COLUMNS)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)

    @staticmethod
    def suits(numbers: np.ndarray) -> bool:
        """Return True if there are several numbers, and not too many to list.

        Arguments:
            numbers: `(outputs,)` what the network predicts.
        """
        return 2 <= numbers.size <= MOST_ROWS

    def show_numbers(self, names: Sequence[str], target: np.ndarray | None, predicted: np.ndarray) -> None:
        """Show the numbers of another sample.

        Arguments:
            names: of the outputs; empty if they have none.
            target: `(outputs,)` the target numbers; None if they are not known.
            predicted: `(outputs,)` the predicted numbers.
        """
        self.setRowCount(predicted.size)
        self.setColumnHidden(1, target is None)
        for row, number in enumerate(predicted.tolist()):
            name = names[row] if len(names) == predicted.size else str(row + 1)
            known = UNKNOWN if target is None else format_value(float(target.ravel()[row]))
            for column, text in enumerate((short(name), known, format_value(number))):
                item = QTableWidgetItem(text)
                item.setToolTip(tool_tip(name if column == 0 else text))
                self.setItem(row, column, item)
