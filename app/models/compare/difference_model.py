"""Qt's model of the table of what changed between two files."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from app.formatting import format_count, format_number
from app.models.reading.name_tree import Part
from app.models.reading.tensor_index import TensorIndex
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import GRID, family_color
from tinyml.core import Shape, describe_shape
from tinyml.core.tensor_header import TensorHeader
from tinyml.storage import TensorChange

AnyIndex = QModelIndex | QPersistentModelIndex
"""The two kinds of index that Qt passes to a model."""
DIFFERENCE_ROLE = Qt.ItemDataRole.UserRole
NAME, SHAPE, MOVED, COSINE, LARGEST = range(5)
_FILE_ORDER = -1
_NO_PARENT = QModelIndex()
_LONGEST_NAME = 200


@dataclass(frozen=True)
class _Column:
    """Title, explanation and widest text of a column."""

    title: str
    tip: str
    widest: str = ""


COLUMNS = (
    _Column("Tensor", "Layer and parameter"),
    _Column("Shape", "Size of each axis"),
    _Column(
        "Moved (rel. L2)",
        "Relative L2: ‖{this} − {other}‖ / ‖{this}‖, how far the numbers moved, relative to their size in {this}",
    ),
    _Column("Cosine", "Cosine between the two: 1 for the same direction, 0 for none in common", "−0.000"),
    _Column("Largest change", "The largest absolute difference of two numbers", "−0.000e−00"),
)


class DifferenceModel(QAbstractTableModel):
    """One row for each tensor of two files. Rows are added while the files are compared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._column, self._descending = MOVED, True
        self._part: Part | None = None
        self._text, self._changed_only = "", False
        self.clear(TensorIndex(), {})

    def clear(
        self, index: TensorIndex, families: Mapping[str, str], names: tuple[str, str] = ("this", "the other")
    ) -> None:
        """Show no rows, before others are added.

        Arguments:
            index: the tensors of the shown file.
            families: the family of each layer, which gives its tensors their colour.
            names: of the shown file and of the other one, for the tool tips.
        """
        self.beginResetModel()
        self._index, self._families = index, dict(families)
        self._names = {"this": short(names[0]), "other": short(names[1])}
        self._rows: list[TensorChange] = []
        self._places: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        # The keys of each column, so that a table of many thousand rows sorts fast.
        self._keys: dict[int, list[float]] = {column: [] for column in (_FILE_ORDER, *range(len(COLUMNS)))}
        self._shown: NDArray[np.intp] = np.zeros(0, np.intp)
        self.endResetModel()

    def add(self, differences: Sequence[TensorChange]) -> None:
        """Add differences, in the order of the table.

        Arguments:
            differences: of tensors that have no row yet.
        """
        for row in differences:
            self._places[row.name] = len(self._rows)
            self._rows.append(row)
            self._counts[row.status] += 1
            for column, key in self._keys_of(row).items():
                self._keys[column].append(key)
        self._rearrange()

    def set_filter(self, text: str, part: Part | None, changed_only: bool) -> None:
        """Show only some of the tensors.

        Arguments:
            text: a part of their names, in any case.
            part: a part of the sorted names; None for all.
            changed_only: leave out those that are the same in both files.
        """
        wanted = (text.strip().casefold(), part, changed_only)
        if wanted != (self._text, self._part, self._changed_only):
            self._text, self._part, self._changed_only = wanted
            self._rearrange()

    def count_changes(self) -> dict[str, int]:
        """Return how many of the tensors compared so far were changed, added and so on."""
        return dict(self._counts)

    def difference(self, row: int) -> TensorChange:
        """Return what a `row` shows."""
        return self._rows[int(self._shown[row])]

    def shown_rows(self) -> Iterator[TensorChange]:
        """Return the rows of the table, in their order. Another thread may iterate over them."""
        rows, shown = list(self._rows), self._shown
        return (rows[place] for place in shown.tolist())

    def row_of(self, name: str) -> int:
        """Return the row of the tensor `name`; -1 if it has none."""
        found = np.flatnonzero(self._shown == self._places.get(name, -1))
        return int(found[0]) if found.size else -1

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self._rearrange()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.difference(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _write(row, column)
        if role == DIFFERENCE_ROLE:
            return row
        if role == Qt.ItemDataRole.DecorationRole and column == NAME and self._families:
            bar = QPixmap(GRID // 2, 2 * GRID)
            bar.fill(family_color(self._families.get(row.name.split(".")[0], "")))
            return bar
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{row.name}: {describe_change(row)}")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            # Not `format`: a name of a file may hold braces.
            tip = re.sub(r"\{(this|other)\}", lambda found: self._names[found[1]], COLUMNS[section].tip)
            return tool_tip(f"{tip}. Click to sort.")
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _rearrange(self) -> None:
        self.beginResetModel()
        keys = np.array(self._keys[self._column], np.float64)
        # Unknown numbers come last in both orders, because NumPy sorts NaN after all numbers.
        order = np.argsort(-keys if self._descending else keys, kind="stable")
        self._shown = order[self._passes()[order]]
        self.endResetModel()

    def _passes(self) -> NDArray[np.bool_]:
        """Return for each row whether it passes the filter."""
        passes = np.ones(len(self._rows), bool)
        if self._changed_only:
            passes &= np.fromiter((row.status != "same" for row in self._rows), bool, len(self._rows))
        if self._part is not None:
            ranks = np.array(self._keys[NAME], np.float64)
            passes &= (ranks >= self._part.start) & (ranks < self._part.stop)
        if self._text:
            passes &= np.fromiter((self._text in row.name.casefold() for row in self._rows), bool, len(self._rows))
        return passes

    def _keys_of(self, row: TensorChange) -> dict[int, float]:
        """Return what sorts a row by each column. Removed tensors come last in the order of names and of the file."""
        place, last = self._index.places.get(row.name), float(len(self._index.headers))
        return {
            _FILE_ORDER: last if place is None else float(self._index.order[place]),
            NAME: last if place is None else float(self._index.keys[0][place]),
            SHAPE: float(math.prod(_shape_of(row.second or row.first))),
            MOVED: _number(row.relative),
            COSINE: _number(row.cosine),
            LARGEST: _number(row.largest),
        }


def _shape_of(header: TensorHeader | None) -> Shape:
    return header.shape if header is not None else ()


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def describe_change(row: TensorChange) -> str:
    """Say in words what changed in a tensor.

    Arguments:
        row: the difference.
    """
    if row.status == "other shape":
        return f"{describe_shape(_shape_of(row.first))} became {describe_shape(_shape_of(row.second))}"
    if row.status == "added":
        return "only in this file"
    if row.status == "removed":
        return "only in the other file"
    if row.note:
        return row.note
    left_out = f"; {format_count(row.not_compared)} not finite, left out" if row.not_compared else ""
    return f"{row.status}{left_out}"


def write_tsv(rows: Iterable[TensorChange]) -> str:
    """Return differences as tab-separated text with a header line and full precision, for spreadsheets.

    Arguments:
        rows: the differences.
    """
    lines = ["\t".join(("Tensor", "Shape", "Change", "Relative L2", "Cosine", "Largest change"))]
    for row in rows:
        numbers = ("" if number is None else repr(number) for number in (row.relative, row.cosine, row.largest))
        # A name from a file may hold anything. A tab or a line break would break the table.
        name = " ".join(row.name.split())
        lines.append("\t".join((name, _write(row, SHAPE), " ".join(describe_change(row).split()), *numbers)))
    return "\n".join(lines) + "\n"


def _write(row: TensorChange, column: int) -> str:
    if column == NAME:
        return short(row.name, _LONGEST_NAME)
    if column == SHAPE:
        return describe_shape(_shape_of(row.second or row.first))
    if column == MOVED:
        measured = row.status == "changed"
        return format_number(row.relative) if measured else "same" if row.status == "same" else describe_change(row)
    value = row.cosine if column == COSINE else row.largest
    return "" if value is None else format_number(value)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (COSINE, LARGEST) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
