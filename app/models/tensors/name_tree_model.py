"""Qt's model of the names of a foreign file: one row for each part of the names, with counts."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.formatting import format_count
from app.models.reading.name_tree import NameTree
from app.widgets.plain_text import short, tool_tip

AnyIndex = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to a model."""
_NO_PARENT = QModelIndex()
_TITLES = ("Part of the names", "Tensors", "Numbers")


class NameTreeModel(QAbstractItemModel):
    """The parts of the names. `node_of` returns the part of a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.root = NameTree()

    def show_tree(self, root: NameTree) -> None:
        """Show another tree.

        Arguments:
            root: the whole file.
        """
        self.beginResetModel()
        self.root = root
        self.endResetModel()

    def node_of(self, index: AnyIndex) -> NameTree:
        """Return the part of a row; the whole file for an invalid index."""
        if not index.isValid():
            return self.root
        node = index.internalPointer()
        return node if isinstance(node, NameTree) else self.root

    def index(self, row: int, column: int, parent: AnyIndex = _NO_PARENT) -> QModelIndex:
        children = self.node_of(parent).children
        if not (0 <= row < len(children) and 0 <= column < len(_TITLES)):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: AnyIndex = _NO_PARENT) -> Any:
        around = self.node_of(index).parent
        if not index.isValid() or around is None or around is self.root:
            return QModelIndex()
        return self.createIndex(around.row, 0, around)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.column() > 0 else len(self.node_of(parent).children)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return len(_TITLES)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node_of(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return (short(node.title), format_count(node.tensors), format_count(node.numbers))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{node.part.title}\nClick to see only its tensors; click again to see all.")
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
