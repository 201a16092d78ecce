"""The problems of the document as a Qt model: one row for each, with its layer, its sentence and its fix."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from app.document import BlockPath
from app.widgets.plain_text import sentence, short, tool_tip
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import current_theme
from tinyml.core import Problem

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_LONGEST_FIX = 40


class ProblemColumn(IntEnum):
    """The columns of the table."""

    LAYER = 0
    SENTENCE = 1
    FIX = 2


@dataclass(frozen=True)
class PlacedProblem:
    """A problem and its place in the network.

    Attributes:
        problem: the problem. Its layer is one of the stack.
        block: path to the stack; `()` for the network itself.
    """

    problem: Problem
    block: BlockPath = ()

    @property
    def place(self) -> str:
        """The layer after the blocks around it, as people read it."""
        return " › ".join(short(name) for name in (*self.block, self.problem.layer)) or "Network"


class ProblemTableModel(QAbstractTableModel):
    """One row for each problem of a network."""

    def __init__(self) -> None:
        super().__init__()
        self._problems: tuple[PlacedProblem, ...] = ()

    def set_problems(self, problems: Sequence[PlacedProblem]) -> None:
        """Show other problems. Equal ones change nothing, so that the current row stays.

        Arguments:
            problems: from the first row to the last.
        """
        if tuple(problems) != self._problems:
            self.beginResetModel()
            self._problems = tuple(problems)
            self.endResetModel()

    def problem(self, row: int) -> PlacedProblem:
        """Return the problem in a row.

        Arguments:
            row: number of the row, from 0.
        """
        return self._problems[row]

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(ProblemColumn)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        placed, column = self._problems[index.row()], ProblemColumn(index.column())
        problem = placed.problem
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(placed, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Fix: {_text(placed, column)}" if column == ProblemColumn.FIX and problem.fix else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{placed.place}: {problem.sentence}") if column != ProblemColumn.FIX else _fix_tip(problem)
        if role == Qt.ItemDataRole.FontRole and column == ProblemColumn.LAYER:
            return bold_font(QFont())
        if role == Qt.ItemDataRole.ForegroundRole and column != ProblemColumn.LAYER:
            return QColor(current_theme().danger)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("Layer", "Problem", "Fix")[section]
        return None


def _text(placed: PlacedProblem, column: ProblemColumn) -> str:
    if column == ProblemColumn.LAYER:
        return placed.place
    if column == ProblemColumn.SENTENCE:
        return sentence(placed.problem.sentence)
    return short(placed.problem.fix.label, _LONGEST_FIX) if placed.problem.fix else ""


def _fix_tip(problem: Problem) -> str:
    return tool_tip(f"{problem.fix.label}. Enter does the same for the current row.") if problem.fix else ""
