"""Problems and hints as a Qt model: one row for each, with its layer, its sentence and its fix."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from app.document import BlockPath
from app.document.hint_rule import Hint
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
    DISMISS = 3


@dataclass(frozen=True)
class PlacedProblem:
    """A problem or a hint, and its place in the network.

    Attributes:
        problem: the problem. Its layer is one of the stack.
        block: path to the stack; `()` for the network itself.
    """

    problem: Problem
    block: BlockPath = ()

    @property
    def is_hint(self) -> bool:
        """True for a hint, which does not prevent the training and can be dismissed."""
        return isinstance(self.problem, Hint)

    @property
    def text(self) -> str:
        """The sentence; after the sentence of a hint, the reason."""
        why = self.problem.why if isinstance(self.problem, Hint) else ""
        return f"{self.problem.sentence} {why}".rstrip()

    @property
    def place(self) -> str:
        """The layer after the blocks around it, as people read it."""
        return " › ".join(short(name) for name in (*self.block, self.problem.layer)) or "Network"


class ProblemTableModel(QAbstractTableModel):
    """One row for each problem and each hint of a network."""

    def __init__(self) -> None:
        super().__init__()
        self._problems: tuple[PlacedProblem, ...] = ()
        self._brief = False

    @property
    def brief(self) -> bool:
        """True if the reasons of the hints are left out. Tool tips and screen readers have them all the same."""
        return self._brief

    def set_brief(self, brief: bool) -> None:
        """Leave out the reasons of the hints, or show them.

        Arguments:
            brief: True to leave them out.
        """
        if brief != self._brief:
            self._brief = brief
            if self._problems:
                last = self.index(len(self._problems) - 1, ProblemColumn.SENTENCE)
                self.dataChanged.emit(self.index(0, ProblemColumn.SENTENCE), last)

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

    @property
    def has_hints(self) -> bool:
        """True if one of the rows is a hint."""
        return any(placed.is_hint for placed in self._problems)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(ProblemColumn)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        placed, column = self._problems[index.row()], ProblemColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            if self._brief and column == ProblemColumn.SENTENCE:
                return sentence(placed.problem.sentence)
            return _text(placed, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _accessible_text(placed, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(_tip(placed, column))
        if role == Qt.ItemDataRole.FontRole and column == ProblemColumn.LAYER:
            return bold_font(QFont())
        if role == Qt.ItemDataRole.ForegroundRole and column != ProblemColumn.LAYER:
            theme = current_theme()
            return QColor(theme.warning if placed.is_hint else theme.danger)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("Layer", "Problem", "Fix", "Dismiss")[section]
        return None


def _text(placed: PlacedProblem, column: ProblemColumn) -> str:
    if column == ProblemColumn.LAYER:
        return placed.place
    if column == ProblemColumn.SENTENCE:
        return sentence(placed.text)
    if column == ProblemColumn.DISMISS:
        return "Dismiss" if placed.is_hint else ""
    return short(placed.problem.fix.label, _LONGEST_FIX) if placed.problem.fix else ""


def _accessible_text(placed: PlacedProblem, column: ProblemColumn) -> str | None:
    """Return the text for screen readers; None if it is the text on screen."""
    text = _text(placed, column)
    if column == ProblemColumn.SENTENCE:
        return f"{'Hint' if placed.is_hint else 'Problem'}: {text}"
    return f"Fix: {text}" if column == ProblemColumn.FIX and text else None


def _tip(placed: PlacedProblem, column: ProblemColumn) -> str:
    if column == ProblemColumn.DISMISS and placed.is_hint:
        return "Do not show this hint again (Del)."
    if column == ProblemColumn.FIX and placed.problem.fix is not None:
        return f"{placed.problem.fix.label} (Enter)."
    return f"{placed.place}: {placed.text}"
