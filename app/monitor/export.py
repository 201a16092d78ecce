"""Export of the curves: a table of all numbers, or a picture."""

import csv
import io
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.training.curves import RunCurves
from app.widgets.images.png import encode_png
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core.files import write_atomically
from tinyml.learner import EpochFinished

_COLUMNS = ("kind", "epoch", "training_loss", "training_{0}", "validation_loss", "validation_{0}", "seconds")
_SCALE = 2
"""Pictures have twice the resolution of the screen, for print."""


class CurveTable:
    """A copy of all numbers of a run. Another thread can write it while the run continues.

    Arguments:
        curves: the run.

    Attributes:
        columns: the titles of the columns.
    """

    def __init__(self, curves: RunCurves) -> None:
        self.columns = tuple(column.format(curves.metric) for column in _COLUMNS)
        batches = curves.loss.batches, curves.measured.batches
        self._batches: tuple[np.ndarray, ...] = (batches[0].x.copy(), batches[0].y.copy(), batches[1].y.copy())
        self._epochs: tuple[EpochFinished, ...] = tuple(curves.history)

    def save(self, path: Path) -> Path:
        """Write a CSV file with one row for each batch, then one for each epoch, and return its path.

        Arguments:
            path: the file.

        Raises `StorageError` if it cannot be written.
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in zip(*self._batches, strict=True):
            writer.writerow(("batch", *(repr(float(number)) for number in row), "", "", ""))
        for epoch in self._epochs:
            numbers = (getattr(epoch, name) for name in self.columns[2:-1])
            written = ("" if number is None else repr(float(number)) for number in numbers)
            writer.writerow(("epoch", epoch.epoch, *written, f"{epoch.seconds:.3f}"))
        write_atomically(path, text.getvalue().encode())
        return path


def paint_widgets(widgets: list[QWidget]) -> QImage:
    """Paint `widgets` side by side, with the resolution for print."""
    width = sum(widget.width() for widget in widgets) + GRID * (len(widgets) + 1)
    height = max(widget.height() for widget in widgets) + 2 * GRID
    image = QImage(width * _SCALE, height * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(current_theme().surface)
    painter = QPainter(image)
    left = GRID
    for widget in widgets:
        widget.render(painter, QPoint(left, GRID))
        left += widget.width() + GRID
    painter.end()
    return image


def save_picture(image: QImage, path: Path) -> Path:
    """Write a picture as PNG, and return its path. Any thread may call it.

    Arguments:
        image: the picture.
        path: the file.

    Raises `StorageError` if it cannot be written.
    """
    write_atomically(path, encode_png(image))
    return path
