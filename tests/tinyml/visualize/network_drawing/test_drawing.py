"""Drawings: the same picture as SVG and as pixels."""

import io

import pytest
from PIL import Image

from tinyml.visualize.network_drawing import Card, Drawing, draw_network, draw_png
from tinyml.visualize.network_drawing.drawing import Label, cut_text, text_width
from tinyml.visualize.network_drawing.glyphs import draw_icon
from tinyml.visualize.network_drawing.network import DARK, LIGHT

COLOURS = {"back": "#ffffff", "ink": "#ff0000"}


def pixels(drawing: Drawing, scale: float = 1.0) -> Image.Image:
    return Image.open(io.BytesIO(draw_png(drawing, COLOURS, "back", scale))).convert("RGB")


def test_pixels_are_where_the_shapes_are() -> None:
    drawing = Drawing(30, "a box")
    drawing.height = 20
    drawing.box((10, 5), (20, 15), fill="ink")
    picture = pixels(drawing)
    assert picture.getpixel((15, 10)) == (255, 0, 0)
    assert picture.getpixel((5, 10)) == picture.getpixel((15, 17)) == (255, 255, 255)


def test_half_a_colour_is_mixed_with_what_is_below() -> None:
    drawing = Drawing(30, "a box")
    drawing.height = 20
    drawing.box((0, 0), (30, 20), fill="ink", opacity=0.5)
    red, green, blue = pixels(drawing).getpixel((15, 10))
    assert red == 255
    assert green == blue == pytest.approx(127, abs=2)


def test_a_tall_drawing_is_painted_without_seams() -> None:
    drawing = Drawing(20, "a tall box")
    drawing.height = 3000
    drawing.box((5, 10), (15, 2990), fill="ink")
    picture = pixels(drawing)
    column = [picture.getpixel((10, row)) for row in range(3000)]
    assert column.count((255, 0, 0)) == 2980


def test_a_text_that_is_too_wide_is_cut() -> None:
    cut = cut_text("a_very_long_name_of_a_layer" * 50, 14, 100, bold=True)
    assert cut.endswith("…")
    assert text_width(cut, 14, bold=True) <= 100
    assert cut_text("short", 14, 100) == "short"


FAMILIES = [name for name in LIGHT if name not in ("canvas", "card", "border", "text", "muted", "track")]


@pytest.mark.parametrize("family", [*FAMILIES, "unknown"])
def test_every_family_has_an_icon(family: str) -> None:
    drawing = Drawing(16, "icon")
    draw_icon(drawing, (0, 0), family)
    assert drawing.elements
    for element in drawing.elements:
        assert -1 <= element.extent[0] <= element.extent[1] <= 17.6


def test_both_palettes_have_every_colour() -> None:
    assert set(LIGHT) == set(DARK)
    drawing = draw_network([Card("fc", "Linear", "dense", (), (2,), 10, 1.0)], "tiny")
    assert drawing.as_svg(LIGHT) != drawing.as_svg(DARK)


def test_the_cards_inside_a_block_are_indented_within_its_frame() -> None:
    inside = (Card("conv_1", "Conv2D", "convolution", ("3×3",), (8, 4, 4), 9, 0.1), Card("relu", "ReLU", "activation"))
    drawing = draw_network([Card("block_1", "Residual", "block", (), (8, 4, 4), 9, 1.0, inside, True)], "blocks")
    places = {each.text: each for each in drawing.elements if isinstance(each, Label)}
    assert places["conv_1"].at[0] > places["block_1"].at[0]
    assert places["block_1"].at[1] < places["conv_1"].at[1] < places["relu"].at[1] < drawing.height


def test_a_card_is_a_sentence_for_screen_readers() -> None:
    card = Card("conv_1", "Conv2D", "convolution", ("3×3",), (8, 4, 4), 9, 0.1)
    assert card.describe() == "conv_1, Conv2D, 3×3, gives 8 by 4 by 4, 9 parameters"
