"""The page History: all edits in order. A click on one goes back or forward to it."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QUndoStack
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from app.builder.panel.panel_page import PanelPage
from app.document import Document
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import current_theme

START = "Start"
SAVED = "saved"

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class HistoryModel(QAbstractListModel):
    """One row for the start, and one row for each step of an undo stack. Row n is the state after n steps.

    Qt's own model of `QUndoView` shows the texts as they are. They can contain names with invisible characters.

    Arguments:
        stack: the steps.
    """

    def __init__(self, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self._rows = 1

    def follow_stack(self) -> None:
        """Show the steps that the stack holds now."""
        rows = self._stack.count() + 1
        if rows > self._rows:
            self.beginInsertRows(_NO_PARENT, self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()
        elif rows < self._rows:
            self.beginRemoveRows(_NO_PARENT, rows, self._rows - 1)
            self._rows = rows
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(rows - 1))

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._rows

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, current = index.row(), self._stack.index()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._text(row)}{', current' if row == current else ', undone' if row > current else ''}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip("Click to go back to this step." if row < current else "Click to go to this step.")
        if role == Qt.ItemDataRole.FontRole and row == current:
            return bold_font(QFont())
        if role == Qt.ItemDataRole.ForegroundRole and row > current:
            return QColor(current_theme().muted)
        return None

    def _text(self, row: int) -> str:
        step = short(self._stack.text(row - 1)) if row else START
        text = f"{step[:1].upper()}{step[1:]}"
        return f"{text} ({SAVED})" if row == self._stack.cleanIndex() else text


class HistoryPage(PanelPage):
    """Shows the steps of the document's undo stack. The user goes to a step by mouse or with the arrow keys.

    Forms apply their drafts when they lose the focus, so a draft is a step of its own before the list reacts.

    Arguments:
        document: the document whose edits are listed.
        parent: the parent widget.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("history_page", "History", parent)
        self._stack = document.undo_stack
        self._model = HistoryModel(self._stack, self)
        self._view = QListView()
        self._view.setObjectName("history_list")
        self._view.setAccessibleName("Edits")
        self._view.setProperty("roomy", True)
        self._view.setFrameShape(QListView.Shape.NoFrame)
        self._view.setUniformItemSizes(True)
        self._view.setModel(self._model)
        self._view.selectionModel().currentChanged.connect(self._on_current_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        document.undo_stack.indexChanged.connect(self.request_refresh)
        document.undo_stack.cleanChanged.connect(self.request_refresh)
        document.replaced.connect(self.request_refresh)

    def refresh(self) -> None:
        """Show the steps of the undo stack, and mark the current one."""
        self._model.follow_stack()
        current = self._model.index(self._stack.index())
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._view.selectionModel().setCurrentIndex(current, flags)
        self._view.scrollTo(current)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        # A row that is being removed or added also moves the current row; then the row is not one the user chose.
        if current.isValid() and self._model.rowCount() == self._stack.count() + 1:
            self._stack.setIndex(current.row())
