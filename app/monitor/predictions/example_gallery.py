"""Some predicted examples: thumbnails with "9→0" for images, and rows for everything else."""

import numpy as np
from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.formatting import format_percentage, format_value
from app.monitor.predictions.predictions import ClassPredictions
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.plain_text import short, tool_tip

_IMAGE_SIZE = 48
_MOST_COLUMNS = 12
"""Further inputs of a row are not listed."""
ARROW = "→"


class ExampleGallery(QWidget):
    """Shows examples with their true and their predicted class. A click or Enter asks to inspect one.

    Arguments:
        object_name: the objectNames of its parts begin with it.
        accessible_name: what the examples are.

    Signals:
        picked(position): the user wants to see the example at this position among the predicted ones.
    """

    picked = Signal(int)

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._positions = np.zeros(0, np.intp)
        self.grid = ImageGrid(image_size=_IMAGE_SIZE)
        self.grid.setObjectName(f"{object_name}_images")
        self.rows = QTableWidget()
        self.rows.setObjectName(f"{object_name}_rows")
        self.rows.setProperty("roomy", True)
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.verticalHeader().hide()
        self.rows.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.rows.setTabKeyNavigation(False)
        self._stack = QStackedLayout(self)
        for view in (self.grid, self.rows):
            view.setAccessibleName(accessible_name)
            view.clicked.connect(self._on_example_activated)
            view.activated.connect(self._on_example_activated)
            self._stack.addWidget(view)

    @property
    def positions(self) -> np.ndarray:
        """`(K,)` positions of the shown examples among the predicted ones."""
        return self._positions

    @property
    def cell_size(self) -> QSize:
        """Width and height that an image takes with its caption."""
        return self.grid.cell_size

    def set_placeholder(self, text: str) -> None:
        """Set the text that is shown while there are no examples."""
        self.grid.set_placeholder(text)
        if not len(self._positions):
            self._stack.setCurrentWidget(self.grid)

    def clear(self) -> None:
        """Show no examples."""
        self._positions = np.zeros(0, np.intp)
        self.grid.set_images(())
        self.rows.setRowCount(0)
        self._stack.setCurrentWidget(self.grid)

    def show_examples(self, predictions: ClassPredictions, positions: np.ndarray, inputs: np.ndarray) -> None:
        """Show other examples.

        Arguments:
            predictions: which ones.
            positions: `(K,)` indices of the shown examples among the predicted ones.
            inputs: `(K, …)` their inputs as people read them.
        """
        self._positions = positions
        if inputs.ndim == 4 and len(inputs):
            self._stack.setCurrentWidget(self.grid)
            pairs = zip(positions.tolist(), inputs, strict=True)
            self.grid.set_images([_picture(predictions, position, pixels) for position, pixels in pairs])
        elif len(inputs):
            self._stack.setCurrentWidget(self.rows)
            self._fill_rows(predictions, positions, inputs.reshape(len(inputs), -1))
        else:
            self.clear()

    def _fill_rows(self, predictions: ClassPredictions, positions: np.ndarray, inputs: np.ndarray) -> None:
        names = predictions.snapshot.description.input_names
        shown = min(inputs.shape[1], _MOST_COLUMNS)
        titles = [names[place] if len(names) == inputs.shape[1] else f"input {place + 1}" for place in range(shown)]
        columns = ["mistake", "score", *(short(title) for title in titles)]
        with QSignalBlocker(self.rows):
            self.rows.setColumnCount(len(columns))
            self.rows.setHorizontalHeaderLabels(columns)
            self.rows.setRowCount(len(positions))
            for row, position in enumerate(positions.tolist()):
                confidence = format_percentage(float(predictions.confidences[position]))
                numbers = [format_value(number) for number in inputs[row, :shown].tolist()]
                for column, text in enumerate((caption(predictions, position), confidence, *numbers)):
                    item = QTableWidgetItem(text)
                    item.setToolTip(tool_tip(describe_example(predictions, position)))
                    if column:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.rows.setItem(row, column, item)

    @Slot(QModelIndex)
    def _on_example_activated(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._positions):
            self.picked.emit(int(self._positions[index.row()]))


def caption(predictions: ClassPredictions, position: int) -> str:
    """Return the true and the predicted class of an example, such as "9→0".

    Arguments:
        predictions: which ones.
        position: of the example among the predicted ones.
    """
    names = predictions.class_names
    true, found = names[predictions.labels[position]], names[predictions.predicted[position]]
    return f"{short(true)}{ARROW}{short(found)}"


def describe_example(predictions: ClassPredictions, position: int) -> str:
    """Return one example in words.

    Arguments:
        predictions: which ones.
        position: of the example among the predicted ones.
    """
    names, examples = predictions.class_names, predictions.examples
    true, found = names[predictions.labels[position]], names[predictions.predicted[position]]
    number = int(examples.rows[predictions.places[position]])
    score = format_percentage(float(predictions.confidences[position]))
    return f"{examples.part} example {number}: true {true}, predicted {found}, score {score}. Click to inspect it."


def _picture(predictions: ClassPredictions, position: int, pixels: np.ndarray) -> GridImage:
    return GridImage(sample_image(pixels), caption(predictions, position), describe_example(predictions, position))
