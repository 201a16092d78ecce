"""The list of runs as Qt's model. Only the rows on the screen are described."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.monitor.runs.run_row import RunRow
from app.widgets.plain_text import short, tool_tip

Index = QModelIndex | QPersistentModelIndex
_LONGEST_LINE = 200
ROW_ROLE = Qt.ItemDataRole.UserRole
"""The `ShownRow` of an index."""


class ShownRow:
    """A row whose words are made when they are first painted: comparing two networks takes part of a millisecond.

    Arguments:
        row: the row.
    """

    def __init__(self, row: RunRow) -> None:
        self.row = row

    @cached_property
    def line(self) -> str:
        """The second line. It may hold names of layers from a file."""
        return short(self.row.line(), _LONGEST_LINE)


class RunModel(QAbstractListModel):
    """The runs, from top to bottom.

    Signals:
        renamed(identifier, title): the user typed another name.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ShownRow] = []

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The rows, from top to bottom."""
        return tuple(shown.row for shown in self._rows)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Show other rows. If only facts of the same runs changed, the selection and the place stay.

        Arguments:
            rows: from top to bottom.
        """
        if [row.identifier for row in rows] != [row.identifier for row in self.rows]:
            known = {shown.row.identifier: shown for shown in self._rows}
            self.beginResetModel()
            self._rows = [_keep_words(known.get(row.identifier), row) for row in rows]
            self.endResetModel()
            return
        for number, row in enumerate(rows):
            if row != self._rows[number].row:
                self._rows[number] = _keep_words(self._rows[number], row)
                index = self.index(number)
                self.dataChanged.emit(index, index)

    def index_of(self, identifier: str) -> QModelIndex:
        """Return the index of a run; an invalid one if the list does not have it.

        Arguments:
            identifier: of the run.
        """
        places = (place for place, row in enumerate(self.rows) if row.identifier == identifier)
        return self.index(next(places, -1), 0)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        shown = self._rows[index.row()]
        row = shown.row
        if role == ROW_ROLE:
            return shown
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return short(row.name) if role == Qt.ItemDataRole.DisplayRole else row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(row.tooltip())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            starred = row.record is not None and row.record.starred
            marks = ("starred" if starred else "", "curves shown" if row.drawn else "")
            return ", ".join(part for part in (short(row.name), row.state, row.result, shown.line, *marks) if part)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        row = self._rows[index.row()].row
        if str(value).strip() != row.name:
            self.renamed.emit(row.identifier, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        readable = index.isValid() and self._rows[index.row()].row.record is not None
        return flags | Qt.ItemFlag.ItemIsEditable if readable else flags


def _keep_words(before: ShownRow | None, row: RunRow) -> ShownRow:
    """Return a row for the screen, with the words that are already made if they still hold."""
    shown = ShownRow(row)
    made = before is not None and "line" in vars(before)
    if before is not None and made and _told(before.row) == _told(row):
        vars(shown)["line"] = before.line
    return shown


def _told(row: RunRow) -> tuple[object, ...]:
    """Return everything that the second line depends on. Projects are compared by identity, which is fast."""
    record, before = row.record, row.before
    project = id(record.project) if record is not None else 0
    state = (record.state, record.results.diverged) if record is not None else None
    return project, id(before.project) if before else 0, state, row.active, row.kept.elsewhere, row.kept.interrupted
