"""Pictures as PNG."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter


def encode_png(image: QImage) -> bytes:
    """Return a picture as the content of a PNG file. Safe in any thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(image):
        raise ValueError("A picture without pixels cannot be written.")
    return bytes(buffer.data().data())
