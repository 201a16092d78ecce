"""The table of what changed, with a bar for how far each tensor moved."""

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.models.compare.difference_model import COLUMNS, COSINE, DIFFERENCE_ROLE, LARGEST, MOVED, SHAPE, DifferenceModel
from app.widgets.theme.theme import GRID, current_theme
from tinyml.storage import TensorChange

_NUMBER_WIDTH = 8 * GRID
_BAR_HEIGHT = 5
_LEAST_BAR = 4 * GRID
_LEAST_WIDTHS = {SHAPE: 60 * GRID, COSINE: 48 * GRID, LARGEST: 40 * GRID}
"""Width of the table below which a column is hidden, in pixels."""
_NAME_WIDTH, _SHAPE_WIDTH = 17 * GRID, 12 * GRID
_MOST_OF_NAMES = 0.42
"""The largest part of the table that the column of the names takes by itself."""


class DifferenceTable(QTableView):
    """A table in which the user selects one tensor. It stays selected when its row moves.

    Arguments:
        model: what changed.

    Signals:
        tensor_selected(name): the user selected another tensor.
        copy_requested(): the user wants the table on the clipboard.
    """

    tensor_selected = Signal(str)
    copy_requested = Signal()

    def __init__(self, model: DifferenceModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._differences, self._name = model, ""
        self.setObjectName("models_differences")
        self.setAccessibleName("What changed in each tensor")
        self.setProperty("quiet", True)
        self.setModel(model)
        self.setItemDelegateForColumn(MOVED, _BarDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSortingEnabled(True)
        rows, header = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + GRID)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(5 * GRID)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(0)  # only the visible rows
        header.setSectionResizeMode(MOVED, QHeaderView.ResizeMode.Stretch)
        for column in (COSINE, LARGEST):
            title = self.fontMetrics().horizontalAdvance(COLUMNS[column].title) + 3 * GRID
            header.resizeSection(column, title)
        self.sortByColumn(MOVED, Qt.SortOrder.DescendingOrder)
        copy = QAction("Copy table", self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_requested)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._fitting, self._chosen = False, set[int]()
        header.sectionResized.connect(self._on_section_resized)
        model.modelReset.connect(self._on_model_reset)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def select(self, name: str) -> None:
        """Select a tensor without a signal, if the table shows it.

        Arguments:
            name: of the tensor.
        """
        self._name = name
        self._on_model_reset()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a narrow table the bars need the room; the shape is also among the details.
        self._fitting = True
        for column, least in _LEAST_WIDTHS.items():
            self.setColumnHidden(column, self.viewport().width() < least)
        self._fitting = False
        self._fit_names()

    def _fit_names(self) -> None:
        """Widen the column of the names and that of the shapes, if the first rows need it and the bars leave room.

        A width that the user chose stays.
        """
        header, room = self.horizontalHeader(), int(_MOST_OF_NAMES * self.viewport().width())
        self._fitting = True
        for column, least, most in ((0, _NAME_WIDTH, room), (SHAPE, _SHAPE_WIDTH, 2 * _SHAPE_WIDTH)):
            if column not in self._chosen:
                header.resizeSection(column, max(least, min(self.sizeHintForColumn(column), most)))
        self._fitting = False

    @Slot(int, int, int)
    def _on_section_resized(self, column: int, _before: int, _after: int) -> None:
        if not self._fitting:
            self._chosen.add(column)

    @Slot()
    def _on_model_reset(self) -> None:
        self._fit_names()
        row = self._differences.row_of(self._name) if self._name else -1
        if row >= 0:
            self.selectRow(row)
        else:
            self.clearSelection()

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _new: QItemSelection, _old: QItemSelection) -> None:
        selected = self.selectionModel().selectedRows()
        if selected:
            name = self._differences.difference(selected[0].row()).name
            if name != self._name:
                self._name = name
                self.tensor_selected.emit(name)


class _BarDelegate(QStyledItemDelegate):
    """Paints how far a tensor moved as a bar; a full bar stands for 1 or more."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(DIFFERENCE_ROLE)
        room = option.rect.width() - _NUMBER_WIDTH - 2 * GRID
        if not isinstance(row, TensorChange) or row.relative is None or room < _LEAST_BAR:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        theme, middle = current_theme(), option.rect.center().y()
        track = QRectF(option.rect.left() + GRID, middle - _BAR_HEIGHT / 2, room, _BAR_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(track, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        if row.relative > 0:
            track.setWidth(max(min(row.relative, 1.0) * room, _BAR_HEIGHT))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(track, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        painter.setPen(QColor(theme.text))
        number = QRect(option.rect.right() - _NUMBER_WIDTH, option.rect.top(), _NUMBER_WIDTH, option.rect.height())
        painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.restore()
