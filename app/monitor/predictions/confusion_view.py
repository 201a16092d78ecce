"""The confusion matrix with the examples of the picked cell beside it."""

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.monitor.predictions.predicted_examples import show_in
from app.monitor.predictions.predictions import ClassPredictions
from app.widgets.labels import make_label
from app.widgets.predictions.confusion_table import ConfusionTable
from app.widgets.predictions.example_gallery import ExampleGallery
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count

_MOST_EXAMPLES = 120
_HINT = "Rows are the true classes, columns the predicted ones. Click a cell to see its examples."


class ConfusionView(QWidget):
    """The confusion matrix; a click on a cell shows its examples, the most confident predictions first.

    Attributes:
        table: the matrix.
        gallery: the examples of the picked cell.

    Signals:
        inputs_requested(predictions, positions): the inputs of these examples are needed; `show_inputs` brings them.
        picked(position): the user wants to inspect the example at this position among the predicted ones.
    """

    inputs_requested = Signal(object, object)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: ClassPredictions | None = None
        self.table = ConfusionTable()
        self.table.setObjectName("predictions_confusion")
        self.table.setAccessibleName("Confusion matrix: rows true, columns predicted")
        self.gallery = ExampleGallery("predictions_cell", "Examples of the chosen cell")
        self._caption = make_label("predictions_cell_caption", _HINT, "muted", wraps=True)
        side = QWidget()
        layout = QVBoxLayout(side)
        layout.setContentsMargins(GRID, 0, 0, 0)
        layout.addWidget(self._caption)
        layout.addWidget(self.gallery, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("predictions_confusion_splitter")
        splitter.setChildrenCollapsible(False)
        for widget, share in ((self.table, 2), (side, 3)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.indexOf(widget), share)
        splitter.setSizes([2000, 3000])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.table.cell_chosen.connect(self._show_cell)
        self.gallery.picked.connect(self.picked)

    @property
    def caption(self) -> str:
        """The sentence above the examples."""
        return self._caption.text()

    def show_predictions(self, predictions: ClassPredictions) -> None:
        """Show other predictions; the picked cell stays.

        Arguments:
            predictions: the new ones.
        """
        self._shown = predictions
        self.table.show_counts(predictions.confusion, predictions.class_names)
        self._show_cell()

    def show_inputs(self, predictions: ClassPredictions, positions: np.ndarray, inputs: np.ndarray) -> None:
        """Show the examples of the picked cell; those of another cell or of earlier predictions are dropped.

        Arguments:
            predictions: which ones.
            positions: `(K,)` indices of the examples among the predicted ones.
            inputs: `(K, …)` their inputs as people read them.
        """
        if predictions is self._shown and np.array_equal(positions, self._cell_positions()):
            show_in(self.gallery, predictions, positions, inputs)

    def _cell_positions(self) -> np.ndarray:
        if self._shown is None or self.table.cell is None:
            return np.zeros(0, np.intp)
        return self._shown.in_cell(*self.table.cell)[:_MOST_EXAMPLES]

    @Slot()
    def _show_cell(self) -> None:
        if self._shown is None or self.table.cell is None:
            self._caption.setText(_HINT)
            self.gallery.set_placeholder("")
            self.gallery.clear()
            return
        model, positions = self.table.confusion, self._cell_positions()
        count = int(model.counts[self.table.cell])
        text = model.describe(*self.table.cell)
        text = f"{text[0].upper()}{text[1:]}."
        if count > len(positions):
            text += f" These are the {describe_count(len(positions))} with the highest scores."
        self._caption.setText(text)
        if count:
            self.inputs_requested.emit(self._shown, positions)
        else:
            self.gallery.clear()
            self.gallery.set_placeholder("No example is in this cell.")
