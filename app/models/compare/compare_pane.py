"""What changed between the shown file and another one."""

from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.formatting import format_count
from app.models.compare.difference_model import DifferenceModel, write_tsv
from app.models.compare.difference_table import DifferenceTable
from app.models.state.models_state import ModelsState
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.storage import TensorChange

_REFRESH_MS = 200
"""Milliseconds between two additions to the table."""
_FILTER_MS = 150
"""Milliseconds without a key before the table is filtered."""
_ORDER = ("changed", "same", "added", "removed", "other shape", "unreadable")


class ComparePane(QWidget):
    """Shows the table of the comparison, with its filters.

    Arguments:
        state: the state of the page.

    Attributes:
        model: what changed.
        table: the table.
        filter_field: a part of the names.
        changed_box: leaves out what is the same.
        counts: how many tensors were changed, added and so on.
        copy_button: copies the table.

    Signals:
        copied(sentence): the table is on the clipboard.
    """

    copied = Signal(str)

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_compare_pane")
        self._state = state
        self._waiting: list[TensorChange] = []
        self.model = DifferenceModel(self)
        self.table = DifferenceTable(self.model)
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._filter_timer = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self.filter_field = QLineEdit()
        self.filter_field.setObjectName("models_compare_filter")
        self.filter_field.setAccessibleName("Filter the compared tensors by name")
        self.filter_field.setPlaceholderText("Filter by name…")
        self.filter_field.setClearButtonEnabled(True)
        self.changed_box = QCheckBox("Only what differs")
        self.changed_box.setObjectName("models_changed_only")
        self.changed_box.setToolTip("Leave out tensors that are the same in both files")
        self.counts = make_label("models_changes", "", "muted", selectable=True, ignores_width=True)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setObjectName("models_compare_progress")
        self.progress.setAccessibleName("Tensors compared")
        self.progress.setMaximumWidth(16 * GRID)
        self.copy_button = QPushButton("Copy table")
        self.copy_button.setObjectName("models_compare_copy")
        self.copy_button.setToolTip("Copy the rows for a spreadsheet (Ctrl+C)")
        self.copy_button.setProperty("flat", True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        filters, below = QHBoxLayout(), QHBoxLayout()
        filters.setSpacing(GRID)
        filters.addWidget(self.filter_field, 1)
        filters.addWidget(self.changed_box)
        below.addWidget(self.counts, 1)
        below.addWidget(self.progress)
        below.addWidget(self.copy_button)
        self.table.setMinimumHeight(10 * GRID)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        add_layout(column, filters)
        column.addWidget(self.table, 1)
        add_layout(column, below)

    def _connect(self) -> None:
        state, comparison = self._state, self._state.comparison
        comparison.changed.connect(self._on_changed)
        comparison.found.connect(self._on_found)
        comparison.completed.connect(self._on_timer_timeout)
        state.selected_changed.connect(self._on_selected_changed)
        state.part_changed.connect(self._on_filter_timer_timeout)
        self.table.tensor_selected.connect(self._on_tensor_selected)
        self.table.copy_requested.connect(self.copy_table)
        self.copy_button.clicked.connect(self.copy_table)
        comparison.written.connect(self._on_written)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._filter_timer.timeout.connect(self._on_filter_timer_timeout)
        self.filter_field.textChanged.connect(self._on_text_changed)
        self.changed_box.toggled.connect(self._on_filter_timer_timeout)

    @Slot()
    def copy_table(self) -> None:
        """Copy the sorted and filtered table to the clipboard."""
        self._state.comparison.write(partial(write_tsv, self.model.shown_rows()))

    @Slot(object)
    def _on_written(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        rows = describe_count(text.count("\n") - 1, "row")
        self.copied.emit(f"Copied {rows} with a header, separated by tabs.")

    @Slot()
    def _on_changed(self) -> None:
        """Begin again: the comparison has no results yet."""
        self._timer.stop()
        self._waiting = list(self._state.comparison.differences.values())
        contents = self._state.contents
        if contents is not None:
            other = self._state.comparison.other
            names = (contents.path.stem, other.path.stem if other is not None else "the other")
            self.model.clear(contents.index, {layer.name: layer.family for layer in contents.layers}, names)
            self.table.select(self._state.selected)
        self._on_timer_timeout()

    @Slot(object)
    def _on_found(self, differences: tuple[TensorChange, ...]) -> None:
        self._waiting.extend(differences)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_timer_timeout(self) -> None:
        """Show what was found since the last time."""
        self._timer.stop()
        found, self._waiting = self._waiting, []
        if found:
            self.model.add(found)
        self._show_counts()

    @Slot()
    def _on_text_changed(self) -> None:
        self._filter_timer.start()

    @Slot()
    def _on_filter_timer_timeout(self) -> None:
        self._filter_timer.stop()
        self.model.set_filter(self.filter_field.text(), self._state.part, self.changed_box.isChecked())

    @Slot()
    def _on_selected_changed(self) -> None:
        self.table.select(self._state.selected)

    @Slot(str)
    def _on_tensor_selected(self, name: str) -> None:
        self._state.select(name)

    def _show_counts(self) -> None:
        counts, comparison, contents = self.model.count_changes(), self._state.comparison, self._state.contents
        parts = [f"{format_count(counts[change])} {change}" for change in _ORDER if counts.get(change)]
        self.counts.setText(" · ".join(parts))
        self.progress.setVisible(comparison.busy)
        self.progress.setMaximum(len(contents.index.headers) if contents is not None else 0)
        self.progress.setValue(sum(counts.values()))
