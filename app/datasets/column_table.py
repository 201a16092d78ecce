"""The columns of a dataset as a table: name, kind, role, range, missing values and a histogram."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.datasets.column_rows import ColumnRow
from app.formatting import format_count
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.class_colors import class_color
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID, current_theme

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
"""Role under which the model returns the whole `ColumnRow`."""
_HEADINGS = ("column", "histogram", "values", "missing", "role", "kind")
_NAME, _HISTOGRAM, _VALUES, _MISSING, _ROLE, _KIND = range(6)
_ROW_HEIGHT = 5 * GRID
_HISTOGRAM_WIDTHS = (18 * GRID, 40 * GRID)
"""Width of the histograms in a narrow and in a wide table."""
_WIDEST_NAME = 26 * GRID
_MOST_MEASURED = 200
"""The widths of the columns are those of this many rows at most."""


class ColumnTable(QTableView):
    """Shows one line for each column of a dataset."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_columns")
        self.setAccessibleName("Columns of the data")
        self._model = ColumnModel(self)
        self._name_width = 8 * GRID
        self.setModel(self._model)
        self.setItemDelegateForColumn(_HISTOGRAM, _HistogramDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("roomy", True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(_MOST_MEASURED)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_columns(self, rows: Sequence[ColumnRow]) -> None:
        """Show other columns.

        Arguments:
            rows: one for each column.
        """
        self._model.use(rows)
        for column in (_NAME, _VALUES, _MISSING, _ROLE, _KIND):
            self.resizeColumnToContents(column)
        self._name_width = min(self.columnWidth(_NAME), _WIDEST_NAME)
        self._fit()
        self.scrollToTop()

    @property
    def rows(self) -> tuple[ColumnRow, ...]:
        """The shown columns."""
        return self._model.rows

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the histograms the width that the texts leave."""
        self.setColumnWidth(_NAME, min(self._name_width, max(self.width() // 3, 8 * GRID)))
        texts = sum(self.columnWidth(column) for column in (_NAME, _VALUES, _MISSING, _ROLE, _KIND))
        narrow, wide = _HISTOGRAM_WIDTHS
        self.setColumnWidth(_HISTOGRAM, min(max(self.viewport().width() - texts, narrow), wide))


class ColumnModel(QAbstractTableModel):
    """The columns as a Qt model."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[ColumnRow, ...] = ()

    def use(self, rows: Sequence[ColumnRow]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole if column != _HISTOGRAM:
                missing = format_count(row.missing) if row.missing else "none"
                return (short(row.name), "", row.values, missing, row.role, row.kind)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip({_NAME: row.name, _HISTOGRAM: row.about}.get(column, "")) or None
            case Qt.ItemDataRole.AccessibleTextRole if column == _HISTOGRAM:
                return short(row.about) or "no histogram"
            case Qt.ItemDataRole.FontRole if column == _NAME:
                return bold_font(self._font())
            case Qt.ItemDataRole.ForegroundRole:
                return self._color(row, column)
            case _:
                return row if role == ROW_ROLE else None

    def _font(self) -> Any:
        view = self.parent()
        assert isinstance(view, QWidget)
        return view.font()

    def _color(self, row: ColumnRow, column: int) -> QColor | None:
        theme = current_theme()
        if column == _MISSING and row.missing:
            return QColor(theme.warning)
        if column in (_KIND, _ROLE, _MISSING) or row.role == "unused":
            return QColor(theme.muted)
        return None


class _HistogramDelegate(QStyledItemDelegate):
    """Paints a histogram; the bars of the classes are stacked in their colours."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)  # the selection
        row: ColumnRow = index.data(ROW_ROLE)
        bins = row.bars.shape[1]
        if not bins:
            return
        theme, totals = current_theme(), row.bars.sum(axis=0)
        area = QRectF(option.rect).adjusted(GRID, GRID / 2, -GRID, -GRID / 2)
        width, scale = area.width() / bins, area.height() / max(int(totals.max()), 1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), QColor(theme.border))
        painter.setPen(Qt.PenStyle.NoPen)
        for place in np.flatnonzero(totals):
            left, bottom = area.left() + float(place) * width, area.bottom()
            for group, count in enumerate(row.bars[:, place]):
                height = max(float(count) * scale, 1.0) if count else 0.0
                painter.setBrush(QColor(class_color(group) if row.by_class else theme.accent))
                painter.drawRect(QRectF(left + 0.5, bottom - height, max(width - 1, 1), height))
                bottom -= height
        painter.restore()
