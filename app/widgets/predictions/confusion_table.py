"""The confusion matrix as a table of coloured cells."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from app.formatting import format_count
from app.widgets.predictions.confusion_model import ConfusionModel
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme

CORRECT_COLOR, MISTAKE_COLOR = SERIES_COLORS["training"], SERIES_COLORS["validation"]
"""Blue for the diagonal, orange for mistakes (Okabe and Ito)."""
SMALLEST_CELL = 9
"""Cells of a matrix with many classes become so small, in pixels; then the matrix scrolls."""
_LARGEST_CELL = 5 * GRID
_LONGEST_NAME, _SHORT_NAME = 11 * GRID, 6 * GRID
"""Room for the names of the classes, and in a compact matrix."""
_ON_BRIGHT, _ON_DARK = "#101318", "#ffffff"
_FAINTEST = 0.28
"""Strength of the colour of the smallest share that is not zero, of 1."""


class ConfusionTable(QTableView):
    """A cell for each pair of classes: row true, column predicted. Cells shrink with the number of classes.

    The diagonal is blue, mistakes are orange: the stronger, the larger the share of the true class. Cells that are
    large enough hold their count, so the matrix can be read without colours. Tool tips hold it always.

    Arguments:
        compact: True for a matrix that fills the width and is as high as its rows, instead of filling its room.

    Signals:
        cell_chosen(true, predicted): the user picked a cell with the mouse or the arrow keys.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact = compact
        if compact:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.confusion = ConfusionModel(self)
        self.setModel(self.confusion)
        self._colors = np.zeros((0, 0, 3), np.uint8)
        self._picture = QImage()
        self.setHorizontalHeader(_ClassHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(_ClassHeader(Qt.Orientation.Vertical, self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
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
        self._paint_picture()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all cells as one picture: a delegate would need a second for a hundred classes."""
        count, cell = len(self.confusion.names), self.cell_size
        if not count:
            return
        painter = QPainter(self.viewport())
        left, top = self.columnViewportPosition(0), self.rowViewportPosition(0)
        painter.drawImage(QRect(left, top, count * cell, count * cell), self._picture)
        if cell >= 2 * GRID:
            painter.setPen(QPen(QColor(current_theme().surface), 2))
            for place in range(count + 1):
                painter.drawLine(left + place * cell, top, left + place * cell, top + count * cell)
                painter.drawLine(left, top + place * cell, left + count * cell, top + place * cell)
        self._write_counts(painter, left, top)
        if self.cell is not None:
            painter.setPen(QPen(QColor(current_theme().text), 2))
            row, column = self.cell
            painter.drawRect(left + column * cell, top + row * cell, cell - 1, cell - 1)

    def _write_counts(self, painter: QPainter, left: int, top: int) -> None:
        """Write the counts into the visible cells, if they are large enough."""
        cell, room = self.cell_size, self.viewport().rect()
        painter.setFont(small_font(self.font()))
        metrics = painter.fontMetrics()
        if cell < metrics.height():
            return
        first = max(-left // cell, 0), max(-top // cell, 0)
        counts = self.confusion.counts[
            first[1] : (room.height() - top) // cell + 1, first[0] : (room.width() - left) // cell + 1
        ]
        bright = _luminance(self._colors) > _MIDDLE
        for row, column in np.argwhere(counts).tolist():
            text = format_count(int(counts[row, column]))
            row, column = row + first[1], column + first[0]
            if metrics.horizontalAdvance(text) <= cell:
                painter.setPen(QColor(_ON_BRIGHT if bright[row, column] else _ON_DARK))
                rect = QRect(left + column * cell, top + row * cell, cell, cell)
                painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_picture(self) -> None:
        """Make the picture of the cells, one pixel for each."""
        self._colors = np.ascontiguousarray(cell_colors(self.confusion.counts))
        rows, columns = self.confusion.counts.shape
        shared = QImage(self._colors.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        self._picture = shared.copy()
        self.viewport().update()

    def updateGeometries(self) -> None:  # noqa: N802, Qt names it
        """Leave out the button in the corner between the names, which does nothing."""
        super().updateGeometries()
        corner = self.findChild(QAbstractButton)
        if corner is not None:
            corner.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        elif event.type() == QEvent.Type.PaletteChange and self.confusion.names:
            self._paint_picture()

    def sizeHint(self) -> QSize:
        """Return the room for cells in which three digits fit."""
        if self._compact:
            return QSize(0, self.height())
        side = len(self.confusion.names) * 3 * GRID + _LONGEST_NAME
        return QSize(min(side, 60 * GRID), min(side, 60 * GRID))

    def _fit(self) -> None:
        """Choose the size of the cells: as large as there is room for."""
        count = len(self.confusion.names)
        if not count:
            return
        metrics = self.fontMetrics()
        longest = max(metrics.horizontalAdvance(name) for name in self.confusion.names) + GRID
        across = min(longest, _SHORT_NAME if self._compact else _LONGEST_NAME)
        room = self._room(across, metrics.height() + GRID)
        cell = min(max(room // count, SMALLEST_CELL), _LARGEST_CELL)
        # Names that do not fit into a column are written upwards.
        upwards = longest > cell and cell >= SMALLEST_CELL
        if upwards:
            room = self._room(across, across)
            cell = min(max(room // count, SMALLEST_CELL), _LARGEST_CELL)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(SMALLEST_CELL)
            header.setDefaultSectionSize(cell)
        self.horizontalHeader().setFixedHeight(across if upwards else metrics.height() + GRID // 2)
        self.verticalHeader().setFixedWidth(across)
        if self._compact:
            self.setFixedHeight(self.horizontalHeader().height() + count * cell)

    def _room(self, left: int, top: int) -> int:
        """Return the width and height of the cells, with so much room for the names at the left and at the top."""
        return self.width() - left if self._compact else min(self.width() - left, self.height() - top)

    @Slot(QModelIndex)
    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.cell_chosen.emit(index.row(), index.column())


class _ClassHeader(QHeaderView):
    """Names of the classes; upwards where a column is narrow, and only every second or third where rows are low."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.viewport().setAutoFillBackground(False)
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


def cell_colors(counts: np.ndarray) -> np.ndarray:
    """Return the colour of each cell in the current theme, `(classes, classes, 3)` bytes: red, green, blue.

    Arguments:
        counts: `(classes, classes)`; row: the true class, column: the predicted one.
    """
    theme, diagonal = current_theme(), np.eye(len(counts), dtype=bool)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    largest_mistake = max(float(np.where(diagonal, 0, shares).max(initial=0)), _SMALLEST_SCALE)
    strengths = _FAINTEST + (1 - _FAINTEST) * np.where(diagonal, shares, shares / largest_mistake)
    full = np.where(diagonal[..., np.newaxis], _rgb(CORRECT_COLOR), _rgb(MISTAKE_COLOR))
    mixed = strengths[..., np.newaxis] * full + (1 - strengths[..., np.newaxis]) * _rgb(theme.surface)
    chosen: np.ndarray = np.where((counts > 0)[..., np.newaxis], mixed, _rgb(theme.track))
    rounded: np.ndarray = np.rint(chosen).astype(np.uint8)
    return rounded


def _rgb(color: str) -> np.ndarray:
    parsed = QColor(color)
    return np.array([parsed.red(), parsed.green(), parsed.blue()], np.float64)


def _luminance(colors: np.ndarray) -> np.ndarray:
    """Return the relative luminance of `(…, 3)` colours, 0 to 1 (WCAG 2.1)."""
    channels = colors / 255
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance: np.ndarray = linear @ np.array([0.2126, 0.7152, 0.0722])
    return luminance


_MIDDLE = 0.18
"""On a colour with this luminance, black and white text have the same contrast."""
_SMALLEST_SCALE = 0.02
"""A class of which less than this share is mistaken has pale mistakes."""
