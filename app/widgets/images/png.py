"""Encoding of pictures as PNG."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter


def encode_png(image: QImage) -> bytes:
    """Return an `image` as the content of a PNG file. Any thread may call it.

    Raises `ValueError` if the image has no pixels.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(image):
        raise ValueError("A picture without pixels cannot be written.")
    return bytes(buffer.data().data())
