import numpy as np
from PySide6.QtGui import QColor

from app.inspector.reconstruction.reconstruction_images import flatten_channels, overlay_image, reconstruction_image
from app.widgets.theme.theme import LIGHT


def test_zero_has_the_background_colour_and_strong_pixels_are_opaque():
    array = np.array([[[0.0, -1.0, 4.0]]])
    image = reconstruction_image(array, dark=False)
    assert image.pixelColor(0, 0) == QColor(LIGHT.surface)
    assert image.pixelColor(1, 0).blue() > image.pixelColor(1, 0).red()
    assert image.pixelColor(2, 0).red() > image.pixelColor(2, 0).blue()
    overlay = overlay_image(array, dark=False)
    assert [overlay.pixelColor(x, 0).alpha() for x in range(3)] == [0, 64, 255]
    assert overlay_image(np.zeros((1, 1, 1)), dark=True).pixelColor(0, 0).alpha() == 0


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
