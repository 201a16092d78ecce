"""The window that shows how the chosen activation is computed, number by number."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QListWidget,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.formatting import format_number
from app.inspector.layouts import make_column, make_row, make_scroll_area, with_names
from app.inspector.state import InspectorState
from app.inspector.steps.window_table import WindowTable
from app.jobs import LatestJob
from app.training import Inspection
from app.widgets.images.colormaps import diverging_image, viridis_image
from app.widgets.labels import make_caption, make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import sentence, short
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import describe_count
from tinyml.visualize import Arithmetic, Part, arithmetic_csv, arithmetic_of, arithmetic_text, largest_products

_SIZE = (125 * GRID, 78 * GRID)
_LIST = 16 * GRID
"""Width of the list of maps, in pixels."""
_ROW = 3 * GRID
"""Height of a row of the list of products, in pixels."""
_LARGEST = 10
"""Products in the list of the largest ones."""
_DIGITS = 5
_COLUMNS = ("reads", "input", "weight", "product")


class ArithmeticWindow(QDialog):
    """Shows window × weights = products of each map that the layer reads, and how the activation follows from them.

    It opens when the state asks for it, and follows the target, the sample and the weights while it is open.

    Arguments:
        state: the chosen activation.
        inspection: its runner of quick jobs computes.
        parent: the parent widget.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        with_names(self, "inspector_arithmetic", "How the activation is computed")
        self.setWindowTitle("Show the sum")
        self.resize(*_SIZE)
        self._state = state
        self._arithmetic: Arithmetic | None = None
        self._job = LatestJob(inspection.quick_jobs, self)
        self._job.returned.connect(self._on_returned)
        self._job.failed.connect(self._on_failed)
        self._make_texts()
        self._make_tables()
        self._arrange()
        state.arithmetic_requested.connect(self._on_arithmetic_requested)
        state.output_changed.connect(self._on_output_changed)
        state.target_changed.connect(self._on_target_changed)

    @property
    def arithmetic(self) -> Arithmetic | None:
        """What is shown; None while there is nothing to show."""
        return self._arithmetic

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._job.cancel()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _make_texts(self) -> None:
        self._heading = make_label("inspector_arithmetic_heading", style_class="heading", ignores_width=True)
        self._formula = make_label("inspector_arithmetic_formula", style_class="muted", ignores_width=True)
        self._sentence = make_label("inspector_arithmetic_sentence", wraps=True, selectable=True)
        self._lines = make_label("inspector_arithmetic_lines", wraps=True, selectable=True)
        self._recorded = make_label("inspector_arithmetic_recorded", style_class="muted", wraps=True)
        self._copy_text = with_names(
            QPushButton("Copy as text"), "inspector_arithmetic_copy_text", "Copy the sum as text"
        )
        self._copy_csv = with_names(QPushButton("Copy as CSV"), "inspector_arithmetic_copy_csv", "Copy the sum as CSV")
        self._copy_text.clicked.connect(self._on_copy_text_clicked)
        self._copy_csv.clicked.connect(self._on_copy_csv_clicked)

    def _make_tables(self) -> None:
        self._parts = with_names(QListWidget(), "inspector_arithmetic_parts", "Maps that the layer reads")
        self._parts.currentRowChanged.connect(self._on_current_row_changed)
        self._inputs = WindowTable("inspector_arithmetic_inputs", "Numbers under the window")
        self._weights = WindowTable("inspector_arithmetic_weights", "Weights")
        self._products = WindowTable("inspector_arithmetic_products", "Products")
        self._times, self._equals = make_caption("×"), make_caption("=")
        self._part_title = make_label("inspector_arithmetic_part", style_class="muted", ignores_width=True)
        self._largest = with_names(
            QTableWidget(0, len(_COLUMNS)), "inspector_arithmetic_largest", "The largest products"
        )
        self._largest.setHorizontalHeaderLabels(_COLUMNS)
        self._largest.verticalHeader().hide()
        self._largest.verticalHeader().setDefaultSectionSize(_ROW)
        self._largest.verticalHeader().setMinimumSectionSize(1)
        self._largest.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._largest.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._largest.setTabKeyNavigation(False)
        self._largest_title = make_label("inspector_arithmetic_largest_title", style_class="muted", ignores_width=True)

    def _arrange(self) -> None:
        windows = make_row()
        for widget in (self._inputs, self._times, self._weights, self._equals, self._products):
            windows.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        windows.addStretch()
        details = QWidget()
        column = make_column(details)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.addWidget(self._part_title)
        add_layout(column, windows)
        column.addWidget(self._largest_title)
        column.addWidget(self._largest, 1)
        column.addStretch()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self._parts)
        self._splitter.addWidget(make_scroll_area(details))
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_LIST, _SIZE[0] - _LIST])
        buttons = make_row()
        buttons.addWidget(self._recorded, 1)
        buttons.addWidget(self._copy_text)
        buttons.addWidget(self._copy_csv)
        layout = make_column(self, GRID)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        for widget in (self._heading, self._formula, self._sentence):
            layout.addWidget(widget)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self._lines)
        layout.addStretch()
        add_layout(layout, buttons)

    # ------------------------------------------------------------------------------------------------------ computing

    @Slot()
    def _on_arithmetic_requested(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()
        self._compute()

    @Slot()
    def _on_output_changed(self) -> None:
        self._compute()

    @Slot()
    def _on_target_changed(self) -> None:
        self._compute()

    def _compute(self) -> None:
        trace, target = self._state.layer_trace, self._state.target
        if not self.isVisible():
            return
        if trace is None or target is None:
            self._job.cancel()
            self._on_failed("No activation is chosen. Choose a map of a layer.")
            return
        self._job.start(partial(arithmetic_of, trace, target.layer, target.map_index, target.position))

    @Slot(str)
    def _on_failed(self, words: str) -> None:
        self._arithmetic = None
        self._show_nothing()
        self._sentence.setText(sentence(words))
        set_style_property(self._sentence, "danger", True)

    @Slot(object)
    def _on_returned(self, arithmetic: Arithmetic) -> None:
        chosen = max(self._parts.currentRow(), 0)
        self._arithmetic = arithmetic
        set_style_property(self._sentence, "danger", False)
        self._heading.setText(f"{short(arithmetic.layer)}, {arithmetic.place}")
        self._formula.setText(arithmetic.formula)
        self._sentence.setText(arithmetic.sentence)
        self._lines.setText(
            "\n".join(f"{line.words}:  {format_number(line.number, _DIGITS)}" for line in arithmetic.lines)
        )
        self._recorded.setText(f"In the forward pass: {format_number(arithmetic.value, _DIGITS)}")
        for button in (self._copy_text, self._copy_csv):
            button.setEnabled(True)
        self._show_parts(arithmetic, chosen)
        self._show_largest(arithmetic)

    # ------------------------------------------------------------------------------------------------------ showing

    def _show_nothing(self) -> None:
        for label in (self._heading, self._formula, self._lines, self._recorded):
            label.setText("")
        for button in (self._copy_text, self._copy_csv):
            button.setEnabled(False)
        self._splitter.hide()

    def _show_parts(self, arithmetic: Arithmetic, chosen: int) -> None:
        """List the parts with their sums. The chosen row stays, so that one map can be followed through places."""
        self._splitter.setVisible(bool(arithmetic.parts))
        self._parts.blockSignals(True)
        texts = [f"{part.source}: {format_number(part.total)}" for part in arithmetic.parts]
        while self._parts.count() > len(texts):
            self._parts.takeItem(self._parts.count() - 1)
        for row, text in enumerate(texts):
            if row < self._parts.count():
                self._parts.item(row).setText(text)
            else:
                self._parts.addItem(text)
        self._parts.setCurrentRow(min(chosen, len(texts) - 1))
        self._parts.blockSignals(False)
        self._parts.setVisible(len(texts) > 1)
        self._on_current_row_changed(self._parts.currentRow())

    @Slot(int)
    def _on_current_row_changed(self, row: int) -> None:
        if self._arithmetic is None or not 0 <= row < len(self._arithmetic.parts):
            return
        part, dark = self._arithmetic.parts[row], current_theme().dark
        tips = _places(part)
        empty = part.inputs.size == 0
        image = QImage() if empty else viridis_image(part.inputs)
        self._inputs.show_values(part.inputs, image, tips, part.winner)
        for widget in (self._times, self._weights, self._equals, self._products):
            widget.setVisible(part.weights is not None and not empty)
        if part.weights is not None and not empty:
            self._weights.show_values(part.weights, diverging_image(part.weights, dark), tips)
            self._products.show_values(part.products, diverging_image(part.products, dark), tips)
        self._part_title.setText(_describe(part))

    def _show_largest(self, arithmetic: Arithmetic) -> None:
        """List the products that are farthest from zero, and what all others add up to."""
        weighted = any(part.weights is not None for part in arithmetic.parts)
        for widget in (self._largest, self._largest_title):
            widget.setVisible(weighted)
        if not weighted:
            return
        places, rest = largest_products(arithmetic, _LARGEST)
        left = sum(part.inputs.size for part in arithmetic.parts) - len(places)
        self._largest_title.setText("The products that are farthest from zero")
        self._largest.setRowCount(len(places) + (left > 0))
        for row, (index, *place) in enumerate(places):
            part, at = arithmetic.parts[index], (place[0], place[1])
            assert part.weights is not None
            numbers = [float(part.inputs[at]), float(part.weights[at]), float(part.products[at])]
            self._fill_row(row, [f"{part.source}, {_place(part, at)}", *(format_number(each) for each in numbers)])
        if left > 0:
            words = f"the other {describe_count(left, 'product')}"
            self._fill_row(len(places), [words, "", "", format_number(rest)])

    def _fill_row(self, row: int, texts: list[str]) -> None:
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._largest.setItem(row, column, item)

    @Slot()
    def _on_copy_text_clicked(self) -> None:
        if self._arithmetic is not None:
            QGuiApplication.clipboard().setText(arithmetic_text(self._arithmetic))

    @Slot()
    def _on_copy_csv_clicked(self) -> None:
        if self._arithmetic is not None:
            QGuiApplication.clipboard().setText(arithmetic_csv(self._arithmetic))


def _places(part: Part) -> dict[tuple[int, int], str]:
    """Return which number of the input each number of the window is."""
    return {place: f"{part.source}, {_place(part, place)}" for place in np.ndindex(*part.inputs.shape)}


def _place(part: Part, place: tuple[int, int]) -> str:
    if part.padding[place]:
        return "padding"
    column = part.columns[place[1]]
    return f"row {part.rows[place[0]]}, column {column}" if part.source != "input" else f"number {column}"


def _describe(part: Part) -> str:
    """Return what the tables of a part show."""
    if not part.inputs.size:
        return f"{part.source}: no number of it reaches this place"
    if part.winner is not None:
        return f"{part.source}: the numbers under the window; the largest is bold"
    return f"{part.source}: numbers under the window × weights = products, which add up to {format_number(part.total)}"
