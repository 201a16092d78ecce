"""Files with the curves: a table of all numbers, or a picture of points (PNG) or of lines (SVG)."""

import csv
import io
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from app.training.curves import RunCurves
from app.widgets.images.png import encode_png
from tinyml.core.files import write_atomically
from tinyml.learner import EpochFinished

_COLUMNS = (
    "kind",
    "epoch",
    "training_loss",
    "training_{0}",
    "validation_loss",
    "validation_{0}",
    "seconds",
    "learning_rate",
)


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
        self._additions: tuple[np.ndarray, ...] = (curves.seconds.copy(), curves.learning_rate.y.copy())
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
        count = len(self._batches[0])
        # What is not known of some batches is left out for all of them.
        columns = (numbers.astype(str) if len(numbers) == count else [""] * count for numbers in self._additions)
        for row, additions in zip(zip(*self._batches, strict=True), zip(*columns, strict=True), strict=True):
            writer.writerow(("batch", *(repr(float(number)) for number in row), "", "", *additions))
        for epoch in self._epochs:
            numbers = (getattr(epoch, name) for name in self.columns[2:6])
            written = ("" if number is None else repr(float(number)) for number in numbers)
            rate = "" if epoch.learning_rate is None else repr(epoch.learning_rate)
            writer.writerow(("epoch", epoch.epoch, *written, f"{epoch.seconds:.3f}", rate))
        write_atomically(path, text.getvalue().encode())
        return path


def save_drawing(drawing: bytes, path: Path) -> Path:
    """Write a drawing as SVG, and return its path. Any thread may call it.

    Arguments:
        drawing: a result of `draw_widgets`.
        path: the file.

    Raises `StorageError` if it cannot be written.
    """
    write_atomically(path, drawing)
    return path


def save_picture(image: QImage, path: Path) -> Path:
    """Write a picture as PNG, and return its path. Any thread may call it.

    Arguments:
        image: the picture.
        path: the file.

    Raises `StorageError` if it cannot be written.
    """
    write_atomically(path, encode_png(image))
    return path
