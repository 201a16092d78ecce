"""The tensors of a file as a table that can be sorted, filtered and copied, also when there are many thousands."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.widgets.formatting import format_count, format_number
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import current_theme
from tinyml.core import describe_shape
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

AnyIndex = QModelIndex | QPersistentModelIndex
Keys = NDArray[np.float64]
_NO_PARENT = QModelIndex()
_LONGEST_NAME = 200
_DIGITS = 4
"""Significant digits of a statistic."""
_CHUNK = 2000
"""Tensors that are handled at a time: sorting keeps the interpreter, and with it the window, until it is done."""


@dataclass(frozen=True)
class Row:
    """One tensor: what the header says, and the numbers when they are known."""

    header: TensorHeader
    summary: TensorSummary | None = None


@dataclass(frozen=True)
class _Column:
    """How a column is called, explained, written and copied.

    Attributes:
        statistic: attribute of the summary that the column shows; empty for what the header says.
        widest: a text as wide as the column should be, if the title is not.
    """

    title: str
    tip: str
    write: Callable[[Row], str]
    copy: Callable[[Row], str]
    number: bool = True
    statistic: str = ""
    widest: str = ""


def _statistic(title: str, tip: str, name: str) -> _Column:
    def value(row: Row) -> float | None:
        found: float | None = getattr(row.summary, name, None)
        return found

    def write(row: Row) -> str:
        found = value(row)
        return "" if found is None else format_number(found, _DIGITS)

    def copy(row: Row) -> str:
        found = value(row)
        return "" if found is None else repr(found)

    return _Column(title, tip, write, copy, statistic=name, widest="−0.0000e−00")


def _non_finite(row: Row) -> str:
    return "" if row.summary is None else format_count(row.summary.non_finite)


COLUMNS = (
    _Column(
        "Name",
        "Layer and parameter",
        lambda row: short(row.header.name, _LONGEST_NAME),
        # A name may hold anything; a tab or a line break would tear the table.
        lambda row: " ".join(row.header.name.split()),
        number=False,
    ),
    _Column(
        "Shape",
        "Size of each axis",
        lambda row: describe_shape(row.header.shape),
        lambda row: describe_shape(row.header.shape),
    ),
    _Column("Type", "Type of the numbers", lambda row: row.header.dtype, lambda row: row.header.dtype, number=False),
    _Column(
        "Count", "How many numbers", lambda row: format_count(row.header.count), lambda row: repr(row.header.count)
    ),
    _statistic("Min", "Smallest finite number", "minimum"),
    _statistic("Max", "Largest finite number", "maximum"),
    _statistic("Mean", "Mean of the finite numbers", "mean"),
    _statistic("Std", "Standard deviation of the finite numbers", "standard_deviation"),
    _Column(
        "Non-finite",
        "How many numbers are NaN or infinite",
        _non_finite,
        lambda row: "" if row.summary is None else repr(row.summary.non_finite),
        statistic="non_finite",
    ),
)
_FROM_HEADER = sum(not column.statistic for column in COLUMNS)
_NAME = 0


@dataclass(frozen=True)
class SummaryBatch:
    """Numbers of some tensors, ready to be put into the table.

    Attributes:
        summaries: one for each of the tensors.
        places: `(n,)` their places in the file.
        statistics: `(columns, n)` what the columns of statistics are sorted by; NaN where a tensor has no such number.
    """

    summaries: tuple[TensorSummary, ...]
    places: NDArray[np.intp]
    statistics: Keys


@dataclass(frozen=True)
class TensorIndex:
    """Everything the table needs to list, sort and filter the tensors of a file; made off the GUI thread.

    Attributes:
        headers: one entry for each tensor, in the order of the file.
        folded_names: their names without regard to case, for the filter.
        keys: `(4, tensors)` numbers that sort by name, shape, type and count.
        places: position of each tensor by its name.
        parameter_count: elements of all tensors together.
    """

    headers: tuple[TensorHeader, ...] = ()
    folded_names: tuple[str, ...] = ()
    keys: Keys = field(default_factory=lambda: np.empty((_FROM_HEADER, 0)))
    places: dict[str, int] = field(default_factory=dict)
    parameter_count: int = 0

    def batch(self, summaries: Sequence[TensorSummary]) -> SummaryBatch:
        """Prepare summaries for the table. Tensors that the file has gained since it was opened are left out."""
        found = tuple(summary for summary in summaries if summary.name in self.places)
        places = np.fromiter((self.places[summary.name] for summary in found), np.intp, len(found))
        statistics = [[getattr(summary, column.statistic) for summary in found] for column in COLUMNS[_FROM_HEADER:]]
        return SummaryBatch(found, places, np.array(statistics, np.float64))


def index_tensors(headers: Sequence[TensorHeader], pause: Callable[[], None] = lambda: None) -> TensorIndex:
    """Compute everything that takes time for many tensors; call it off the GUI thread.

    Arguments:
        headers: one entry for each tensor.
        pause: called every few milliseconds, to let the window go first.
    """

    def with_pauses(values: Iterable[Any]) -> Iterator[Any]:
        for number, value in enumerate(values):
            if number % _CHUNK == 0:
                pause()
            yield value

    names = tuple(header.name.casefold() for header in with_pauses(headers))
    counts = [header.count for header in with_pauses(headers)]
    keys = np.empty((_FROM_HEADER, len(headers)))
    keys[0] = _ranks([_natural(name) for name in with_pauses(names)], with_pauses)
    keys[1] = _ranks([header.shape for header in headers], with_pauses)
    keys[2] = _ranks([header.dtype for header in headers], with_pauses)
    keys[3] = counts
    places = {header.name: place for place, header in enumerate(headers)}
    return TensorIndex(tuple(headers), names, keys, places, sum(counts))


class TensorTable(QAbstractTableModel):
    """One row for each tensor of a file that passes the filter; the numbers come in while the file is read.

    A row of the table and the place of its tensor in the file are translated by `place_of` and `row_of`. Whenever rows
    move, the table is reset: the view selects again what was selected.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._column, self._descending = _NAME, False
        self._filter = ""
        self._changed_since_sorting = False
        self.set_tensors(TensorIndex())

    @property
    def known(self) -> int:
        """How many tensors have been summarised."""
        return int(np.count_nonzero(self._is_known))

    @property
    def index_of_file(self) -> TensorIndex:
        """All tensors of the file."""
        return self._index

    def tensor(self, place: int) -> Row:
        """Return one tensor by its place in the file."""
        return Row(self._index.headers[place], self._summaries[place])

    def place_of(self, row: int) -> int:
        """Return the place in the file of the tensor in a row of the table."""
        return int(self._shown[row])

    def row_of(self, place: int) -> int:
        """Return the row of the table that shows a tensor, or -1 if the filter leaves it out."""
        found = np.flatnonzero(self._shown == place)
        return int(found[0]) if found.size else -1

    def set_tensors(self, index: TensorIndex) -> None:
        """Show another file; its numbers are not known yet."""
        self.beginResetModel()
        self._index = index
        self._summaries: list[TensorSummary | None] = [None] * len(index.headers)
        self._statistics = np.full((len(COLUMNS) - _FROM_HEADER, len(index.headers)), np.nan)
        self._is_known = np.zeros(len(index.headers), bool)
        self._arrange()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only tensors whose name contains `text`, without regard to case."""
        text = text.strip().casefold()
        if text != self._filter:
            self._filter = text
            self._rearrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = max(column, _NAME), order == Qt.SortOrder.DescendingOrder
        self._rearrange()

    def sort_again(self) -> None:
        """Put the rows in order again if numbers came in that the table is sorted by."""
        if self._changed_since_sorting:
            self._rearrange()

    def add_summaries(self, batch: SummaryBatch) -> None:
        """Fill in the numbers of more tensors."""
        if not batch.summaries:
            return
        for place, summary in zip(batch.places.tolist(), batch.summaries, strict=True):
            self._summaries[place] = summary
        self._statistics[:, batch.places] = batch.statistics
        self._is_known[batch.places] = True
        self._changed_since_sorting |= self._column >= _FROM_HEADER
        if len(self._shown):
            self.dataChanged.emit(self.index(0, _FROM_HEADER), self.index(len(self._shown) - 1, len(COLUMNS) - 1))

    def shown_rows(self) -> Iterator[Row]:
        """Return the rows that are shown now, in their order; they may be made in another thread."""
        index, summaries, shown = self._index, list(self._summaries), self._shown
        return (Row(index.headers[place], summaries[place]) for place in shown.tolist())

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.tensor(self.place_of(index.row())), COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.write(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip((row.summary.note if row.summary else "") or f"{row.header.name}: {column.tip.lower()}")
        if role == Qt.ItemDataRole.ForegroundRole and row.summary and row.summary.non_finite and column is COLUMNS[-1]:
            return QColor(current_theme().danger)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{COLUMNS[section].tip}. Click to sort."
        return None

    def _rearrange(self) -> None:
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        """Find the tensors that pass the filter, in the order of the chosen column."""
        keys = self._keys(self._column)
        # What is not known comes last in either order: NumPy sorts NaN behind all numbers.
        order = np.argsort(-keys if self._descending else keys, kind="stable")
        if self._filter:
            passes = np.fromiter((self._filter in name for name in self._index.folded_names), bool, len(order))
            order = order[passes[order]]
        self._shown = order
        self._changed_since_sorting = False

    def _keys(self, column: int) -> Keys:
        keys: Keys = self._index.keys[column] if column < _FROM_HEADER else self._statistics[column - _FROM_HEADER]
        return keys


def write_tsv(rows: Iterable[Row]) -> str:
    """Write rows as tab-separated text with a header and full precision, for spreadsheets."""
    lines = ["\t".join(column.title for column in COLUMNS)]
    lines.extend("\t".join(column.copy(row) for column in COLUMNS) for row in rows)
    return "\n".join(lines) + "\n"


def _natural(text: str) -> str:
    """Return what sorts block.2 before block.10: each number gets its number of digits in front."""
    return re.sub(r"\d+", lambda digits: f"{len(digits[0].lstrip('0')):05}{digits[0].lstrip('0')}", text)


def _ranks(values: Sequence[Any], with_pauses: Callable[[Iterable[Any]], Iterator[Any]]) -> NDArray[np.intp]:
    """Return the position of each value among the different ones, in rising order."""
    distinct = list(set(values))
    runs = [sorted(distinct[start : start + _CHUNK]) for start in range(0, len(distinct), _CHUNK)]
    rank = {value: position for position, value in enumerate(with_pauses(merge(*runs)))}
    return np.fromiter((rank[value] for value in with_pauses(values)), np.intp, len(values))
