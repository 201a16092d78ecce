"""A small confusion matrix beside the curves."""

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.monitor.predictions.predictions import ClassPredictions
from app.monitor.predictions.predictor import Predictor
from app.monitor.predictions.side_section import SideSection
from app.widgets.labels import make_label
from app.widgets.predictions.confusion_table import ConfusionTable
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription

MOST_CLASSES = 12
"""The cells of more classes would be too small for their counts."""


class ConfusionSection(SideSection):
    """The confusion matrix of the newest weights, for at most `MOST_CLASSES` classes.

    Arguments:
        predictor: computes the predictions.

    Attributes:
        table: the matrix.

    Signals:
        cell_chosen(true, predicted): the user wants to see the examples of a cell.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, predictor: Predictor) -> None:
        self.table = ConfusionTable(compact=True)
        self.table.setObjectName("side_confusion")
        self.table.setAccessibleName("Small confusion matrix: rows true, columns predicted; Enter shows the examples")
        self._caption = make_label("side_confusion_caption", style_class="muted", wraps=True)
        self._caption.setFont(small_font(self._caption.font()))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.table)
        layout.addWidget(self._caption)
        super().__init__("confusion_section", "Confusion", content, predictor)
        self.table.clicked.connect(self._on_cell_activated)
        self.table.activated.connect(self._on_cell_activated)

    @property
    def caption(self) -> str:
        """The sentence below the matrix."""
        return self._caption.text()

    def _suits(self, description: DataDescription) -> bool:
        return description.has_classes and len(description.class_names) <= MOST_CLASSES

    def _show_predictions(self, predictions: ClassPredictions) -> None:
        self.table.show()
        self.table.show_counts(predictions.confusion, predictions.class_names)
        images = len(predictions.snapshot.description.example_shape) == 3
        what = "images" if images else "examples"
        self._caption.setText(f"{predictions.examples.part} set · rows are true. Click a cell to see those {what}.")

    def _show_message(self, message: str) -> None:
        self.table.hide()
        self._caption.setText(message)

    @Slot(QModelIndex)
    def _on_cell_activated(self, index: QModelIndex) -> None:
        self.cell_chosen.emit(index.row(), index.column())
