"""A grid of small pictures. The user picks one of them and, with positions, a pixel of it."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from app.widgets.images.image_delegate import FRAME, ImageDelegate
from app.widgets.images.image_list_model import GridImage, ImageListModel, Index
from app.widgets.theme.theme import current_theme

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ImageGrid(QListView):
    """Pictures in rows that wrap at the width of the view. It scrolls, and paints only the visible pictures.

    Click, or use the arrow keys, Home, End, Page Up and Page Down, to pick a picture. With positions, Shift and the
    arrow keys move the mark inside the picked picture.

    Arguments:
        image_size: about how many pixels of the screen the longer side of a picture takes. Small pictures are
            enlarged by a whole number, so their size is the nearest one that allows it.
        positions: a click also chooses a pixel of the picture and marks it.
        pick_before_position: a click on another picture only picks it; the next click chooses a pixel.
        outlined: draw a thin line around each picture, for pictures whose pixels can have the colour of the background.

    Signals:
        picked(index): the user picked another picture.
        cell_clicked(index, row, column): with positions: the user chose a pixel. Row and column count the pixels of
            the picture, not of the screen.
        cell_hovered(index, row, column): with positions: the mouse is over a pixel, or over none (-1, -1, -1).
    """

    picked = Signal(int)
    cell_clicked = Signal(int, int, int)
    cell_hovered = Signal(int, int, int)

    def __init__(
        self,
        parent: QWidget | None = None,
        image_size: int = 48,
        positions: bool = False,
        pick_before_position: bool = False,
        outlined: bool = False,
    ) -> None:
        super().__init__(parent)
        self._positions, self._pick_before_position = positions, pick_before_position
        self._placeholder = ""
        self._arranged = 0, QSize()
        self._model = ImageListModel(self)
        self._delegate = ImageDelegate(self, image_size, outlined)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionRectVisible(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # With it, Qt also scrolls when the program picks a picture. Only what the user does may scroll.
        self.setAutoScroll(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setMouseTracking(positions)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def images(self) -> tuple[GridImage, ...]:
        """The pictures, in order."""
        return tuple(self._model.images)

    @property
    def cell_size(self) -> QSize:
        """The room of one picture with its caption and the gap to the next picture."""
        return self._delegate.cell_size

    @property
    def current(self) -> int:
        """Index of the picked picture, or -1."""
        return self.currentIndex().row()

    @property
    def marked(self) -> tuple[int, int, int] | None:
        """The marked pixel as (index, row, column), or None."""
        return self._delegate.marked

    def set_images(self, images: Sequence[GridImage]) -> None:
        """Show `images` instead. The picked picture and the marked pixel stay, if they still exist."""
        if self.current >= len(images):
            self.set_current(-1)
        self._model.set_images(images)
        self.set_marked(self.marked)
        self._measure()

    def add_images(self, images: Sequence[GridImage]) -> None:
        """Show `images` after the others."""
        self._model.add_images(images)
        self._measure()

    def set_image_size(self, image_size: int) -> None:
        """Set about how many pixels of the screen the longer side of a picture takes (`image_size`)."""
        if image_size != self._delegate.image_size:
            self._delegate.image_size = image_size
            self._measure()

    def set_placeholder(self, text: str) -> None:
        """Set the text that is shown while there are no pictures."""
        self._placeholder = text
        self.viewport().update()

    def set_current(self, index: int) -> None:
        """Pick the picture at `index`, -1 for none, without a signal and without scrolling."""
        with QSignalBlocker(self):
            if 0 <= index < len(self._model.images):
                self.setCurrentIndex(self._model.index(index))
            else:
                self.setCurrentIndex(QModelIndex())
                self.clearSelection()

    def set_marked(self, position: tuple[int, int, int] | None) -> None:
        """Mark a pixel without a signal. A pixel that does not exist is not marked.

        Arguments:
            position: (index, row, column) of the pixel; None for no mark.
        """
        if position is not None:
            index, row, column = position
            exists = 0 <= index < len(self._model.images)
            if not (exists and QRect(QPoint(), self._size_of(index)).contains(column, row)):
                position = None
        before, self._delegate.marked = self._delegate.marked, position
        if position != before:
            for mark in filter(None, (before, position)):
                self.update(self._model.index(mark[0]))

    def image_rect(self, index: int) -> QRectF:
        """Return where the picture at `index` is painted, in coordinates of the viewport."""
        return self._delegate.image_rect(self.visualRect(self._model.index(index)), self._size_of(index))

    def scroll_to(self, index: int) -> None:
        """Scroll until the picture at `index` is visible."""
        self.scrollTo(self._model.index(index))

    def sizeHint(self) -> QSize:
        """Return the room for eight pictures side by side."""
        columns = min(max(len(self._model.images), 1), 8)
        return QSize(columns * self._delegate.cell_size.width(), super().sizeHint().height())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the picture at a point of the viewport. The gaps between the pictures belong to none."""
        index = super().indexAt(point)
        return index if index.isValid() and self.image_rect(index.row()).contains(point) else QModelIndex()

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """Keep the picked picture selected: Ctrl and a click do not clear it."""
        flags = QItemSelectionModel.SelectionFlag
        return flags.ClearAndSelect if index.isValid() else flags.NoUpdate

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Continue in the next row when the left or right arrow key reaches the end of a row."""
        actions = QAbstractItemView.CursorAction
        if action == actions.MoveNext:
            return QModelIndex()  # Qt asks for it when the grid gets the focus, which must not pick a picture.
        if action == actions.MoveEnd:
            return self._model.index(len(self._model.images) - 1)  # Qt picks the first if none is picked yet
        if self.current >= 0 and action in (actions.MoveLeft, actions.MoveRight):
            target = self.current + (1 if action == actions.MoveRight else -1)
            return self._model.index(min(max(target, 0), len(self._model.images) - 1))
        return super().moveCursor(action, modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        index = self.indexAt(place.toPoint()).row()
        chooses = self._positions and event.button() == Qt.MouseButton.LeftButton and index >= 0
        if not chooses or (self._pick_before_position and index != self.current):
            super().mousePressEvent(event)
            return
        row, column = self._cell_at(index, place)
        super().mousePressEvent(event)  # It may scroll, so the cell is found before.
        self._choose_cell(index, row, column)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._positions:
            index = self.indexAt(event.position().toPoint()).row()
            self.cell_hovered.emit(index, *(self._cell_at(index, event.position()) if index >= 0 else (-1, -1)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._positions:
            self.cell_hovered.emit(-1, -1, -1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Treat the second of two quick clicks as a click: it chooses a pixel, too."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if self._positions and step and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.current >= 0:
            self._step_cell(*step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._model.images:
            self._delegate.region = QRegion(event.region())
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(current_theme().muted))
        room = self.viewport().rect().adjusted(FRAME, FRAME, -FRAME, -FRAME)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap), self._placeholder)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()

    @Slot()
    def _on_current_changed(self) -> None:
        if self.current >= 0 and not self.signalsBlocked():
            self.scrollTo(self.currentIndex())
            self.picked.emit(self.current)

    def _measure(self) -> None:
        """Arrange the pictures again, if their number or their room changed: a run often changes only their pixels."""
        self._delegate.measure(self._model.images)
        arranged = len(self._model.images), self.cell_size
        if arranged != self._arranged:
            self._arranged = arranged
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

    def _size_of(self, index: int) -> QSize:
        return self._model.images[index].image.size()

    def _cell_at(self, index: int, place: QPointF) -> tuple[int, int]:
        """Return row and column of the pixel of a picture at a place of the viewport."""
        rect, size = self.image_rect(index), self._size_of(index)
        row = int((place.y() - rect.top()) / rect.height() * size.height())
        column = int((place.x() - rect.left()) / rect.width() * size.width())
        return min(max(row, 0), size.height() - 1), min(max(column, 0), size.width() - 1)

    def _choose_cell(self, index: int, row: int, column: int) -> None:
        """Mark the pixel that is nearest to a row and a column."""
        size = self._size_of(index)
        cell = (index, min(max(row, 0), size.height() - 1), min(max(column, 0), size.width() - 1))
        self.set_marked(cell)
        self.cell_clicked.emit(*cell)

    def _step_cell(self, rows: int, columns: int) -> None:
        """Move the mark inside the current picture; without a mark, start from the middle."""
        if self.marked and self.marked[0] == self.current:
            self._choose_cell(self.current, self.marked[1] + rows, self.marked[2] + columns)
        else:
            size = self._size_of(self.current)
            self._choose_cell(self.current, size.height() // 2, size.width() // 2)
