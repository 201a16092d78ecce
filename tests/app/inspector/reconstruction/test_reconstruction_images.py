import numpy as np
from PySide6.QtGui import QColor

from app.inspector.reconstruction.reconstruction_images import color_limit, flatten_channels, reconstruction_image
from app.widgets.theme.theme import LIGHT


def test_zero_is_the_middle_of_the_scale_and_has_the_background_colour():
    array = np.array([[[0.0, -1.0, 4.0]]])
    image = reconstruction_image(array, dark=False)
    assert image.pixelColor(0, 0) == QColor(LIGHT.surface)
    assert image.pixelColor(1, 0).blue() > image.pixelColor(1, 0).red()
    assert image.pixelColor(2, 0).red() > image.pixelColor(2, 0).blue()
    assert reconstruction_image(np.zeros((1, 1, 1)), dark=False).pixelColor(0, 0) == QColor(LIGHT.surface)


def test_more_contrast_gives_smaller_numbers_the_full_colour_and_keeps_zero():
    array = np.array([[[0.0, -1.0, 4.0]]])
    strong = reconstruction_image(array, dark=False, limit=color_limit(array, contrast=4))
    full = reconstruction_image(array, dark=False, limit=1.0)
    assert strong == full
    assert strong.pixelColor(0, 0) == QColor(LIGHT.surface)
    assert strong.pixelColor(1, 0) != reconstruction_image(array, dark=False).pixelColor(1, 0)


def test_three_equal_channels_are_painted_as_one():
    plane = np.array([[1.0, -1.0]])
    assert reconstruction_image(np.stack([plane] * 3), dark=True) == reconstruction_image(plane[np.newaxis], dark=True)


def test_colour_reconstructions_keep_their_colours_around_grey():
    array = np.zeros((3, 1, 2))
    array[0, 0, 1] = 2.0
    image = reconstruction_image(array, dark=False)
    assert image.pixelColor(0, 0).red() in (127, 128)
    assert image.pixelColor(1, 0).red() == 255
    assert image.pixelColor(1, 0).green() in (127, 128)


def test_of_several_channels_the_strongest_is_painted_with_its_sign():
    array = np.array([[[1.0, 0.5]], [[-2.0, 0.25]]])
    assert flatten_channels(array).tolist() == [[-2.0, 0.5]]
