"""The tree of the names in a foreign file. A click shows the tensors of a part only."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from app.models.state.models_state import ModelsState
from app.models.tensors.name_tree_model import NameTreeModel
from app.widgets.theme.theme import GRID

_MOST_OPEN = 12
"""The first level is opened if there are no more rows then."""
_MOST_ROWS = 7
"""Rows of the tree; more of them scroll."""
_NUMBER_WIDTH = 13 * GRID


class NameTreeView(QTreeView):
    """Shows the names of the shown file as a tree. It is hidden for our models, and if the names have no parts.

    Arguments:
        state: the state of the page.
    """

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_tree")
        self.setAccessibleName("Names of the tensors as a tree")
        self._state = state
        self._tree = NameTreeModel(self)
        self.setModel(self._tree)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setUniformRowHeights(True)
        self.setItemDelegate(_RowDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("quiet", True)
        self.setExpandsOnDoubleClick(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, _NUMBER_WIDTH)
        self.clicked.connect(self._on_clicked)
        self.expanded.connect(self._on_expanded)
        self.collapsed.connect(self._on_expanded)
        state.contents_changed.connect(self._on_contents_changed)
        state.part_changed.connect(self._on_part_changed)
        self._on_contents_changed()

    def sizeHint(self) -> QSize:
        rows, index = 0, self._tree.index(0, 0)
        while index.isValid() and rows < _MOST_ROWS:
            rows, index = rows + 1, self.indexBelow(index)
        height = self.sizeHintForRow(0) if rows else 0
        return QSize(40 * GRID, self.header().sizeHint().height() + rows * height + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, min(self.sizeHint().height(), 10 * GRID))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        part = self._tree.node_of(index).part
        self._state.choose_part(part if part != self._state.part else None)

    @Slot(QModelIndex)
    def _on_expanded(self, _index: QModelIndex) -> None:
        self.updateGeometry()

    @Slot()
    def _on_contents_changed(self) -> None:
        contents = self._state.contents
        wanted = contents is not None and not contents.layers and bool(contents.index.tree.children)
        if contents is not None and wanted and contents.index.tree is not self._tree.root:
            root = contents.index.tree
            self._tree.show_tree(root)
            rows = len(root.children) + sum(len(child.children) for child in root.children)
            if rows <= _MOST_OPEN:
                self.expandToDepth(0)
        self.setVisible(wanted)
        self.updateGeometry()

    @Slot()
    def _on_part_changed(self) -> None:
        if self._state.part is None:
            self.clearSelection()


class _RowDelegate(QStyledItemDelegate):
    """Makes the rows as high as those of the tables."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), option.fontMetrics.height() + GRID)
