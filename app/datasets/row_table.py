"""All examples as rows of a table. Only the visible rows are read."""

from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from app.datasets.example_index import Example, ExampleIndex
from app.formatting import UNKNOWN, format_count, format_number
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID, current_theme
from tinyml.data import DataDescription
from tinyml.data.preprocessing import TableEncoding

Index = QModelIndex | QPersistentModelIndex

MOST_COLUMNS = 200
"""Largest number of columns."""
MOST_ROWS = 1_000_000
"""Largest number of rows."""
_MOST_MEASURED = 40
"""Columns after these have the usual width."""
_WIDEST = 20 * GRID


class RowTable(QTableView):
    """Shows the examples as they are in the data: numbers in their units, categories and classes by their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_rows")
        self.setAccessibleName("Rows of the data")
        self._model = RowModel(self)
        self._measured = True
        self.setModel(self._model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setProperty("roomy", True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        height = self.fontMetrics().height() + GRID
        self.verticalHeader().setSectionResizeMode(self.verticalHeader().ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(20)

    def show_rows(self, index: ExampleIndex | None, description: DataDescription | None) -> None:
        """Show other examples.

        Arguments:
            index: the examples; None for none.
            description: of the dataset; None for none.
        """
        self._model.use(index, description)
        self._measured = False
        if self.isVisible():
            self._measure()
        self.scrollToTop()

    @property
    def limits(self) -> str:
        """One sentence about what is left out; empty if everything is shown."""
        return self._model.limits

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()

    def _measure(self) -> None:
        """Give the first columns the width of their texts. This reads some rows, so a hidden table does not do it."""
        if self._measured:
            return
        self._measured = True
        for column in range(min(self._model.columnCount(), _MOST_MEASURED)):
            self.resizeColumnToContents(column)
            self.setColumnWidth(column, min(self.columnWidth(column), _WIDEST))


class RowModel(QAbstractTableModel):
    """The examples as a Qt model. It keeps the texts of the rows that were shown last."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._index: ExampleIndex | None = None
        self._description: DataDescription | None = None
        self._headings: tuple[str, ...] = ()
        self._right: tuple[bool, ...] = ()
        self.limits = ""
        self._texts = lru_cache(maxsize=500)(self._read)

    def use(self, index: ExampleIndex | None, description: DataDescription | None) -> None:
        """Show other examples.

        Arguments:
            index: the examples; None for none.
            description: of the dataset, for the headings; None for none.
        """
        self.beginResetModel()
        self._index, self._description = index, description
        self._texts.cache_clear()
        headings = _headings(description) if description is not None else ()
        self._headings = tuple(heading for heading, _ in headings)
        self._right = tuple(right for _, right in headings)
        self.limits = self._describe_limits()
        self.endResetModel()

    def _describe_limits(self) -> str:
        description, parts = self._description, []
        if description is not None and _input_count(description) > MOST_COLUMNS:
            parts.append(f"The first {MOST_COLUMNS} of {format_count(_input_count(description))} columns.")
        if self._index is not None and len(self._index) > MOST_ROWS:
            parts.append(f"The first {format_count(MOST_ROWS)} of {format_count(len(self._index))} rows.")
        return " ".join(parts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._index is None else min(len(self._index), MOST_ROWS)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return short(self._headings[section], 30)
        return str(self._index[section].number) if self._index is not None else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts(index.row())[index.column()]
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self._right[index.column()] else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if index.column() == len(self._headings) - 1:
                return QColor(current_theme().muted)  # the part
            case _:
                return None

    def _read(self, row: int) -> tuple[str, ...]:
        assert self._index is not None
        return row_texts(self._index[row])


def row_texts(example: Example) -> tuple[str, ...]:
    """Return the texts of an example: its inputs, its class or target numbers, and its part.

    Arguments:
        example: any example whose inputs are numbers.
    """
    description = example.dataset.description
    texts = _input_texts(example.inputs.reshape(-1), description)[:MOST_COLUMNS]
    if description.has_classes:
        texts.append(short(example.class_name))
    elif description.target == "label":
        texts += [_number_text(float(number)) for number in example.targets[:MOST_COLUMNS]]
    return (*texts, example.part)


def _input_texts(numbers: np.ndarray, description: DataDescription) -> list[str]:
    if not isinstance(description.encoding, TableEncoding):
        return [_number_text(float(number)) for number in numbers[:MOST_COLUMNS]]
    texts, place = [], 0
    for column in description.encoding.columns[:MOST_COLUMNS]:
        values = numbers[place : place + column.width]
        if not column.categories:
            texts.append(_number_text(float(values[0])))
        else:
            # A missing or unknown category is 0 everywhere.
            texts.append(short(column.categories[int(values.argmax())]) if values.any() else UNKNOWN)
        place += column.width
    return texts


def _headings(description: DataDescription) -> list[tuple[str, bool]]:
    """Return the heading of each column, and if its texts stand at the right."""
    if isinstance(description.encoding, TableEncoding):
        headings = [(column.name, not column.categories) for column in description.encoding.columns[:MOST_COLUMNS]]
    else:
        count = _input_count(description)
        names = description.input_names if len(description.input_names) == count else ()
        shown = min(count, MOST_COLUMNS)
        headings = [(names[place] if names else f"input {place + 1}", True) for place in range(shown)]
    if description.has_classes:
        headings.append((_class_heading(description), False))
    elif description.target == "label":
        count = int(np.prod(description.target_shape or (1,)))
        names = description.target_names if len(description.target_names) == count else ()
        shown = min(count, MOST_COLUMNS)
        headings += [(names[place] if names else f"target {place + 1}", True) for place in range(shown)]
    return [*headings, ("part", False)]


def _class_heading(description: DataDescription) -> str:
    """Return the name of the column of the classes."""
    targets = [column.name for column in description.columns if column.role == "target"]
    return (*targets, *description.target_names, "class")[0]


def _input_count(description: DataDescription) -> int:
    if isinstance(description.encoding, TableEncoding):
        return len(description.encoding.columns)
    return int(np.prod(description.example_shape))


def _number_text(number: float) -> str:
    return UNKNOWN if np.isnan(number) else format_number(number, 6, trailing_zeros=False)
