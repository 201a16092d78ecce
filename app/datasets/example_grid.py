"""A grid of all examples that are images. Only the visible ones are painted."""

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QResizeEvent
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

from app.datasets.example_index import ExampleIndex
from app.datasets.example_pictures import ExamplePictures
from app.jobs import BackgroundRunner
from app.widgets.plain_text import sentence, tool_tip
from app.widgets.theme.theme import GRID, current_theme

Index = QModelIndex | QPersistentModelIndex

_CELL = 7 * GRID
"""Width and height of a picture that is not larger, in pixels of the screen."""
_GAP = GRID // 2


class ExampleGrid(QTableView):
    """Shows all examples of a list as pictures, in rows that are as long as the view is wide.

    A table view lays out a hundred thousand cells at once; a list view with wrapping takes some tenths of a second.

    Arguments:
        runner: paints the pictures.

    Signals:
        opened(position): the user wants to see an example large: a click, Enter or Space.
    """

    opened = Signal(int)

    def __init__(self, runner: BackgroundRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_all")
        self.setAccessibleName("All examples")
        self._model = _GridModel(runner, self)
        self.setModel(self._model)
        self.setItemDelegate(_PictureDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAutoFillBackground(False)
        for header in (self.verticalHeader(), self.horizontalHeader()):
            header.hide()
            header.setMinimumSectionSize(GRID)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalScrollBar().valueChanged.connect(self._on_value_changed)
        self.clicked.connect(self._on_clicked)

    @property
    def count(self) -> int:
        """Number of examples."""
        return self._model.count

    @property
    def current(self) -> int:
        """Position of the picked example; -1 if none is picked."""
        return self._model.position_of(self.currentIndex())

    def show_examples(self, index: ExampleIndex | None, image_size: QSize) -> None:
        """Show other examples.

        Arguments:
            index: the examples; None for none.
            image_size: width and height of an example.
        """
        self._model.use(index, image_size)
        cell = self._model.cell
        self.verticalHeader().setDefaultSectionSize(cell.height() + _GAP)
        self.horizontalHeader().setDefaultSectionSize(cell.width() + _GAP)
        self._fit()
        self.scrollToTop()

    def pick(self, position: int) -> None:
        """Make an example the current one and scroll to it, without opening it.

        Arguments:
            position: in the list of the examples.
        """
        index = self._model.index_at(position)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
        self.scrollTo(index)

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current >= 0:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Let the arrow keys continue in the next row; Home and End go to the first and the last example."""
        actions, last = QAbstractItemView.CursorAction, self.count - 1
        if last < 0 or action in (actions.MoveNext, actions.MovePrevious):
            return QModelIndex()
        if self.current < 0:
            return self._model.index_at(0)
        steps = {
            actions.MoveLeft: -1,
            actions.MoveRight: 1,
            actions.MoveUp: -self._model.columns,
            actions.MoveDown: self._model.columns,
            actions.MoveHome: -self.current,
            actions.MoveEnd: last - self.current,
        }
        page = self._model.columns * max(self.viewport().height() // max(self.rowHeight(0), 1), 1)
        steps |= {actions.MovePageUp: -page, actions.MovePageDown: page}
        return self._model.index_at(min(max(self.current + steps.get(action, 0), 0), last))

    def _fit(self) -> None:
        """Make the rows as long as the view is wide."""
        columns = max(self.viewport().width() // max(self._model.cell.width() + _GAP, 1), 1)
        if columns != self._model.columns:
            current = self.current
            self._model.set_columns(columns)
            if current >= 0:
                self.pick(current)

    @Slot()
    def _on_value_changed(self) -> None:
        self._model.forget_requests()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        position = self._model.position_of(index)
        if position >= 0:
            self.opened.emit(position)


class _GridModel(QAbstractTableModel):
    """The examples in rows of equal length."""

    def __init__(self, runner: BackgroundRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures = ExamplePictures(runner, self)
        self._pictures.painted.connect(self._on_painted)
        self._index: ExampleIndex | None = None
        self.columns, self.count = 1, 0
        self.cell = QSize(_CELL, _CELL)

    def use(self, index: ExampleIndex | None, image_size: QSize) -> None:
        """Show other examples; `image_size` is the size of each."""
        self.beginResetModel()
        self._index, self.count = index, len(index) if index is not None else 0
        self._pictures.use(index)
        self.cell = image_size.scaled(QSize(_CELL, _CELL), Qt.AspectRatioMode.KeepAspectRatio)
        self.endResetModel()

    def set_columns(self, columns: int) -> None:
        """Make the rows longer or shorter."""
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def forget_requests(self) -> None:
        """Paint only what is visible from now on."""
        self._pictures.forget_requests()

    def position_of(self, index: Index) -> int:
        """Return the position of a cell in the list; -1 for none."""
        position = index.row() * self.columns + index.column()
        return position if index.isValid() and position < self.count else -1

    def index_at(self, position: int) -> QModelIndex:
        """Return the cell of a position."""
        return self.index(*divmod(position, self.columns)) if 0 <= position < self.count else QModelIndex()

    def picture(self, index: Index) -> QImage | None:
        """Return the picture of a cell; None if it is not painted yet."""
        position = self.position_of(index)
        return self._pictures.get(position) if position >= 0 else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else -(-self.count // self.columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.columns

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.position_of(index) < 0:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        position = self.position_of(index)
        if position < 0 or self._index is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._describe(position))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return sentence(self._describe(position))
        return None

    def _describe(self, position: int) -> str:
        assert self._index is not None
        example = self._index[position]
        name = f"{example.class_name} · " if example.class_name else ""
        return f"{name}{example.part} · {example.name}"

    @Slot(int, int)
    def _on_painted(self, first: int, last: int) -> None:
        top = self.index(first // self.columns, 0)
        self.dataChanged.emit(top, self.index(last // self.columns, self.columns - 1))


class _PictureDelegate(QStyledItemDelegate):
    """Paints one example, and a frame around the picked one and the one below the mouse."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _GridModel)
        if model.position_of(index) < 0:
            return
        theme, image = current_theme(), model.picture(index)
        cell = option.rect.adjusted(_GAP // 2, _GAP // 2, -_GAP // 2, -_GAP // 2)
        painter.save()
        if image is None:
            painter.fillRect(cell, QColor(theme.track))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell.width() < image.width())
            painter.drawImage(cell, image)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        if picked or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(theme.accent if picked else theme.muted), 2))
            painter.drawRect(QRectF(cell).adjusted(-1, -1, 1, 1))
        painter.restore()
