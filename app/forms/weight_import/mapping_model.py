"""The rows of the table of an import: each tensor of the network with the tensor of the file that it gets."""

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from app.formatting import format_count
from app.forms.weight_import.import_target import Proposal
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import current_theme
from tinyml.core import Shape, describe_shape
from tinyml.storage.weight_mapping import WeightMapping, WeightPair, counts_batches, shape_before_transposing

PARAMETER, SHAPE, SOURCE, SOURCE_SHAPE, CONVERSION, REASON = range(6)
_TITLES = ("parameter", "shape", "tensor of the file", "its shape", "conversion", "paired by")
_TIPS = (
    "Name in the network of the builder",
    "Shape in the network",
    "The tensor that the parameter gets. Click, or press F2 or Enter, to choose another one",
    "Shape of that tensor in the file",
    "What happens to the numbers",
    "Why these two were paired",
)
_REASONS = {"name": "equal names", "order": "order and shape", "chosen": "your choice", "": ""}
_MOST_CHOICES = 1_000
"""Longer lists would open slowly. The tensors that are not used yet come first."""

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True)
class Choice:
    """What a parameter of the network can get.

    Attributes:
        text: for the list of choices.
        source: name of the tensor in the file; None to keep the present numbers.
        transposed: True to change the order of its axes, see `tinyml.storage.weight_mapping.transposed_shape`.
    """

    text: str
    source: str | None = None
    transposed: bool = False


class MappingModel(QAbstractTableModel):
    """The pairs of a mapping. The tensor of the file can be edited: its value is a `Choice`.

    Signals:
        mapping_changed(): `mapping` changed.
    """

    mapping_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._proposal = Proposal(WeightMapping((), {}), {})
        self._mapping = self._proposal.mapping
        self._names: dict[Shape, list[str]] = {}

    @property
    def mapping(self) -> WeightMapping:
        """The mapping with all choices of the user."""
        return self._mapping

    def set_proposal(self, proposal: Proposal) -> None:
        """Show what is proposed for another file.

        Arguments:
            proposal: the mapping, and the types of the tensors.
        """
        self.beginResetModel()
        self._proposal, self._mapping, self._names = proposal, proposal.mapping, {}
        for name, shape in proposal.mapping.sources.items():
            if not counts_batches(name):
                self._names.setdefault(shape, []).append(name)
        self.endResetModel()
        self.mapping_changed.emit()

    def choices(self, row: int) -> list[Choice]:
        """Return what the parameter in a `row` can get; its present tensor and the unused ones first."""
        pair = self._mapping.pairs[row]
        users = {other.source: other.target for other in self._mapping.pairs if other.source is not None}
        found = [Choice("Keep the present numbers")]
        if pair.source is not None and self._mapping.problem_of(pair):
            shape = describe_shape(self._mapping.sources[pair.source])
            found.append(Choice(f"{short(pair.source)} ({shape}, does not fit)", pair.source, pair.transposed))
        fitting = [(name, False) for name in self._names.get(pair.shape, ())]
        if len(pair.shape) > 1:
            fitting += [(name, True) for name in self._names.get(shape_before_transposing(pair.shape), ())]
        present = (pair.source, pair.transposed)
        fitting.sort(key=lambda choice: (choice != present, users.get(choice[0], pair.target) != pair.target))
        for name, transposed in fitting[:_MOST_CHOICES]:
            words = [short(name), "transposed"] if transposed else [short(name)]
            if users.get(name, pair.target) != pair.target:
                words.append(f"now for {short(users[name])}")
            found.append(Choice(" – ".join(words), name, transposed))
        return found

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._mapping.pairs)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.column() == SOURCE else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        pair, column = self._mapping.pairs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._write(pair, column)
        if role == Qt.ItemDataRole.EditRole and column == SOURCE:
            return Choice("", pair.source, pair.transposed)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._mapping.problem_of(pair) or self._explain(pair, column))
        if role == Qt.ItemDataRole.ForegroundRole and column in (SOURCE, CONVERSION):
            theme = current_theme()
            if self._mapping.problem_of(pair):
                return QColor(theme.danger)
            return QColor(theme.muted) if pair.kept else None
        return None

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not isinstance(value, Choice) or index.column() != SOURCE:
            return False
        pair, before = self._mapping.pairs[index.row()], self._mapping
        if (value.source, value.transposed, value.source is None) == (pair.source, pair.transposed, pair.kept):
            return True  # An editor that loses the focus is no choice.
        if value.source is None:
            self._mapping = before.with_kept(pair.target)
        else:
            self._mapping = before.with_source(pair.target, value.source, value.transposed)
        # The choice may have taken the tensor from another row.
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
        self.mapping_changed.emit()
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        texts = {Qt.ItemDataRole.DisplayRole: _TITLES, Qt.ItemDataRole.ToolTipRole: _TIPS}.get(Qt.ItemDataRole(role))
        return texts[section] if texts is not None else None

    def _write(self, pair: WeightPair, column: int) -> str:
        if column == PARAMETER:
            return short(pair.target)
        if column == SHAPE:
            return describe_shape(pair.shape)
        if column == REASON:
            return _REASONS[pair.reason]
        if column == CONVERSION:
            return self._convert(pair)
        if pair.source is None:
            return ("present numbers" if pair.kept else "choose …") if column == SOURCE else ""
        return short(pair.source) if column == SOURCE else describe_shape(self._mapping.sources[pair.source])

    def _convert(self, pair: WeightPair) -> str:
        """Say in words what happens to the numbers of a pair."""
        if pair.kept:
            return "kept"
        if pair.source is None:
            return "gets nothing"
        if self._mapping.problem_of(pair):
            return "does not fit"
        stored, precision = self._proposal.types[pair.source], self._proposal.precision
        words = ["transposed"] if pair.transposed else []
        words += [f"{stored} to {precision}"] if stored != precision else []
        return ", ".join(words) or "as it is"

    def _explain(self, pair: WeightPair, column: int) -> str:
        if column == SOURCE and pair.source is not None:
            return f"{pair.source}: {format_count(math.prod(pair.shape))} numbers. Click to choose another tensor."
        return pair.target if column == PARAMETER else _TIPS[column]
