"""How a drawing is placed on an image, by rules that are measured in the data."""

from pathlib import Path

import numpy as np
import pytest

from app.training.drawing import DrawingStyle, OwnDrawing, measure_style, place_drawing
from tinyml.data import Dataset, load

MNIST = Path(__file__).parents[4] / "shared" / "data" / "mnist"
needs_mnist = pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST test set is not at ../shared/data/mnist")


def ink(box: tuple[int, int, int, int], color: tuple[int, int, int] = (255, 255, 255), size: int = 280) -> np.ndarray:
    """Return a drawing with a filled box (top, bottom, left, right)."""
    drawn = np.zeros((size, size, 4), np.uint8)
    drawn[box[0] : box[1], box[2] : box[3]] = (*color, 255)
    return drawn


def box_of(image: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def images(count: int, side: int, box: int, seed: int, background: float, foreground: float) -> np.ndarray:
    """Return pictures with one square each, at a drawn place."""
    generator = np.random.default_rng(seed)
    pictures = np.full((count, 1, side, side), background, np.float32)
    for picture in pictures[:, 0]:
        row, column = generator.integers(0, side - box + 1, 2)
        picture[row : row + box, column : column + box] = foreground
    return pictures


@needs_mnist
def test_mnist_scales_to_20_pixels_and_centres_the_mass() -> None:
    style = measure_style(load(str(MNIST)))
    assert (style.longest, style.centring) == (20.0, "mass")
    assert style.center == pytest.approx((14.5, 14.5), abs=0.05)
    assert (style.background, style.ink) == ((0.0,), (1.0,))
    assert style.describe().startswith("Your drawing is scaled to 20 pixels and its centre of mass")


@needs_mnist
def test_a_digit_of_mnist_that_is_drawn_again_is_placed_as_before() -> None:
    digits = load(str(MNIST))
    style = measure_style(digits)
    for index in range(30):
        digit = digits.unscaled_examples(slice(index, index + 1))[0, 0]
        large = np.kron(digit, np.ones((4, 4)))
        drawn = np.zeros((280, 280, 4), np.uint8)
        drawn[150:262, 3:115] = np.round(255 * large)[..., np.newaxis]
        again = place_drawing(drawn, style)[0]
        # Half a pixel of rounding can shift it by one.
        shifts = [np.roll(digit, (row, column), (0, 1)) for row in (-1, 0, 1) for column in (-1, 0, 1)]
        assert min(np.abs(again - shifted).mean() for shifted in shifts) < 0.02
        assert np.abs(np.subtract(box_of(again > 0.2), box_of(digit > 0.2))).max() <= 1


def test_digits_8x8_fill_the_height_and_centre_the_box() -> None:
    style = measure_style(load("digits"))
    assert (style.longest, style.centring) == (8.0, "box")


def test_images_of_many_sizes_and_places_leave_the_drawing_as_it_is() -> None:
    pictures = np.concatenate([images(60, 30, box, box, 0.0, 1.0) for box in (4, 8, 16)])
    style = measure_style(Dataset.from_arrays(pictures, np.zeros(len(pictures), int)))
    assert (style.longest, style.centring) == (None, "none")
    placed = place_drawing(ink((28, 56, 140, 280)), style)
    assert box_of(placed[0] > 0.5) == (3, 6, 15, 30)


def test_a_dark_digit_on_light_paper_is_drawn_dark_on_light() -> None:
    pictures = images(50, 12, 6, 0, 200.0, 10.0)
    style = measure_style(Dataset.from_arrays(pictures, np.zeros(50, int)))
    assert (style.background, style.ink) == ((200.0,), (10.0,))
    assert style.longest == 6
    placed = place_drawing(ink((0, 100, 0, 50)), style)
    assert (placed.min(), placed.max()) == (10.0, 200.0)
    assert box_of(placed[0] < 100)[1] - box_of(placed[0] < 100)[0] == 6


def test_photographs_have_no_rule_for_drawings() -> None:
    pictures = np.random.default_rng(0).random((40, 3, 16, 20), np.float32)
    style = measure_style(Dataset.from_arrays(pictures, np.zeros(40, int)))
    assert (style.longest, style.centring, style.has_colors) == (None, "none", True)
    placed = place_drawing(ink((0, 140, 0, 280), (255, 0, 0))[:224], style)
    assert placed.shape == (3, 16, 20)
    assert placed[0, 2, 2] == pytest.approx(style.high)
    assert placed[1, 2, 2] == pytest.approx(style.low)
    np.testing.assert_allclose(placed[:, 15, 2], style.background)


def test_a_drawing_never_leaves_the_image() -> None:
    style = DrawingStyle("any", (1, 10, 20), 0.0, 1.0, (0.0,), (1.0,), 16.0, "mass", (0.0, 19.0))
    placed = place_drawing(ink((0, 280, 100, 120)), style)
    assert box_of(placed[0] > 0.5) == (0, 10, 18, 19)
    wide = place_drawing(ink((100, 120, 0, 280)), style)
    assert box_of(wide[0] > 0.5) == (0, 1, 4, 20)


def test_an_empty_drawing_is_the_background() -> None:
    style = measure_style(load("digits"))
    assert not place_drawing(np.zeros((280, 280, 4), np.uint8), style).any()


@pytest.mark.parametrize("number", [0.0, np.nan])
def test_images_without_ink_have_a_style_all_the_same(number: float) -> None:
    pictures = np.full((5, 1, 6, 6), number, np.float32)
    data = Dataset.from_arrays(np.zeros((5, 1, 6, 6), np.float32), np.zeros(5, int))
    object.__setattr__(data, "stored_inputs", pictures)
    style = measure_style(data)
    assert (style.longest, style.centring) == (None, "none")
    assert np.isfinite(place_drawing(ink((0, 100, 0, 50)), style)).all()


def test_a_drawing_fits_only_the_data_that_it_was_made_for() -> None:
    digits = load("digits")
    drawing = OwnDrawing(ink((0, 9, 0, 9)), measure_style(digits))
    assert drawing.fits(digits.description)
    assert not drawing.fits(load("shapes").description)
    assert drawing.encode(digits).shape == (1, 1, 8, 8)
    assert drawing.title == "drawing"
