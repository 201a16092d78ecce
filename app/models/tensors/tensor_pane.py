"""The tensors of the shown file: the filters and the table."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
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

from app.models.model_description import describe_total
from app.models.reading.tensor_index import SummaryBatch
from app.models.state.models_state import ModelsState
from app.models.tensors.history_plot import HistoryPlot
from app.models.tensors.tensor_table_model import TensorFilter, TensorTableModel
from app.models.tensors.tensor_table_view import TensorTableView
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count

_FILTER_MS = 150
"""Milliseconds without a key before the table is filtered."""
_SORT_MS = 1000
"""Milliseconds between two sortings while new statistics change the order of the rows."""
_ROOM_FOR_HISTORY = 52 * GRID
"""Height below which the curves are hidden, in pixels."""
_ANY_TYPE = "Any type"


class TensorPane(QWidget):
    """Shows the tensors of the shown file.

    Arguments:
        state: the state of the page.

    Attributes:
        table: the table.
        table_model: its rows.
        history: the curves of the training, if the file has them.
        filter_field: a part of the names.
        type_box: the type of the numbers.
        not_finite_box: only tensors with NaN or infinite numbers.
        progress: how many tensors are summarised.
        cancel_button: stops the reading.

    Signals:
        copied(sentence): the table is on the clipboard.
    """

    copied = Signal(str)

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_tensor_pane")
        self._state = state
        self._sorted_for: Path | None = None
        self.table_model = TensorTableModel(self)
        self._filter_timer = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self._sort_timer = QTimer(self, singleShot=True, interval=_SORT_MS)
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._show_busy()

    def _make_widgets(self) -> None:
        self.table = TensorTableView(self.table_model)
        self.history = HistoryPlot(self._state)
        self.filter_field = QLineEdit()
        self.filter_field.setObjectName("models_filter")
        self.filter_field.setAccessibleName("Filter tensors by name")
        self.filter_field.setPlaceholderText("Filter by name…")
        self.filter_field.setClearButtonEnabled(True)
        self.type_box = ChoiceBox()
        self.type_box.setObjectName("models_type")
        self.type_box.setAccessibleName("Filter tensors by the type of their numbers")
        self.type_box.addItem(_ANY_TYPE)
        self.not_finite_box = QCheckBox("Not finite")
        self.not_finite_box.setObjectName("models_not_finite")
        self.not_finite_box.setToolTip("Show only tensors in which NaN or infinite numbers were found")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setObjectName("models_progress")
        self.progress.setAccessibleName("Tensors read")
        self.progress.setMaximumWidth(16 * GRID)
        self.cancel_button = _make_button("Cancel", "models_cancel", "Stop reading")
        self.copy_button = _make_button("Copy table", "models_copy", "Copy the rows for a spreadsheet (Ctrl+C)")
        self.order_button = _make_button(
            "File order", "models_file_order", "Sort the tensors as they are in the network or in the file"
        )
        for button in (self.copy_button, self.order_button):
            button.setProperty("flat", True)
        self.total_label = make_label("models_total", "", "muted", selectable=True, ignores_width=True)

    def _lay_out(self) -> None:
        filters, below = QHBoxLayout(), QHBoxLayout()
        filters.setSpacing(GRID)
        filters.addWidget(self.filter_field, 1)
        filters.addWidget(self.type_box)
        filters.addWidget(self.not_finite_box)
        below.setSpacing(GRID // 2)
        below.addWidget(self.total_label, 1)
        below.addWidget(self.progress)
        for button in (self.cancel_button, self.order_button, self.copy_button):
            below.addWidget(button)
        self.table.setMinimumHeight(10 * GRID)
        # The table takes the room that is left. Else the page would scroll below its wanted height.
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        add_layout(column, filters)
        column.addWidget(self.table, 1)
        column.addWidget(self.history)
        add_layout(column, below)

    def _connect(self) -> None:
        state = self._state
        state.contents_changed.connect(self._on_contents_changed)
        state.selected_changed.connect(self._on_selected_changed)
        state.part_changed.connect(self._on_part_changed)
        state.summarised.connect(self._on_summarised)
        state.completed.connect(self._on_completed)
        state.busy_changed.connect(self._show_busy)
        state.reader.written.connect(self._on_written)
        self.cancel_button.clicked.connect(state.cancel)
        self.copy_button.clicked.connect(self.copy_table)
        self.order_button.clicked.connect(self.table.show_file_order)
        self.table.copy_requested.connect(self.copy_table)
        self.table.tensor_selected.connect(self._on_tensor_selected)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._on_sort_indicator_changed)
        self.filter_field.textChanged.connect(self._on_text_changed)
        self.type_box.currentIndexChanged.connect(self._on_filter_timer_timeout)
        self.not_finite_box.toggled.connect(self._on_filter_timer_timeout)
        self._filter_timer.timeout.connect(self._on_filter_timer_timeout)
        self._sort_timer.timeout.connect(self.table_model.sort_again)
        self._on_sort_indicator_changed(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.history.set_room(self.height() >= _ROOM_FOR_HISTORY)

    @Slot()
    def copy_table(self) -> None:
        """Copy the sorted and filtered table to the clipboard."""
        self._state.copy_rows(self.table_model.shown_rows())

    # --------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _show_busy(self) -> None:
        contents, busy = self._state.contents, self._state.busy
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.progress.setMaximum(len(contents.index.headers) if contents is not None else 0)
        self.progress.setValue(self.table_model.known)

    @Slot()
    def _on_contents_changed(self) -> None:
        contents = self._state.contents
        if contents is None:
            return
        self._sort_timer.stop()
        self.filter_field.clear()
        self.not_finite_box.setChecked(False)
        dtypes = contents.index.dtypes
        self.type_box.clear()
        self.type_box.addItems([_ANY_TYPE, *dtypes])
        self.type_box.setVisible(len(dtypes) > 1)
        self._on_filter_timer_timeout()
        families = {layer.name: layer.family for layer in contents.layers}
        self.order_button.setText("Network order" if contents.layers else "File order")
        if contents.path != self._sorted_for:
            self._sorted_for = contents.path
            self.table.sortByColumn(-1 if contents.layers else 0, Qt.SortOrder.AscendingOrder)
        self.table.show_tensors(contents.index, families, self._state.selected)
        self._show_total()
        self._show_busy()

    @Slot()
    def _on_selected_changed(self) -> None:
        contents = self._state.contents
        place = contents.index.places.get(self._state.selected) if contents is not None else None
        if place is not None:
            self.table.reveal(place)

    @Slot(object)
    def _on_tensor_selected(self, place: int | None) -> None:
        self._state.select("" if place is None else self.table_model.tensor(place).header.name)

    @Slot(object)
    def _on_summarised(self, batch: SummaryBatch) -> None:
        self.table_model.add_summaries(batch)
        self.progress.setValue(self.table_model.known)
        if not self._sort_timer.isActive():
            self._sort_timer.start()

    @Slot()
    def _on_completed(self) -> None:
        self._sort_timer.stop()
        self.table_model.sort_again()
        self._show_total()

    @Slot()
    def _on_text_changed(self) -> None:
        self._filter_timer.start()

    @Slot()
    def _on_part_changed(self) -> None:
        """Show the tensors of another part, and select the first of them."""
        self._on_filter_timer_timeout()
        if self.table.selected_place is None and self.table_model.rowCount():
            self.table.selectRow(0)

    @Slot()
    def _on_filter_timer_timeout(self) -> None:
        self._filter_timer.stop()
        dtype = self.type_box.currentText() if self.type_box.currentIndex() > 0 else ""
        text = self.filter_field.text().strip().casefold()
        self.table_model.set_filter(TensorFilter(text, self._state.part, dtype, self.not_finite_box.isChecked()))
        self._show_total()

    @Slot(int, Qt.SortOrder)
    def _on_sort_indicator_changed(self, column: int, _order: Qt.SortOrder | None = None) -> None:
        self.order_button.setVisible(column >= 0)

    @Slot(object)
    def _on_written(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        rows = describe_count(text.count("\n") - 1, "row")
        self.copied.emit(f"Copied {rows} with a header, separated by tabs.")

    def _show_total(self) -> None:
        contents = self._state.contents
        if contents is not None:
            index, shown = contents.index, self.table_model.rowCount()
            text = describe_total(len(index.headers), index.parameter_count, index.dtypes, contents.size, shown)
            self.total_label.setText(text)


def _make_button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    return button
