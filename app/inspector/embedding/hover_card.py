"""The example under the mouse: its picture and what is known of it."""

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from app.inspector.layouts import make_column
from app.widgets.images.colormaps import sample_image
from app.widgets.images.thumbnails import thumbnails
from app.widgets.labels import make_label
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID

_SIDE = 8 * GRID
"""Width and height of the picture, in pixels."""


class HoverCard(QWidget):
    """A small picture with some lines of words. Its room stays when there is nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self._picture.setFixedSize(QSize(_SIDE, _SIDE))
        self._words = make_label("inspector_embedding_hovered", style_class="muted", wraps=True)
        self._words.setFont(small_font(self._words.font()))
        self._words.setMinimumHeight(3 * self._words.fontMetrics().height())
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = make_column(self)
        column.addWidget(self._picture)
        column.addWidget(self._words)

    def show_example(self, example: np.ndarray, words: str) -> None:
        """Show an example.

        Arguments:
            example: (C, H, W) an image before scaling; other shapes have no picture.
            words: what is known of it, in lines.
        """
        self._picture.clear()
        if example.ndim == 3:
            image = sample_image(thumbnails(example[np.newaxis])[0])
            scaled = image.scaled(self._picture.size(), Qt.AspectRatioMode.KeepAspectRatio)
            self._picture.setPixmap(QPixmap.fromImage(scaled))
        self._words.setText(words)

    def clear(self) -> None:
        """Show nothing."""
        self._picture.clear()
        self._words.setText("")
