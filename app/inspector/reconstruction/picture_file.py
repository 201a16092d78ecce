"""Pictures as PNG files, enlarged so that other programs show sharp pixels."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.widgets.images.png import encode_png
from tinyml.core.files import write_atomically


def enlarge(image: QImage, factor: int) -> QImage:
    """Return the picture with each pixel as a square.

    Arguments:
        image: the picture.
        factor: width and height of each square in pixels.
    """
    return image.scaled(
        image.width() * factor,
        image.height() * factor,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.FastTransformation,
    )


def save_png(path: Path, image: QImage) -> None:
    """Write a picture as a PNG file. A failure leaves an existing file unchanged.

    Arguments:
        path: the file.
        image: the picture.

    Raises `StorageError` if the file cannot be written.
    """
    write_atomically(path, encode_png(image))
