"""The confusion matrix as a table of coloured cells."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
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

from app.monitor.predictions.confusion_model import ConfusionModel, Index
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

CORRECT_COLOR, MISTAKE_COLOR = SERIES_COLORS["training"], SERIES_COLORS["validation"]
"""Blue for the diagonal, orange for mistakes (Okabe and Ito)."""
SMALLEST_CELL = 9
"""Cells of a matrix with many classes become so small, in pixels; then the matrix scrolls."""
_LARGEST_CELL = 5 * GRID
_LONGEST_NAME = 11 * GRID
_FAINTEST = 0.28
"""Strength of the colour of the smallest share that is not zero, of 1."""


class ConfusionTable(QTableView):
    """A cell for each pair of classes: row true, column predicted. Cells shrink with the number of classes.

    The diagonal is blue, mistakes are orange: the stronger, the larger the share of the true class. Cells that are
    large enough hold their count, so the matrix can be read without colours. Tool tips hold it always.

    Signals:
        cell_chosen(true, predicted): the user picked a cell with the mouse or the arrow keys.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.confusion = ConfusionModel(self)
        self.setModel(self.confusion)
        self.setItemDelegate(_CellDelegate(self))
        self.setHorizontalHeader(_ClassHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(_ClassHeader(Qt.Orientation.Vertical, self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        for set_mode in (self.setHorizontalScrollMode, self.setVerticalScrollMode):
            set_mode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def cell(self) -> tuple[int, int] | None:
        """The picked cell as (true, predicted), or None."""
        index = self.currentIndex()
        return (index.row(), index.column()) if index.isValid() else None

    @property
    def cell_size(self) -> int:
        """Width and height of a cell in pixels."""
        return self.horizontalHeader().defaultSectionSize()

    def show_counts(self, counts: np.ndarray, names: tuple[str, ...]) -> None:
        """Show other counts.

        Arguments:
            counts: `(classes, classes)`; row: the true class, column: the predicted one.
            names: of the classes.
        """
        self.confusion.show_counts(counts, names)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def sizeHint(self) -> QSize:
        """Return the room for cells in which three digits fit."""
        side = len(self.confusion.names) * 3 * GRID + _LONGEST_NAME
        return QSize(min(side, 60 * GRID), min(side, 60 * GRID))

    def _fit(self) -> None:
        """Choose the size of the cells: as large as there is room for."""
        count = len(self.confusion.names)
        if not count:
            return
        metrics = self.fontMetrics()
        longest = max(metrics.horizontalAdvance(name) for name in self.confusion.names) + GRID
        across = min(longest, _LONGEST_NAME)
        room = min(self.width() - across, self.height() - metrics.height() - GRID)
        cell = min(max(room // count, SMALLEST_CELL), _LARGEST_CELL)
        # Names that do not fit into a column are written upwards.
        upwards = longest > cell and cell >= SMALLEST_CELL
        if upwards:
            room = min(self.width() - across, self.height() - across)
            cell = min(max(room // count, SMALLEST_CELL), _LARGEST_CELL)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(SMALLEST_CELL)
            header.setDefaultSectionSize(cell)
        self.horizontalHeader().setFixedHeight(across if upwards else metrics.height() + GRID // 2)
        self.verticalHeader().setFixedWidth(across)

    @Slot(QModelIndex)
    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.cell_chosen.emit(index.row(), index.column())


class _CellDelegate(QStyledItemDelegate):
    """Paints a cell with its colour, its count and a frame if it is picked."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, table = current_theme(), self.parent()
        assert isinstance(table, ConfusionTable), "the table makes this delegate"
        model, row, column = table.confusion, index.row(), index.column()
        share, correct = model.share(row, column), row == column
        fill = QColor(theme.track)
        if model.counts[row, column]:
            scale = 1.0 if correct else max(model.largest_mistake, 0.02)
            strength = _FAINTEST + (1 - _FAINTEST) * share / scale
            fill = _blend(QColor(CORRECT_COLOR if correct else MISTAKE_COLOR), QColor(theme.surface), strength)
        gap = 1 if option.rect.width() >= 2 * GRID else 0
        rect = option.rect.adjusted(gap, gap, -gap, -gap)
        painter.save()
        painter.fillRect(rect, fill)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        text = index.data() or ""
        painter.setFont(small_font(option.font))
        if painter.fontMetrics().horizontalAdvance(text) <= rect.width():
            painter.setPen(QColor("#101318") if _luminance(fill) > _MIDDLE else QColor("#ffffff"))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.restore()


class _ClassHeader(QHeaderView):
    """Names of the classes; upwards where a column is narrow, and only every second or third where rows are low."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side = "predicted" if orientation == Qt.Orientation.Horizontal else "true"
        self.setObjectName(f"confusion_{side}")
        self.setAccessibleName(f"{side} classes")

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802, Qt names it
        """Write the name of a class, if there is room for it."""
        across = self.orientation() == Qt.Orientation.Horizontal
        painter.setFont(small_font(self.font()))
        metrics = painter.fontMetrics()
        upwards = across and self.height() > 1.5 * self.fontMetrics().height()
        cell = self.defaultSectionSize()
        needed = metrics.height() if upwards or not across else 1
        if logical % max(math.ceil(needed / cell), 1):
            return
        painter.setPen(QColor(current_theme().muted))
        name = str(self.model().headerData(logical, self.orientation()))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if upwards:
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.translate(rect.center().x(), rect.bottom() - GRID // 2)
            painter.rotate(-90)
            room = QRect(0, -metrics.height() // 2, self.height() - GRID // 2, metrics.height())
        elif across:
            flags = Qt.AlignmentFlag.AlignCenter
            room = rect
        else:
            excess = max(metrics.height() - rect.height(), 0)
            room = rect.adjusted(0, -(excess // 2), -GRID // 2, excess - excess // 2)
        painter.drawText(room, int(flags), metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room.width()))


def _blend(color: QColor, ground: QColor, strength: float) -> QColor:
    """Mix two colours; `strength`, 0 to 1, is the part of the first one."""
    parts = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(first * strength + second * (1 - strength)) for first, second in parts))


def _luminance(color: QColor) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.1)."""
    channels = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


_MIDDLE = 0.18
"""On a colour with this luminance, black and white text have the same contrast."""
