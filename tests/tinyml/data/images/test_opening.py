import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from tests.special_files import SPECIAL, make_special
from tests.tinyml.data.images.pictures import picture, smooth
from tinyml.core import DataError, describe_count
from tinyml.data.images.opening import open_image, open_listed, read_image


def complaint(path: Path) -> str:
    """Return the sentence for a file, which must be the same for a file that a listing found."""
    with pytest.raises(DataError) as caught, open_image(path) as image:
        image.load()
    with pytest.raises(DataError) as again, open_listed(str(path)) as image:
        image.load()
    assert str(again.value) == str(caught.value)
    return str(caught.value)


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG file that declares a size, and holds hardly any pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".webp", ".tif"])
def test_each_format_opens_under_any_name(tmp_path: Path, suffix: str) -> None:
    image = picture((9, 7))
    image.save(tmp_path / f"image{suffix}")
    path = (tmp_path / f"image{suffix}").rename(tmp_path / "图像 صورة.png")
    with open_image(path) as opened:
        assert opened.size == (9, 7)
    with open_listed(str(path)) as opened:
        assert opened.convert("RGB").size == (9, 7)


def test_an_image_opens_from_memory() -> None:
    file = io.BytesIO()
    picture().save(file, "PNG")
    file.seek(0)
    with read_image(file, "pasted") as image:
        assert image.convert("RGB").tobytes() == picture().tobytes()


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 1), (12_000, 11_000)])
def test_too_many_pixels_are_refused_from_the_header(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "bomb.png").write_bytes(png_of_size(*size))
    words = complaint(tmp_path / "bomb.png")
    assert (
        f"'bomb.png' has {describe_count(size[0])} × {describe_count(size[1])} pixels, more than the 128\xa0000\xa0000"
        in words
    )


def test_a_photograph_of_108_million_pixels_opens(tmp_path: Path) -> None:
    """Pillow alone warns about it, and a warning is an error here."""
    (tmp_path / "photo.png").write_bytes(png_of_size(12_000, 9_000))
    with open_image(tmp_path / "photo.png") as image:
        assert image.size == (12_000, 9_000)


def test_a_text_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    text = b"zTXt" + b"comment\0\0" + zlib.compress(bytes(100 * 2**20))
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    content = png_of_size(4, 4)
    (tmp_path / "text.png").write_bytes(content[:33] + chunk + content[33:])
    assert "'text.png' is damaged or cut off" in complaint(tmp_path / "text.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif"])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    smooth((64, 64)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert f"'a{suffix}' is damaged or cut off" in complaint(path)


def test_empty_files_and_other_content_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("not an image")
    (tmp_path / "print.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n")
    assert complaint(tmp_path / "empty.png") == "'empty.png' is empty. Copy it again, or leave it out."
    for name in ("text.png", "print.png"):
        assert f"'{name}' is no image (PNG, JPEG, BMP, GIF, WebP or TIFF)" in complaint(tmp_path / name)
    assert "There is no file" in complaint(tmp_path / "missing.png")
    assert "is a folder" in complaint(tmp_path)


@pytest.mark.parametrize("kind", SPECIAL)
def test_special_files_are_refused_without_waiting(tmp_path: Path, kind: str) -> None:
    name = make_special(kind, tmp_path / "special.png")
    assert name in complaint(tmp_path / "special.png")


def test_the_settings_of_pillow_stay_as_they_are() -> None:
    assert Image.MAX_IMAGE_PIXELS == 1024**3 // 4 // 3
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
