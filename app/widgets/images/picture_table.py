"""A grid of any number of pictures in rows that are as long as the view is wide. Only the visible ones are painted."""

from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
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

from app.widgets.plain_text import sentence, tool_tip
from app.widgets.theme.theme import GRID, current_theme

Index = QModelIndex | QPersistentModelIndex
_GAP = GRID // 2
_MARGIN = 2
"""Pixels around the text that is shown while there are no pictures."""


class PictureSource(Protocol):
    """The pictures of a `PictureTable`."""

    def __len__(self) -> int: ...

    def picture(self, position: int) -> QImage | None:
        """Return the picture at a `position`; None if it is not painted yet. Only visible ones are asked for."""

    def describe(self, position: int) -> str:
        """Return the tool tip of the picture at a `position`, which screen readers also say."""


class PictureTable(QTableView):
    """Shows pictures in rows that wrap at the width of the view, also a hundred thousand of them.

    A table view lays out a hundred thousand cells at once; a list view with wrapping takes some tenths of a second.
    Click, or use the arrow keys, Home, End, Page Up and Page Down, to pick a picture.

    Signals:
        picked(position): the user picked another picture.
        opened(position): the user clicked a picture, or pressed Enter or Space on it.
        typed(text): the user typed a letter or a digit.
    """

    picked = Signal(int)
    opened = Signal(int)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = ""
        self._quiet = False
        self._model = _PictureModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_PictureDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        # With it, Qt also scrolls when the program picks a picture. Only what the user does may scroll.
        self.setAutoScroll(False)
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
        self.clicked.connect(self._on_clicked)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def count(self) -> int:
        """Number of pictures."""
        return self._model.count

    @property
    def current(self) -> int:
        """Position of the picked picture; -1 if none is picked."""
        return self._model.position_of(self.currentIndex())

    def show_pictures(self, source: PictureSource | None, cell: QSize) -> None:
        """Show other pictures, and pick none of them. The view stays at its scroll position if it can.

        Arguments:
            source: the pictures; None for none.
            cell: width and height of each on the screen.
        """
        scrolled = self.verticalScrollBar().value()
        self._model.use(source, cell)
        self.verticalHeader().setDefaultSectionSize(cell.height() + _GAP)
        self.horizontalHeader().setDefaultSectionSize(cell.width() + _GAP)
        self._fit()
        self.verticalScrollBar().setValue(scrolled)
        self.viewport().update()

    def set_placeholder(self, text: str) -> None:
        """Set the text that is shown while there are no pictures."""
        self._placeholder = text
        self.viewport().update()

    def set_current(self, position: int) -> None:
        """Pick the picture at a `position`, -1 for none, without a signal and without scrolling."""
        if position == self.current:
            return
        self._quiet = True
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self._model.index_at(position), flags.ClearAndSelect)
        self._quiet = False

    def pick(self, position: int) -> None:
        """Pick a picture without a signal, and scroll to it.

        Arguments:
            position: in the order of the pictures.
        """
        self.set_current(position)
        self.scroll_to(position)

    def scroll_to(self, position: int) -> None:
        """Scroll until the picture at a `position` is visible."""
        self.scrollTo(self._model.index_at(position))

    def image_rect(self, position: int) -> QRectF:
        """Return where the picture at a `position` is painted, in coordinates of the viewport."""
        return QRectF(_inner(self.visualRect(self._model.index_at(position))))

    def refresh(self, first: int, last: int) -> None:
        """Paint the pictures at the positions from `first` to `last` again."""
        self._model.refresh(first, last)

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 8 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current >= 0:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802, Qt names it
        """Tell the owner what was typed: pictures have no texts to search for."""
        self.typed.emit(search)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Let the arrow keys continue in the next row; Home and End go to the first and the last picture."""
        actions, last = QAbstractItemView.CursorAction, self.count - 1
        if last < 0 or action in (actions.MoveNext, actions.MovePrevious):
            return QModelIndex()
        if self.current < 0:
            return self._model.index_at(last if action == actions.MoveEnd else 0)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count and self._placeholder:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(current_theme().muted))
            room = self.viewport().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), self._placeholder)

    def _fit(self) -> None:
        """Make the rows as long as the view is wide."""
        columns = max(self.viewport().width() // max(self._model.cell.width() + _GAP, 1), 1)
        if columns != self._model.columns:
            current = self.current
            self._model.set_columns(columns)
            if current >= 0:
                self.pick(current)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        position = self._model.position_of(index)
        if position >= 0:
            self.opened.emit(position)

    @Slot()
    def _on_current_changed(self) -> None:
        if self.current >= 0 and not self._quiet:
            self.scrollTo(self.currentIndex())
            self.picked.emit(self.current)


class _PictureModel(QAbstractTableModel):
    """The pictures in rows of equal length."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._source: PictureSource | None = None
        self.columns, self.count = 1, 0
        self.cell = QSize(GRID, GRID)

    def use(self, source: PictureSource | None, cell: QSize) -> None:
        """Show other pictures; `cell` is the size of each on the screen."""
        self.beginResetModel()
        self._source, self.count, self.cell = source, len(source) if source is not None else 0, cell
        self.endResetModel()

    def set_columns(self, columns: int) -> None:
        """Make the rows longer or shorter."""
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def refresh(self, first: int, last: int) -> None:
        """Tell the view that pictures changed."""
        top = self.index(first // self.columns, 0)
        self.dataChanged.emit(top, self.index(last // self.columns, self.columns - 1))

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
        return self._source.picture(position) if self._source is not None and position >= 0 else None

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
        if position < 0 or self._source is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._source.describe(position))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return sentence(self._source.describe(position))
        return None


class _PictureDelegate(QStyledItemDelegate):
    """Paints one picture, and a frame around the picked one and the one below the mouse."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _PictureModel)
        if model.position_of(index) < 0:
            return
        theme, image = current_theme(), model.picture(index)
        cell = _inner(option.rect)
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
        view = self.parent()
        if picked and isinstance(view, QWidget) and view.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(cell).adjusted(-1, -1, 1, 1))
        painter.restore()


def _inner(cell: QRect) -> QRect:
    """Return the part of a cell that the picture takes."""
    return cell.adjusted(_GAP // 2, _GAP // 2, -_GAP // 2, -_GAP // 2)
