"""The embedding in a file: as a table, a picture or a drawing. Any thread may call these functions."""

import csv
import io
from pathlib import Path

from PySide6.QtGui import QImage

from app.inspector.part_computation import PartResult
from app.widgets.images.png import encode_png
from tinyml.core.files import write_atomically


def save_table(result: PartResult, path: Path) -> Path:
    """Write a CSV file with a row for each example, and return its path.

    Columns: the index in the part, the class and the predicted class (if the data has classes), and the coordinates.

    Arguments:
        result: an embedded part.
        path: the file.

    Raises `StorageError` if it cannot be written.
    """
    samples, value = result.samples, result.value
    names, predictions = samples.description.class_names, value.predictions
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    classes = ("class", "predicted") if predictions is not None else ()
    writer.writerow(("example", *classes, "component_1", "component_2"))
    for index, point in enumerate(value.points.tolist()):
        known = (names[samples.labels[index]], names[predictions[index]]) if predictions is not None else ()
        writer.writerow((index, *known, *(repr(number) for number in point)))
    write_atomically(path, text.getvalue().encode())
    return path


def save_picture(picture: QImage, path: Path) -> Path:
    """Write a `picture` of the plot as PNG to a `path`, and return the path.

    Raises `StorageError` if it cannot be written.
    """
    write_atomically(path, encode_png(picture))
    return path


def save_drawing(drawing: bytes, path: Path) -> Path:
    """Write a `drawing` of the plot (SVG) to a `path`, and return the path.

    Raises `StorageError` if it cannot be written.
    """
    write_atomically(path, drawing)
    return path
