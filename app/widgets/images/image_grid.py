"""A grid of small pictures that can be picked one by one, and position by position."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import GRID, Theme, current_theme

_FRAME = 3
"""Room around each picture for the selection frame and the focus ring."""
_MUTED_FACTOR = 0.85
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True)
class GridImage:
    """One picture of a grid, with a line below it and a text that appears when the mouse rests on it."""

    image: QImage
    caption: str = ""
    tooltip: str = ""


class ImageGrid(QWidget):
    """Pictures in rows that wrap at the width of the widget, painted without smoothing.

    Put it into a `QScrollArea` with `widgetResizable`; only what is visible is painted. Click or use the arrow keys to
    pick a picture (Home, End, Page Up and Down too); with positions, Shift and the arrow keys move the mark inside it.

    Arguments:
        positions: a click chooses a position, too, and leaves a mark on it.
        image_size: about how many pixels the longer side of a picture takes. Small pictures are scaled up by a whole
            number, so the true size is the nearest that allows it.

    Signals:
        picked(index): the user picked another picture.
        cell_clicked(index, row, column): with positions: the user chose one, in pixels of the picture (of the array).
    """

    picked = Signal(int)
    cell_clicked = Signal(int, int, int)

    def __init__(self, parent: QWidget | None = None, image_size: int = 48, positions: bool = False) -> None:
        super().__init__(parent)
        self._images: list[GridImage] = []
        self._sizes: dict[QSize, QImage] = {}
        self._image_size, self._positions = image_size, positions
        self._placeholder = ""
        self._current = -1
        self._hovered = -1
        self._marked: tuple[int, int, int] | None = None
        self._has_captions = False
        self._box = QSize(image_size, image_size)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def images(self) -> tuple[GridImage, ...]:
        """The pictures, in order."""
        return tuple(self._images)

    @property
    def current(self) -> int:
        """Index of the picked picture, or -1."""
        return self._current

    @property
    def marked(self) -> tuple[int, int, int] | None:
        """The marked position as (index, row, column), or None."""
        return self._marked

    def set_images(self, images: Sequence[GridImage]) -> None:
        """Show other pictures. What is picked and marked stays, as far as it still exists."""
        self._images, self._sizes, self._has_captions = [], {}, False
        self._append(images)
        if self._current >= len(self._images):
            self._current = -1
        if self._marked and not self._contains(*self._marked):
            self._marked = None
        self._hovered = min(self._hovered, len(self._images) - 1)
        self._measure()

    def add_images(self, images: Sequence[GridImage]) -> None:
        """Show more pictures behind the others, which costs nothing for those."""
        self._append(images)
        self._measure()

    def set_image_size(self, image_size: int) -> None:
        """Change about how many pixels the longer side of a picture takes."""
        if image_size != self._image_size:
            self._image_size = image_size
            self._measure()

    def set_placeholder(self, text: str) -> None:
        """Set the words that stand here while there are no pictures."""
        self._placeholder = text
        self._measure()

    def set_current(self, index: int) -> None:
        """Pick a picture, -1 for none, without a signal."""
        index = index if 0 <= index < len(self._images) else -1
        if index != self._current:
            self._current = index
            self.setAccessibleDescription(self._images[index].caption if index >= 0 else "")
            self.update()

    def set_marked(self, position: tuple[int, int, int] | None) -> None:
        """Mark a position (index, row, column) with a frame around its pixel, or none, without a signal."""
        if position is not None and not self._contains(*position):
            position = None
        if position != self._marked:
            self._marked = position
            self.update()

    def image_rect(self, index: int) -> QRectF:
        """Return where a picture is painted, in coordinates of the widget."""
        row, column = divmod(index, self._columns())
        size = self._painted_size(self._images[index].image)
        pitch = self._pitch()
        left = _FRAME + column * pitch.width() + (self._box.width() - size.width()) / 2
        top = _FRAME + row * pitch.height() + (self._box.height() - size.height()) / 2
        return QRectF(round(left), round(top), size.width(), size.height())

    def index_at(self, position: QPointF) -> int:
        """Return the index of the picture under a position of the widget, or -1."""
        pitch = self._pitch()
        column = int(position.x() // pitch.width())
        index = int(position.y() // pitch.height()) * self._columns() + column
        if not (0 <= column < self._columns() and 0 <= index < len(self._images)):
            return -1
        return index if self.image_rect(index).contains(position) else -1

    def cell_at(self, index: int, position: QPointF) -> tuple[int, int]:
        """Return row and column of the picture's pixel that is nearest to a position of the widget."""
        rect, image = self.image_rect(index), self._images[index].image
        row = int((position.y() - rect.top()) / rect.height() * image.height())
        column = int((position.x() - rect.left()) / rect.width() * image.width())
        return min(max(row, 0), image.height() - 1), min(max(column, 0), image.width() - 1)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self._images:
            return self._empty_height(width)
        rows = -(-len(self._images) // self._columns(width))
        return rows * self._pitch().height() - self._gap() + 2 * _FRAME

    def sizeHint(self) -> QSize:
        columns = min(max(len(self._images), 1), 8)
        width = columns * self._pitch().width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        if not self._images:
            return QSize(8 * GRID, self._empty_height(self.width()))
        return QSize(self._box.width() + 2 * _FRAME, self._pitch().height() - self._gap() + 2 * _FRAME)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = current_theme()
        if not self._images:
            painter.setPen(QColor(theme.muted))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME), int(flags), self._placeholder)
            return
        painter.setFont(self._caption_font())
        columns, height = self._columns(), self._pitch().height()
        first = max(event.rect().top() // height, 0) * columns
        last = (event.rect().bottom() // height + 1) * columns
        for index in range(first, min(last, len(self._images))):
            self._paint_image(painter, theme, index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or index < 0:
            super().mousePressEvent(event)
            return
        self._pick(index)
        if self._positions:
            self._choose_cell(index, *self.cell_at(index, event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.index_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if not self._images:
            super().keyPressEvent(event)
        elif self._positions and step and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._current >= 0:
            self._step_cell(*step)
        elif (target := self._target(event.key())) is not None:
            self._pick(target)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(QPointF(event.pos()))
            if index >= 0 and self._images[index].tooltip:
                words = tool_tip(self._images[index].tooltip)
                QToolTip.showText(event.globalPos(), words, self, self._area(index).toRect())
            else:
                QToolTip.hideText()
                event.ignore()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()

    def _append(self, images: Sequence[GridImage]) -> None:
        self._images.extend(images)
        self._sizes.update({item.image.size(): item.image for item in images})
        self._has_captions = self._has_captions or any(item.caption for item in images)

    def _measure(self) -> None:
        sizes = [self._painted_size(image) for image in self._sizes.values()]
        width = max((size.width() for size in sizes), default=self._image_size)
        height = max((size.height() for size in sizes), default=self._image_size)
        self._box = QSize(width, height)
        self.updateGeometry()
        self.update()

    def _painted_size(self, image: QImage) -> QSize:
        longest = max(image.width(), image.height(), 1)
        ratio = self.devicePixelRatioF()
        scale: float = round(self._image_size * ratio / longest) / ratio
        if longest > self._image_size * 1.5 or scale <= 0:
            scale = self._image_size / longest
        return QSize(max(round(image.width() * scale), 1), max(round(image.height() * scale), 1))

    def _gap(self) -> int:
        return GRID if self._has_captions else GRID // 2

    def _pitch(self) -> QSize:
        caption = QFontMetrics(self._caption_font()).height() + 2 if self._has_captions else 0
        room = self._gap() + _FRAME
        return QSize(self._box.width() + room, self._box.height() + caption + room)

    def _columns(self, width: int | None = None) -> int:
        room = (self.width() if width is None else width) - 2 * _FRAME + self._gap()
        return max(room // self._pitch().width(), 1)

    def _caption_font(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * _MUTED_FACTOR)
        return font

    def _empty_height(self, width: int) -> int:
        flags = int(Qt.TextFlag.TextWordWrap)
        bounds = self.fontMetrics().boundingRect(0, 0, max(width - 2 * _FRAME, 8 * GRID), 1, flags, self._placeholder)
        return bounds.height() + 2 * _FRAME

    def _contains(self, index: int, row: int, column: int) -> bool:
        if not 0 <= index < len(self._images):
            return False
        image = self._images[index].image
        return 0 <= row < image.height() and 0 <= column < image.width()

    def _area(self, index: int) -> QRectF:
        """Return the rectangle that holds a picture with its frame and caption."""
        row, column = divmod(index, self._columns())
        pitch = self._pitch()
        return QRectF(column * pitch.width(), row * pitch.height(), pitch.width() + _FRAME, pitch.height() + _FRAME)

    def _paint_image(self, painter: QPainter, theme: Theme, index: int) -> None:
        item, rect = self._images[index], self.image_rect(index)
        shrunk = rect.width() < item.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        painter.drawImage(rect, item.image)
        if self._marked and self._marked[0] == index:
            self._paint_mark(painter, theme, rect, item.image)
        selected = index == self._current
        if selected or index == self._hovered:
            self._paint_frame(painter, rect, 1.0, QPen(QColor(theme.accent if selected else theme.muted), 2))
        if self.hasFocus() and index == max(self._current, 0):
            self._paint_frame(painter, rect, 2.5, QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
        if item.caption:
            self._paint_caption(painter, theme, index, selected)

    def _paint_frame(self, painter: QPainter, rect: QRectF, distance: float, pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(-distance, -distance, distance, distance))

    def _paint_mark(self, painter: QPainter, theme: Theme, rect: QRectF, image: QImage) -> None:
        assert self._marked is not None
        _index, row, column = self._marked
        width, height = rect.width() / image.width(), rect.height() / image.height()
        cell = QRectF(rect.left() + column * width, rect.top() + row * height, width, height)
        # A dark line within a light one is seen on every colour.
        self._paint_frame(painter, cell, 1.5, QPen(QColor("white"), 1))
        self._paint_frame(painter, cell, 0.5, QPen(QColor("black"), 1))

    def _paint_caption(self, painter: QPainter, theme: Theme, index: int, selected: bool) -> None:
        row, column = divmod(index, self._columns())
        pitch, metrics = self._pitch(), painter.fontMetrics()
        left, width = _FRAME + column * pitch.width(), self._box.width() + self._gap() // 2
        top = _FRAME + row * pitch.height() + self._box.height() + 2
        text = metrics.elidedText(self._images[index].caption, Qt.TextElideMode.ElideRight, width)
        painter.setPen(QColor(theme.text if selected else theme.muted))
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        painter.drawText(left - self._gap() // 4, top, width, metrics.height(), flags, text)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            for changed in (self._hovered, index):
                if 0 <= changed < len(self._images):
                    self.update(self._area(changed).toAlignedRect())
            self._hovered = index

    def _target(self, key: int) -> int | None:
        """Return the index that a key leads to from the current one, or None when the key is not ours."""
        last = len(self._images) - 1
        columns = self._columns()
        page = max(self.visibleRegion().boundingRect().height() // self._pitch().height(), 1) * columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self._images),
            Qt.Key.Key_End: len(self._images),
        }
        step = steps.get(Qt.Key(key))
        if step is None:
            return None
        if self._current < 0:
            return 0
        target = self._current + step
        if 0 <= target <= last:
            return target
        # Up and down stop at the border of their column; the keys for far jumps end at the ends.
        return self._current if abs(step) == columns and page != columns else min(max(target, 0), last)

    def _pick(self, index: int) -> None:
        self._reveal(self._area(index))
        if index != self._current:
            self.set_current(index)
            self.picked.emit(index)

    def _choose_cell(self, index: int, row: int, column: int) -> None:
        self.set_marked((index, row, column))
        self.cell_clicked.emit(index, row, column)

    def _step_cell(self, rows: int, columns: int) -> None:
        image = self._images[self._current].image
        if self._marked and self._marked[0] == self._current:
            row, column = self._marked[1] + rows, self._marked[2] + columns
        else:
            row, column = image.height() // 2, image.width() // 2
        row, column = min(max(row, 0), image.height() - 1), min(max(column, 0), image.width() - 1)
        self._choose_cell(self._current, row, column)

    def _reveal(self, area: QRectF) -> None:
        """Scroll the enclosing area, if there is one, so that a rectangle of the widget is seen."""
        viewport = self.parentWidget()
        area_widget = viewport.parentWidget() if viewport else None
        if isinstance(area_widget, QScrollArea) and area_widget.widget() is self:
            center: QPoint = area.center().toPoint()
            area_widget.ensureVisible(center.x(), center.y(), int(area.width() / 2) + 1, int(area.height() / 2) + 1)
