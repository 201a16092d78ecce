"""A small table of coloured numbers: the window of a layer, its weights, or their products."""

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QAbstractItemView, QFrame, QSizePolicy, QTableView, QWidget

from app.formatting import format_number
from app.inspector.layouts import with_names
from app.widgets.images.image_list_model import Index
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID
from tinyml.core import Pair

_CELL = QSize(6 * GRID + GRID // 2, 3 * GRID)
"""Room for a number with its sign and, if it is small, two digits, in pixels."""
_DIGITS = 2
_MOST_VISIBLE = (7, 5)
"""Rows and columns that are visible without scrolling."""
_LIGHT_FROM = 140
"""Pixels at least this bright, of 255, get dark text."""


class _WindowModel(QAbstractTableModel):
    """The numbers of a window with their colours and places."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.values = np.zeros((0, 0))
        self.image = QImage()
        self.tips: dict[Pair, str] = {}
        self.bold: Pair | None = None
        self.fonts = QFont(), QFont()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the number, its colours, its font, or where it is read."""
        place = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return format_number(float(self.values[place]), _DIGITS)
            case Qt.ItemDataRole.BackgroundRole:
                return self._color(place)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor("#101318" if self._color(place).lightness() >= _LIGHT_FROM else "#ffffff")
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.FontRole:
                return self.fonts[place == self.bold]
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return f"{self.tips.get(place, '')}: {format_number(float(self.values[place]), 6)}"
        return None

    def _color(self, place: Pair) -> QColor:
        return self.image.pixelColor(place[1], place[0])


class WindowTable(QTableView):
    """Shows a two-dimensional array as coloured numbers. A large one scrolls.

    Arguments:
        object_name, accessible_name: Qt's names.
    """

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        with_names(self, object_name, accessible_name)
        self._model = _WindowModel(self)
        self._model.fonts = small_font(self.font()), bold_font(small_font(self.font()))
        self.setModel(self._model)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
        self.horizontalHeader().setDefaultSectionSize(_CELL.width())
        self.verticalHeader().setDefaultSectionSize(_CELL.height())
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    @property
    def values(self) -> np.ndarray:
        """`(h, w)` the numbers that are shown."""
        return self._model.values

    def show_values(self, values: np.ndarray, image: QImage, tips: dict[Pair, str], bold: Pair | None = None) -> None:
        """Show other numbers.

        Arguments:
            values: `(h, w)` the numbers.
            image: their colours, one pixel each; a null image if there are no numbers.
            tips: the tool tip of each row and column.
            bold: row and column of the number that is written bold; None for none.
        """
        self._model.beginResetModel()
        self._model.values, self._model.image, self._model.tips, self._model.bold = values, image, tips, bold
        self._model.endResetModel()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows, columns = (min(count, most) for count, most in zip(self.values.shape, _MOST_VISIBLE, strict=True))
        scrolls = self.values.shape[0] > rows or self.values.shape[1] > columns
        bar = self.verticalScrollBar().sizeHint().width() if scrolls else 0
        return QSize(max(columns, 1) * _CELL.width() + bar, max(rows, 1) * _CELL.height() + bar)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
