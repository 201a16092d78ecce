import pytest
from PySide6.QtGui import QColor, QImage

from app.inspector.reconstruction.picture_file import enlarge, save_png
from tinyml.core import StorageError


def test_enlarged_pictures_keep_sharp_pixels():
    image = QImage(2, 1, QImage.Format.Format_RGB32)
    image.setPixelColor(0, 0, QColor("black"))
    image.setPixelColor(1, 0, QColor("white"))
    large = enlarge(image, 8)
    assert [large.pixelColor(x, 7).red() for x in (0, 7, 8, 15)] == [0, 0, 255, 255]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    monkeypatch.setattr("os.replace", lambda *_paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="No space left"):
        save_png(old, QImage(4, 4, QImage.Format.Format_RGB32))
    assert old.read_bytes() == b"old"
