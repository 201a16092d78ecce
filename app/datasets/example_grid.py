"""A grid of all examples that are images. Only the visible ones are painted."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.datasets.example_index import ExampleIndex
from app.datasets.example_pictures import ExamplePictures
from app.jobs import BackgroundRunner
from app.widgets.images.picture_table import PictureTable
from app.widgets.theme.theme import GRID

_CELL = 7 * GRID
"""Width and height of a picture that is not larger, in pixels of the screen."""


class ExampleGrid(PictureTable):
    """Shows all examples of a list as pictures, in rows that are as long as the view is wide.

    Arguments:
        runner: paints the pictures.
    """

    def __init__(self, runner: BackgroundRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_all")
        self.setAccessibleName("All examples")
        self._pictures = ExamplePictures(runner, self)
        self._pictures.painted.connect(self.refresh)
        self.verticalScrollBar().valueChanged.connect(self._on_value_changed)

    def show_examples(self, index: ExampleIndex | None, image_size: QSize) -> None:
        """Show other examples.

        Arguments:
            index: the examples; None for none.
            image_size: width and height of an example.
        """
        self._pictures.use(index)
        cell = image_size.scaled(QSize(_CELL, _CELL), Qt.AspectRatioMode.KeepAspectRatio)
        self.show_pictures(None if index is None else _Examples(index, self._pictures), cell)
        self.scrollToTop()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

    @Slot()
    def _on_value_changed(self) -> None:
        self._pictures.forget_requests()


class _Examples:
    """The examples of an index as the pictures of the grid."""

    def __init__(self, index: ExampleIndex, pictures: ExamplePictures) -> None:
        self._index, self._pictures = index, pictures

    def __len__(self) -> int:
        return len(self._index)

    def picture(self, position: int) -> QImage | None:
        """Return a picture; None if it is not painted yet."""
        return self._pictures.get(position)

    def describe(self, position: int) -> str:
        """Return class, part and name of an example."""
        example = self._index[position]
        name = f"{example.class_name} · " if example.class_name else ""
        return f"{name}{example.part} · {example.name}"
