"""Images of the user whose strokes become a drawing."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.training import OwnImage
from app.training.drawing import DrawingStyle, place_drawing
from app.training.drawn_image import draw_image
from tinyml.core import DataError

STYLE = DrawingStyle("digits", (1, 28, 28), 0.0, 1.0, (0.0,), (1.0,), 20.0, "box", (14.0, 14.0))
COLORS = DrawingStyle("signs", (3, 20, 40), 0.0, 1.0, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), None, "none", (10.0, 20.0))


def own(image: Image.Image, **options) -> OwnImage:
    buffer = io.BytesIO()
    image.save(buffer, "png", **options)
    return OwnImage("digit.png", buffer.getvalue())


def photograph() -> Image.Image:
    """A dark bar on a sheet whose light falls off to one side."""
    shade = np.tile(np.linspace(170, 230, 300).astype(np.uint8), (200, 1))
    image = Image.fromarray(shade)
    ImageDraw.Draw(image).rectangle((200, 20, 219, 99), fill=30)
    return image


def test_a_dark_digit_on_a_sheet_becomes_a_light_one_of_the_data() -> None:
    drawing = draw_image(own(photograph()), STYLE)
    assert drawing.ink.shape == (280, 280, 4)
    placed = place_drawing(drawing.ink, STYLE)[0]
    rows, columns = (np.flatnonzero((placed > 0.5).any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1]) == (4, 23)
    assert len(columns) == 5
    assert placed[0].max() == 0
    assert placed[14, 14] == pytest.approx(1.0, abs=0.01)


def test_a_photograph_that_was_turned_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    drawing = draw_image(own(photograph(), exif=exif), STYLE)
    rows, columns = (np.flatnonzero((drawing.ink[..., 3] > 127).any(axis=axis)) for axis in (1, 0))
    assert len(columns) > 3 * len(rows)


def test_colours_stay_for_data_in_colour() -> None:
    image = Image.new("RGB", (80, 40), "white")
    ImageDraw.Draw(image).rectangle((20, 10, 39, 29), fill=(200, 20, 20))
    placed = place_drawing(draw_image(own(image), COLORS).ink, COLORS)
    assert placed.shape == (3, 20, 40)
    np.testing.assert_allclose(placed[:, 10, 14], np.array([200, 20, 20]) / 255, atol=0.02)
    np.testing.assert_allclose(placed[:, 2, 2], 1)


def test_an_image_of_one_colour_is_refused() -> None:
    with pytest.raises(DataError, match=r"'digit\.png' has one colour only"):
        draw_image(own(Image.new("L", (9, 9), 70)), STYLE)


def test_a_file_that_is_no_image_is_refused() -> None:
    with pytest.raises(DataError, match="is no image"):
        draw_image(OwnImage("note.png", b"some text"), STYLE)


@pytest.mark.parametrize("size", [(30_000, 1), (1, 3_000)])
def test_very_long_images_are_scaled(size: tuple[int, int]) -> None:
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1])) if size[1] == 1 else image.paste(255, (0, 0, 1, size[1] // 2))
    assert draw_image(own(image), STYLE).ink[..., 3].any()
