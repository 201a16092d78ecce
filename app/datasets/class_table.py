"""The classes of a dataset: one row for each with its name, its count as a bar, and a strip of examples."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.datasets.preview import ClassPreview
from app.formatting import format_count
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import describe_count

_VALUE_ROLE = Qt.ItemDataRole.UserRole
_NAME, _COUNT, _EXAMPLES = range(3)
_WIDEST_NAME = 20 * GRID
_COUNT_WIDTH = 18 * GRID
_NARROW_COUNT_WIDTH = 10 * GRID
_NARROW = 50 * GRID
"""In a table narrower than this, the bars are shorter."""
_ROW_HEIGHTS = (4 * GRID, 8 * GRID)
"""The lowest and the highest row with images, in pixels. The rows share the room that there is."""
_GAP = 4
"""Pixels between two images."""


class ClassTable(QTableWidget):
    """Shows the classes of a dataset. The rows are as high as the room allows, so that the examples are large.

    Arguments:
        object_name: Qt's objectName.
        accessible_name: says what the table shows.

    Signals:
        opened(label): the user wants to see the examples of a class: a click on its name, or Enter.
        example_opened(label, number): the user clicked an example; its number is its place in the whole data.
    """

    opened = Signal(int)
    example_opened = Signal(int, int)

    def __init__(
        self,
        object_name: str = "data_page_classes",
        accessible_name: str = "Classes with their examples",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(0, 3, parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self._classes: tuple[ClassPreview, ...] = ()
        self._has_images = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.viewport().setAutoFillBackground(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.viewport().setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(GRID)
        self.horizontalHeader().setSectionResizeMode(_EXAMPLES, QHeaderView.ResizeMode.Stretch)
        self.setItemDelegateForColumn(_COUNT, _BarDelegate(self))
        self.setItemDelegateForColumn(_EXAMPLES, _StripDelegate(self))

    def show_classes(self, classes: Sequence[ClassPreview], colors: Sequence[str] = ()) -> None:
        """Show the classes of another dataset.

        Arguments:
            classes: the classes, from top to bottom.
            colors: colour of the bar of each class; empty for the accent.
        """
        self._classes = tuple(classes)
        self._has_images = any(shown.images for shown in classes)
        self.clearContents()
        self.setRowCount(len(classes))
        largest = max((shown.count for shown in classes), default=0)
        for row, shown in enumerate(classes):
            name, count, strip = QTableWidgetItem(short(shown.name)), QTableWidgetItem(), QTableWidgetItem()
            name.setFont(bold_font(self.font()))
            name.setToolTip(tool_tip(shown.name))
            count.setText(format_count(shown.count))
            count.setToolTip(tool_tip(f"{shown.name}: {describe_count(shown.count, 'example')}"))
            count.setData(_VALUE_ROLE, (shown.count / max(largest, 1), colors[row] if colors else ""))
            strip.setData(_VALUE_ROLE, shown.images)
            strip.setData(Qt.ItemDataRole.AccessibleTextRole, describe_count(len(shown.images), "example"))
            for column, item in enumerate((name, count, strip)):
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.setItem(row, column, item)
        self._fit()
        self.scrollToTop()

    def wanted_height(self) -> int:
        """Return the height at which all rows are visible, with the lowest rows."""
        return self.rowCount() * _ROW_HEIGHTS[0] + GRID // 2

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 2 * _ROW_HEIGHTS[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def example_at(self, place: QPoint) -> tuple[int, int] | None:
        """Return the class and the number of the example at a point of the viewport; None if there is none.

        Arguments:
            place: the point.
        """
        index = self.indexAt(place)
        if not index.isValid() or index.column() != _EXAMPLES:
            return None
        shown = self._classes[index.row()]
        for rect, number in zip(_strip_places(shown.images, self.visualRect(index)), shown.numbers, strict=False):
            if rect.contains(place):
                return index.row(), number
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        opens = self._has_images and (self.columnAt(place.x()) == _NAME or self.example_at(place) is not None)
        cursor = Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(cursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        if not self._has_images or event.button() != Qt.MouseButton.LeftButton:
            return
        example = self.example_at(place)
        if example is not None:
            self.example_opened.emit(*example)
        elif self.indexAt(place).column() == _NAME:
            self.opened.emit(self.rowAt(place.y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.opened.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        lowest, highest = _ROW_HEIGHTS if self._has_images else (_ROW_HEIGHTS[0], _ROW_HEIGHTS[0])
        room = self.viewport().height() // max(self.rowCount(), 1)
        self.verticalHeader().setDefaultSectionSize(min(max(room, lowest), highest))
        metrics = self.fontMetrics()
        names = (str(self.model().index(row, _NAME).data()) for row in range(self.rowCount()))
        widest = max(map(metrics.horizontalAdvance, names), default=0) + 2 * GRID
        self.setColumnWidth(_NAME, min(widest, _WIDEST_NAME, max(self.width() // 3, 4 * GRID)))
        self.setColumnWidth(_COUNT, _COUNT_WIDTH if self.width() >= _NARROW else _NARROW_COUNT_WIDTH)


class _BarDelegate(QStyledItemDelegate):
    """Paints the number of examples as a bar with the number beside it."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        share, color = index.data(_VALUE_ROLE)
        theme = current_theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(option.font))
        number_width = painter.fontMetrics().horizontalAdvance(str(index.data())) + GRID
        number_width = max(number_width, painter.fontMetrics().horizontalAdvance("00 000") + GRID)
        area = QRectF(option.rect).adjusted(0, 0, -GRID, 0)
        painter.setPen(QColor(theme.muted))
        text = QRectF(area.right() - number_width + GRID, area.top(), number_width - GRID / 2, area.height())
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), str(index.data()))
        track = QRectF(area.left(), 0, max(area.width() - number_width, 0), 6)
        track.moveTop(area.center().y() - 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(track, 3, 3)
        if share > 0:
            painter.setBrush(QColor(color or theme.accent))
            track.setWidth(max(track.width() * share, 3))
            painter.drawRoundedRect(track, 3, 3)
        painter.restore()


class _StripDelegate(QStyledItemDelegate):
    """Paints as many examples as fit beside each other."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        images: Sequence[QImage] = index.data(_VALUE_ROLE) or ()
        painter.save()
        for image, place in zip(images, _strip_places(images, option.rect), strict=False):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, place.width() < image.width())
            painter.drawImage(place, image)
        painter.restore()


def _strip_places(images: Sequence[QImage], cell: QRect) -> list[QRect]:
    """Return where the images of a strip are painted; those that do not fit are left out."""
    height, left, places = cell.height() - _GAP, cell.left(), []
    for image in images:
        width = max(round(height * image.width() / max(image.height(), 1)), 1)
        if left + width > cell.right() + 1:
            break
        places.append(QRect(left, cell.top() + _GAP // 2, width, height))
        left += width + _GAP
    return places
