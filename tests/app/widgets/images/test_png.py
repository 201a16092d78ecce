import pytest
from PySide6.QtGui import QColor, QImage

from app.widgets.images.png import encode_png


def test_a_picture_is_read_back_unchanged(qapp) -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#2f6fde"))
    assert QImage.fromData(encode_png(image)).convertToFormat(QImage.Format.Format_RGB32) == image


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="without pixels"):
        encode_png(QImage())
