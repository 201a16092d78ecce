"""Figures: the colours, the formats of files, and atomic saving."""

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tinyml.core import StorageError
from tinyml.core.text_picture import HEADING
from tinyml.layers import Conv2D
from tinyml.net import Sequential, record
from tinyml.visualize import Reconstruction, reconstruct
from tinyml.visualize.figures import FORMATS, Figure, draw_reconstruction
from tinyml.visualize.figures.colours import image_colours, signed_colours, signed_limit

ZERO = [242, 242, 242]


def figure() -> Figure:
    drawn = Figure(300, 200, "a & <b>", ["line\x1b one", "second"])
    drawn.add_picture((20, 100), (30, 20), np.full((2, 3, 3), 200, np.uint8))
    drawn.add_frame((20, 100), (30, 20), "#ff0000")
    drawn.add_text((20, 150), "map 3", most=100)
    return drawn


def namespaced(tag: str) -> str:
    return f"{{http://www.w3.org/2000/svg}}{tag}"


def test_zero_is_the_middle_of_the_scale_also_if_the_numbers_are_lopsided() -> None:
    colours = signed_colours(np.array([[[-0.5, 0.0, 4.0]]]), limit=4.0)
    assert colours[0, 1].tolist() == ZERO
    assert colours[0, 2].tolist() == [196, 78, 0]
    assert colours[0, 0, 2] > colours[0, 0, 0]  # bluish, and far from the full blue
    assert colours[0, 0].min() > 200


def test_zeros_are_the_neutral_colour() -> None:
    assert signed_colours(np.zeros((1, 2, 2)), 0.0).tolist() == [[ZERO, ZERO], [ZERO, ZERO]]
    assert signed_colours(np.zeros((3, 1, 1)), 0.0).tolist() == [[[128, 128, 128]]]


def test_three_channels_are_colours_and_others_their_mean() -> None:
    assert signed_colours(np.array([2.0, 0, -2]).reshape(3, 1, 1), 2.0).tolist() == [[[255, 128, 0]]]
    assert signed_colours(np.array([1.0, -1.0]).reshape(2, 1, 1), 1.0).tolist() == [[ZERO]]
    assert signed_limit(np.array([1.0, -3.0]).reshape(1, 2, 1, 1)) == 1.0
    assert signed_limit(np.array([1.0, -3.0, 0.0]).reshape(1, 3, 1, 1)) == 3.0


def test_numbers_that_are_no_numbers_do_not_stop_a_picture() -> None:
    assert signed_colours(np.array([[[np.nan, 1.0]]]), 1.0)[0, 0].tolist() == ZERO
    assert image_colours(np.array([[[np.nan, 1.0]]]), 0.0, 1.0)[0, 0].tolist() == [0, 0, 0]
    assert image_colours(np.array([[[-3e38, 3e38]]], np.float32), -3e38, 3e38)[0, 1].tolist() == [255, 255, 255]


def test_a_picture_is_enlarged_with_sharp_pixels_and_its_frame_lies_outside() -> None:
    pixels = figure().pixels()
    assert (pixels[100:120, 20:50] == 200).all()
    assert (pixels[98:100, 18:52] == [255, 0, 0]).all()
    assert (pixels[98:122, 50:52] == [255, 0, 0]).all()
    assert (pixels[97, 18:52] == 255).all()


def test_the_svg_holds_the_pictures_and_the_texts(tmp_path: Path) -> None:
    figure().save(tmp_path / "figure.svg")
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    assert (root.get("width"), root.get("viewBox")) == ("300", "0 0 300 200")
    texts = [element.text for element in root.iter(namespaced("text"))]
    assert texts == ["a & <b>", "line? one", "second", "map 3"]
    [image] = root.iter(namespaced("image"))
    assert [image.get(name) for name in ("x", "y", "width", "height")] == ["20", "100", "30", "20"]
    found = re.fullmatch(r"data:image/png;base64,(.*)", image.get("href", ""))
    assert found is not None
    embedded = np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))))
    assert embedded.shape == (2, 3, 3)  # the pixels of the picture, not of the figure
    assert (embedded == 200).all()


def test_the_png_has_the_pixels_of_the_figure_and_the_pdf_is_one_page(tmp_path: Path) -> None:
    for name in ("figure.PNG", "figure.pdf"):
        figure().save(tmp_path / name)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "figure.PNG")), figure().pixels())
    content = (tmp_path / "figure.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page /") + content.count(b"/Type /Page>") <= 1
    assert b"CreationDate" not in content


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_figure_is_the_same_bytes(ending: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        figure().save(tmp_path / f"{name}{ending}")
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2  # no temporary file is left


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sheet.gif", r"does not end in \.png, \.svg or \.pdf"),
        ("sheet", "does not end in"),
        ("no/a.png", "Could not save"),
    ],
)
def test_a_wrong_path_is_named_and_nothing_is_written(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=words):
        figure().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def one_reconstruction(shape: tuple[int, int, int]) -> tuple[np.ndarray, Reconstruction]:
    image = np.random.default_rng(0).random(shape)
    net = Sequential([Conv2D("conv", shape, 2, 3, 3, 1, 0, dtype=np.float64)])
    net.parameters[0].tensor[...] = np.abs(net.parameters[0].tensor)
    return image, reconstruct(record(net, image[np.newaxis]), "conv", 1, position=(1, 2))


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 10, 6), (2, 9, 9), (1, 500, 7)])
def test_a_reconstruction_of_any_image_is_drawn_beside_it(shape: tuple[int, int, int]) -> None:
    image, found = one_reconstruction(shape)
    pixels = draw_reconstruction("conv", ("a line",), image, found).pixels()
    assert (pixels == [47, 111, 222]).all(axis=2).any()  # the frame of the receptive field
    right = pixels[HEADING:-60, pixels.shape[1] // 2 :]
    zero = [128, 128, 128] if shape[0] == 3 else ZERO
    assert (right == zero).all(axis=2).any()
    assert len(np.unique(right.reshape(-1, 3), axis=0)) > 3
