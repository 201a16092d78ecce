"""Pictures as PNG files and on the clipboard, enlarged so that other programs show sharp pixels."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.widgets.images.png import encode_png
from tinyml.core.files import write_atomically


def enlarge(image: QImage, factor: int) -> QImage:
    """Return the picture with each pixel as a square of `factor` by `factor` pixels."""
    return image.scaled(
        image.width() * factor,
        image.height() * factor,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.FastTransformation,
    )


def save_png(path: Path, image: QImage) -> None:
    """Write a picture as PNG, or leave the old file untouched; raises `StorageError` when it cannot be written."""
    write_atomically(path, encode_png(image))
