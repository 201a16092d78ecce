"""Pictures as PNG files and on the clipboard, enlarged so that other programs show sharp pixels."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QImageWriter

from tinyml.core.files import write_atomically


def enlarge(image: QImage, factor: int) -> QImage:
    """Return the picture with each pixel as a square of `factor` by `factor` pixels."""
    return image.scaled(
        image.width() * factor,
        image.height() * factor,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.FastTransformation,
    )


def save_png(path: Path, image: QImage) -> Path:
    """Write a picture as PNG, or leave the old file untouched; returns the path with its ending.

    Raises `StorageError` when it cannot be written.
    """
    target = path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    write_atomically(target, bytes(buffer.data().data()))
    return target
