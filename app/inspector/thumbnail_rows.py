"""A grid of small pictures that is as high as all of its rows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage


class ThumbnailRows(ImageGrid):
    """Outlined pictures in rows, all of them visible: the page scrolls, and not the grid.

    Arguments:
        image_size: about how many pixels of the screen the longer side of a picture takes.
    """

    def __init__(self, image_size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, image_size, outlined=True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def set_images(self, images: Sequence[GridImage]) -> None:
        """Show `images` instead, and fit the height."""
        super().set_images(images)
        self._fit_height()

    def _fit_height(self) -> None:
        cell = self.cell_size
        columns = max(self.viewport().width() // max(cell.width(), 1), 1)
        rows = max(-(-len(self.images) // columns), 1)
        self.setFixedHeight(rows * cell.height() + 4)
