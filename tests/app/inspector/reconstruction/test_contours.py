"""Tests of the contours of a reconstruction, and of how a drawing paints them."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from app.inspector.reconstruction.contours import MOST_PIXELS, border_lines, find_contours, join_pixels
from app.inspector.reconstruction.drawing import FRAME_WIDTH, Drawing
from app.inspector.reconstruction.legend import scale_of
from app.inspector.target import Method
from app.widgets.images.colormaps import FRAME_COLOR, diverging_image, sample_image, sign_colors, viridis_image


def ends_of(contour):
    """Return the lines of a contour as (x1, y1, x2, y2)."""
    return {(line.x1(), line.y1(), line.x2(), line.y2()) for line in contour.lines}


def test_the_border_of_one_pixel_is_its_four_sides():
    lines = border_lines(np.array([[False, False], [False, True]]))
    ends = {(line.x1(), line.y1(), line.x2(), line.y2()) for line in lines}
    assert ends == {(1, 1, 2, 1), (1, 2, 2, 2), (1, 1, 1, 2), (2, 1, 2, 2)}


def test_each_sign_has_its_colour_and_each_level_its_line():
    plane = np.array([[1.0, 0.0, -0.3]])
    negative, positive = sign_colors(True)
    contours = find_contours(plane, 1.0, dark=True)
    assert [contour.color for contour in contours] == [positive, positive, negative]
    assert [min(line.x1() for line in contour.lines) for contour in contours] == [0, 0, 2]
    assert find_contours(np.zeros((2, 2)), 0.0, dark=True) == ()


def test_the_contours_of_a_large_plane_surround_squares_and_stay_inside():
    plane = np.zeros((100, 2 * MOST_PIXELS + 1))
    plane[99, 192] = 1.0
    plane[10, 20] = -1.0
    positive, _, negative, _ = find_contours(plane, 1.0, dark=False)
    assert ends_of(positive) == {(192, 99, 193, 99), (192, 100, 193, 100), (192, 99, 192, 100), (193, 99, 193, 100)}
    assert ends_of(negative) == {(18, 9, 21, 9), (18, 12, 21, 12), (18, 9, 18, 12), (21, 9, 21, 12)}


def test_joined_pixels_keep_the_largest_number():
    plane = np.arange(25.0).reshape(5, 5)
    assert join_pixels(plane, 2).tolist() == [[6, 8, 9], [16, 18, 19], [21, 23, 24]]
    assert np.array_equal(join_pixels(plane, 1), plane)


def test_noise_of_a_large_image_has_a_bounded_number_of_lines():
    plane = np.random.default_rng(0).standard_normal((224, 224))
    lines = sum(len(contour.lines) for contour in find_contours(plane, float(plane.max()), dark=True))
    assert 0 < lines < 4 * 2 * MOST_PIXELS**2


def test_the_legend_of_contours_says_what_has_no_line():
    coloured = np.random.default_rng(0).standard_normal((3, 4, 4))
    plain = scale_of(coloured, Method.DECONVNET, 1.0)
    lines = scale_of(coloured, Method.DECONVNET, 1.0, contours=True)
    assert plain.colored
    assert plain.meaning.startswith("bright: positive · dark: negative · grey: 0.")
    assert not lines.colored
    assert lines.meaning.startswith("orange: positive · blue: negative · no line: below 20 % of the scale.")


def test_a_drawing_paints_contours_that_are_seen_on_white():
    plane = np.zeros((4, 4))
    plane[1:3, 1:3] = 1.0
    white = sample_image(np.ones((1, 4, 4)))
    image = Drawing(white, find_contours(plane, 1.0, dark=False)).enlarged(20)
    assert image.width() == image.height() == 80
    column = [image.pixelColor(40, y) for y in range(30)]
    assert column[0] == QColor("white")
    assert min(color.lightness() for color in column) < 90  # the dark border of the line
    positive = sign_colors(False)[1]
    assert any(abs(color.red() - positive.red()) + abs(color.blue() - positive.blue()) < 40 for color in column)


@pytest.mark.parametrize("mark", [{"box": QRect(1, 1, 2, 2)}, {"marked": (1, 1)}])
def test_a_frame_lies_outside_of_the_pixels_that_it_surrounds(mark):
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    framed = Drawing(image, **mark).enlarged(20)
    assert framed.width() == 80 + 2 * FRAME_WIDTH
    first = FRAME_WIDTH + 20  # the first pixel inside of the frame
    assert framed.pixelColor(first, first + 5) == QColor("white")
    assert framed.pixelColor(first - FRAME_WIDTH // 2, first + 5) == QColor(FRAME_COLOR)


def test_the_colour_of_frames_is_far_from_all_colours_of_the_scales():
    ramp = np.linspace(-1, 1, 257)[np.newaxis]
    images = (viridis_image(ramp), diverging_image(ramp, False), diverging_image(ramp, True))
    frame = QColor(FRAME_COLOR)
    for image in images:
        for x in range(image.width()):
            color = image.pixelColor(x, 0)
            parts = zip(color.getRgb()[:3], frame.getRgb()[:3], strict=True)
            assert max(abs(one - other) for one, other in parts) > 50, color.name()


def test_a_smooth_drawing_blends_pixels_and_a_sharp_one_does_not():
    image = sample_image(np.array([[[0.0, 1.0]]]))
    sharp, smooth = Drawing(image).enlarged(30), Drawing(image, smooth=True).enlarged(30)
    assert {sharp.pixelColor(x, 10).red() for x in range(60)} == {0, 255}
    assert len({smooth.pixelColor(x, 10).red() for x in range(60)}) > 10
