"""Some predicted examples: thumbnails with "9→0" for images, and rows for everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

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

from app.formatting import format_value
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.plain_text import short, tool_tip

_IMAGE_SIZE = 48
_MOST_COLUMNS = 12
"""Further inputs of a row are not listed."""
ARROW = "→"
MISTAKE_TITLES = "mistake", "score"
"""Titles of the first columns of rows of classes."""


@dataclass(frozen=True)
class PredictedExample:
    """One example with what the network predicted for it, in words.

    Attributes:
        position: of the example among the predicted ones.
        caption: the text below its picture.
        cells: the first cells of its row, if it is no image.
        description: the example in a sentence, for tool tips.
    """

    position: int
    caption: str
    cells: tuple[str, ...]
    description: str


class ExampleGallery(QWidget):
    """Shows examples with what was predicted for them. A click or Enter picks one.

    Arguments:
        object_name: the objectNames of its parts begin with it.
        accessible_name: what the examples are.
        image_size: about how many pixels of the screen the longer side of a picture takes.

    Signals:
        picked(position): the user picked the example at this position among the predicted ones.
    """

    picked = Signal(int)

    def __init__(
        self, object_name: str, accessible_name: str, image_size: int = _IMAGE_SIZE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._positions = np.zeros(0, np.intp)
        self.grid = ImageGrid(image_size=image_size)
        self.grid.setObjectName(f"{object_name}_images")
        self.rows = QTableWidget()
        self.rows.setObjectName(f"{object_name}_rows")
        self.rows.setProperty("roomy", True)
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.viewport().setAutoFillBackground(False)
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

    def show_examples(
        self,
        examples: Sequence[PredictedExample],
        inputs: np.ndarray,
        titles: Sequence[str] = MISTAKE_TITLES,
        input_names: Sequence[str] = (),
    ) -> None:
        """Show other examples.

        Arguments:
            examples: K of them, in order.
            inputs: `(K, …)` their inputs as people read them. Images are shown as pictures, all others in rows.
            titles: of the cells of an example; one for each.
            input_names: names of the numbers of an input; empty if they have none.
        """
        self._positions = np.array([example.position for example in examples], np.intp)
        if inputs.ndim == 4 and len(inputs):
            self._stack.setCurrentWidget(self.grid)
            pairs = zip(examples, inputs, strict=True)
            self.grid.set_images(
                [GridImage(sample_image(pixels), each.caption, each.description) for each, pixels in pairs]
            )
        elif len(inputs):
            self._stack.setCurrentWidget(self.rows)
            self._fill_rows(examples, inputs.reshape(len(inputs), -1), titles, input_names)
        else:
            self.clear()

    def _fill_rows(
        self, examples: Sequence[PredictedExample], inputs: np.ndarray, titles: Sequence[str], names: Sequence[str]
    ) -> None:
        shown = min(inputs.shape[1], _MOST_COLUMNS)
        named = [names[place] if len(names) == inputs.shape[1] else f"input {place + 1}" for place in range(shown)]
        columns = [*titles, *(short(title) for title in named)]
        with QSignalBlocker(self.rows):
            self.rows.setColumnCount(len(columns))
            self.rows.setHorizontalHeaderLabels(columns)
            self.rows.setRowCount(len(examples))
            for row, example in enumerate(examples):
                numbers = [format_value(number) for number in inputs[row, :shown].tolist()]
                for column, text in enumerate((*example.cells, *numbers)):
                    item = QTableWidgetItem(text)
                    item.setToolTip(tool_tip(example.description))
                    if column:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.rows.setItem(row, column, item)

    @Slot(QModelIndex)
    def _on_example_activated(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._positions):
            self.picked.emit(int(self._positions[index.row()]))
