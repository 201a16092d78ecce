import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from app.widgets.images import colormaps
from app.widgets.images.colormaps import (
    NON_FINITE_COLOR,
    diverging_image,
    finite_range,
    grey_image,
    rgb_image,
    sample_image,
    viridis_image,
)
from app.widgets.theme.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")


def color(image: QImage, row: int, column: int) -> QColor:
    return image.pixelColor(column, row)


def test_grey_runs_from_black_to_white_and_clips() -> None:
    image = grey_image(np.array([[-3.0, 0.0, 0.5], [1.0, 9.0, 0.25]], np.float32))
    assert (image.width(), image.height()) == (3, 2)
    levels = [[color(image, row, column).red() for column in range(3)] for row in range(2)]
    assert levels == [[0, 0, 128], [255, 255, 64]]


@pytest.mark.parametrize("paint", [grey_image, viridis_image, lambda a: diverging_image(a, True)])
def test_numbers_that_are_not_finite_have_a_separate_color(paint) -> None:
    image = paint(np.array([[np.nan, np.inf, -np.inf, 1.0, 0.0]]))
    assert [color(image, 0, column).name() for column in range(3)] == [NON_FINITE_COLOR] * 3
    assert NON_FINITE_COLOR not in {color(image, 0, 3).name(), color(image, 0, 4).name()}


def test_a_color_picture_marks_a_pixel_with_one_channel_that_is_not_finite() -> None:
    array = np.zeros((3, 1, 2), np.float32)
    array[0] = 1.0
    array[2, 0, 1] = np.nan
    image = rgb_image(array)
    assert color(image, 0, 0).name() == "#ff0000"
    assert color(image, 0, 1).name() == NON_FINITE_COLOR


@pytest.mark.parametrize(("dark", "theme"), [(False, LIGHT), (True, DARK)])
def test_zero_is_the_background_and_the_scale_symmetric(dark: bool, theme) -> None:
    image = diverging_image(np.array([[-0.5, 0.0, 2.0, -2.0]]), dark)
    assert color(image, 0, 1).name() == theme.surface
    assert color(image, 0, 2).red() > color(image, 0, 2).blue()
    assert color(image, 0, 3).blue() > color(image, 0, 3).red()
    weak, full = color(image, 0, 0), color(image, 0, 3)
    background = QColor(theme.surface)
    assert abs(weak.red() - background.red()) < abs(full.red() - background.red())


def test_a_given_limit_makes_pictures_comparable() -> None:
    alone = diverging_image(np.array([[0.1, 0.0]]), False)
    beside = diverging_image(np.array([[0.1, 0.0]]), False, limit=1.0)
    assert color(alone, 0, 0) != color(beside, 0, 0)


@pytest.mark.parametrize("value", [0.0, 7.0, -7.0, np.nan])
def test_a_constant_map_causes_no_division_by_zero(value: float) -> None:
    dead = np.full((2, 2), value)
    for image in (grey_image(dead, value, value), viridis_image(dead), diverging_image(dead, False, limit=0.0)):
        assert not image.isNull()
    if value == 0:
        assert color(diverging_image(dead, True), 0, 0).name() == DARK.surface


def test_the_largest_numbers_do_not_overflow() -> None:
    huge = np.array([[np.finfo(np.float64).max, -np.finfo(np.float64).max, 0.0]])
    assert [color(grey_image(huge, *finite_range(huge)), 0, column).red() for column in range(3)] == [255, 0, 128]
    tiny = np.array([[5e-324, 0.0]])
    assert not diverging_image(tiny, True).isNull()
    assert not grey_image(huge, 0.0, 1e-300).isNull()


def test_the_picture_has_a_copy_of_the_array() -> None:
    array = np.zeros((4, 4), np.float32)
    image = grey_image(array)
    array[:] = 1.0
    del array
    assert color(image, 3, 3).red() == 0


def test_any_memory_order_and_type_is_accepted() -> None:
    array = np.arange(24).reshape(4, 6)
    transposed = grey_image(array.T[::-1], 0, 23)
    assert (transposed.width(), transposed.height()) == (4, 6)
    assert color(transposed, 0, 0).red() == round(5 / 23 * 255)
    assert not grey_image(array > 5).isNull()
    assert not viridis_image(array.astype(np.float16)).isNull()


def test_samples_are_grey_or_colored_by_their_channels() -> None:
    grey = np.full((1, 2, 3), 1.0, np.float32)
    assert color(sample_image(grey), 0, 0).name() == "#ffffff"
    assert sample_image(grey[0]) == sample_image(grey)
    colored = np.zeros((3, 2, 3), np.float32)
    colored[1] = 1.0
    assert color(sample_image(colored), 1, 2).name() == "#00ff00"
    assert color(sample_image(np.stack([grey[0], grey[0] * 0])), 0, 0).red() == 128


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (2, 2, 2)])
def test_other_shapes_are_refused_with_a_sentence(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="A picture needs an array of H×W"):
        grey_image(np.zeros(shape))


def test_a_picture_of_several_blocks_has_the_colours_of_its_rows(monkeypatch) -> None:
    values = np.random.default_rng(0).normal(size=(7, 30)).astype(np.float32)
    values[5, 3] = np.nan
    whole = colormaps.diverging_image(values, True)
    monkeypatch.setattr(colormaps, "_NUMBERS_AT_ONCE", 60)
    assert colormaps.diverging_image(values, True) == whole
