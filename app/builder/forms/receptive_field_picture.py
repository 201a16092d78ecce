"""The sample with a frame around the pixels that one output of a layer sees."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.images.colormaps import sample_image
from app.widgets.theme.theme import current_theme
from tinyml.core import describe_shape
from tinyml.layers.base import Box

_HEIGHT = 88
_MOST_PIXELS = 176
"""A larger image is thinned out: it has no more room on a screen of double density."""


class ReceptiveFieldPicture(QWidget):
    """A small picture of the sample. A frame shows the receptive field; the rest of the picture is paler.

    Arguments:
        parent: the parent widget.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("receptive_field_picture")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._image: QImage | None = None
        self._example: np.ndarray | None = None
        self._box: Box | None = None
        self.hide()

    def show_box(self, example: np.ndarray | None, box: Box | None) -> None:
        """Show a receptive field on a sample, or hide the picture if one of the two is None.

        Arguments:
            example: `(C, H, W)` the sample.
            box: rows and columns of the receptive field: (first, last + 1) of each.
        """
        same = example is self._example or (
            example is not None and self._example is not None and np.array_equal(example, self._example)
        )
        if not same:
            step = 1 if example is None else max(-(-max(example.shape[1:]) // _MOST_PIXELS), 1)
            self._image = None if example is None else sample_image(example[:, ::step, ::step])
        self._example, self._box = example, box
        self.setVisible(example is not None and box is not None)
        if example is not None and box is not None:
            (top, bottom), (left, right) = box
            seen = describe_shape((bottom - top, right - left)).replace("×", " by ")
            self.setAccessibleName(f"Receptive field on the sample: {seen} pixels")
            self.setToolTip(
                f"One output sees rows {top + 1} to {bottom} and columns {left + 1} to {right} of the sample."
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_HEIGHT, _HEIGHT)

    def picture_place(self) -> QRectF:
        """Return where the sample is painted, in the coordinates of the widget."""
        if self._example is None:
            return QRectF()
        _, rows, columns = self._example.shape
        scale = min((self.height() - 2) / rows, (self.width() - 2) / columns)
        return QRectF(1, 1, columns * scale, rows * scale)

    def frame_place(self) -> QRectF:
        """Return where the frame is painted, in the coordinates of the widget."""
        place = self.picture_place()
        if self._example is None or self._box is None:
            return QRectF()
        _, rows, columns = self._example.shape
        (top, bottom), (left, right) = self._box
        x, y = place.width() / columns, place.height() / rows
        return QRectF(place.left() + left * x, place.top() + top * y, (right - left) * x, (bottom - top) * y)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None or self._box is None:
            return
        theme, place, frame = current_theme(), self.picture_place(), self.frame_place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, self._image)
        pale = QColor(theme.surface)
        pale.setAlphaF(0.55)
        painter.setClipRect(place)
        for part in (
            QRectF(place.left(), place.top(), place.width(), frame.top() - place.top()),
            QRectF(place.left(), frame.bottom(), place.width(), place.bottom() - frame.bottom()),
            QRectF(place.left(), frame.top(), frame.left() - place.left(), frame.height()),
            QRectF(frame.right(), frame.top(), place.right() - frame.right(), frame.height()),
        ):
            painter.fillRect(part, pale)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawRect(place)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawRect(frame)
        painter.end()
