from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.data.images.pictures import form, picture, smooth
from tinyml.core import DataError
from tinyml.data.images.encode import has_colour, image_bytes, upright_size
from tinyml.data.images.opening import open_image


def planes(image: Image.Image) -> np.ndarray:
    """Return the pixels of an RGB or grey image as channels, height, width."""
    pixels = np.asarray(image)
    return pixels[np.newaxis] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def test_an_image_of_the_right_form_keeps_its_pixels() -> None:
    for mode, channels in (("RGB", 3), ("L", 1)):
        image = picture((5, 7), mode)
        np.testing.assert_array_equal(image_bytes(image, form(7, 5, channels)), planes(image))


def test_grey_and_colour_are_converted_as_pillow_does() -> None:
    colour, grey = picture(), picture(mode="L")
    np.testing.assert_array_equal(image_bytes(colour, form(channels=1)), planes(colour.convert("L")))
    np.testing.assert_array_equal(image_bytes(grey, form()), np.repeat(planes(grey), 3, axis=0))


def test_crop_uses_the_centre() -> None:
    image = Image.new("L", (9, 3), 0)
    image.paste(255, (3, 0, 6, 3))
    assert image_bytes(image, form(3, 3, 1)).min() == 255
    assert image_bytes(image.transpose(Image.Transpose.ROTATE_90), form(3, 3, 1)).min() == 255


def test_pad_adds_a_black_border_and_stretch_uses_everything() -> None:
    image = Image.new("L", (8, 4), 200)
    padded = image_bytes(image, form(8, 8, 1, "pad"))[0]
    assert padded[:2].max() == 0 == padded[6:].max()
    assert padded[2:6].min() == 200
    half = Image.new("L", (8, 4), 0)
    half.paste(255, (0, 0, 4, 4))
    stretched = image_bytes(half, form(8, 8, 1, "stretch"))[0]
    assert stretched[:, :3].min() == 255
    assert stretched[:, 5:].max() == 0


@pytest.mark.parametrize("rule", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 2), (200, 150)])
def test_every_shape_becomes_the_form(size: tuple[int, int], rule: str) -> None:
    assert image_bytes(smooth(size), form(6, 4, 3, rule)).shape == (3, 6, 4)


def test_transparent_parts_become_white() -> None:
    image = Image.new("RGBA", (2, 1), (10, 20, 30, 255))
    image.putpixel((1, 0), (10, 20, 30, 0))
    assert image_bytes(image, form(1, 2))[:, 0].T.tolist() == [[10, 20, 30], [255, 255, 255]]
    assert image_bytes(Image.new("LA", (1, 1), (0, 51)), form(1, 1, 1)).tolist() == [[[204]]]


def test_a_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    for name in ("a.gif", "a.png"):
        image.save(tmp_path / name, transparency=1)
        with open_image(tmp_path / name) as opened:
            assert image_bytes(opened, form(1, 2))[:, 0].T.tolist() == [[255, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_become_the_upper_eight(tmp_path: Path, name: str) -> None:
    Image.fromarray(np.array([[0, 256, 0x8034, 0xFFFF]], np.uint16)).save(tmp_path / name)
    with open_image(tmp_path / name) as image:
        assert image_bytes(image, form(1, 4, 1)).tolist() == [[[0, 1, 128, 255]]]


def test_pixels_without_a_fixed_range_are_refused() -> None:
    for pixels in (np.full((2, 2), 0.5, np.float32), np.full((2, 2), -1, np.int32), np.full((2, 2), 70_000, np.int32)):
        with pytest.raises(DataError, match="unknown which are black and white"):
            image_bytes(Image.fromarray(pixels), form(2, 2, 1))


def test_cmyk_and_one_bit_images_are_read(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 4), (255, 0, 0, 0)).save(tmp_path / "a.tif")
    with open_image(tmp_path / "a.tif") as image:
        assert image_bytes(image, form(4, 4))[:, 0, 0].tolist() == [0, 255, 255]
    assert image_bytes(Image.new("1", (2, 2), 1), form(2, 2, 1)).min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("rule", ["crop", "pad"])
def test_the_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str, rule: str) -> None:
    """A photograph is stored turned, with a note how it was turned; it must look as without the turn."""
    upright = smooth((64, 48))
    backwards = {6: 8, 8: 6}.get(orientation, orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
    stored = upright.transpose(Image.Transpose(turns[backwards])) if orientation > 1 else upright
    stored.save(tmp_path / f"a{suffix}", exif=exif, **({"quality": 95} if suffix == ".jpg" else {}))
    with open_image(tmp_path / f"a{suffix}") as image:
        assert upright_size(image) == (48, 64)
        found = image_bytes(image, form(12, 20, 3, rule)).astype(int)
    expected = image_bytes(upright, form(12, 20, 3, rule)).astype(int)
    assert np.abs(found - expected).max() < 20


def test_a_large_photograph_decodes_small_and_looks_the_same(tmp_path: Path) -> None:
    photograph = smooth((640, 480))
    photograph.save(tmp_path / "a.jpg", quality=95)
    with open_image(tmp_path / "a.jpg") as image:
        found = image_bytes(image, form(16, 16)).astype(int)
        assert image.size == (80, 60)
    assert np.abs(found - image_bytes(photograph, form(16, 16)).astype(int)).max() < 6


def test_resampling_averages_what_a_pixel_covers() -> None:
    """Without this, a fine pattern becomes noise."""
    board = Image.fromarray((np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8))
    assert np.abs(image_bytes(board, form(8, 8, 1)).astype(int) - 127).max() <= 2


def test_colours_are_known_without_decoding() -> None:
    grey = Image.new("P", (2, 2))
    grey.putpalette([0, 0, 0, 200, 200, 200])
    red = Image.new("P", (2, 2))
    red.putpalette([0, 0, 0, 200, 0, 0])
    assert [has_colour(image) for image in (grey, red, picture(mode="LA"), picture(mode="CMYK"))] == [
        False,
        True,
        False,
        True,
    ]
