"""Maps over a plane as pixels: the predicted class at each point, or a number."""

import numpy as np
from PySide6.QtGui import QColor, QImage

from app.widgets.theme.class_colors import class_color

LARGEST_ALPHA = 90
"""Opacity of a class map where the network is certain, of 255: points stay visible on it."""


def class_pixels(scores: np.ndarray, largest_alpha: int = LARGEST_ALPHA) -> np.ndarray:
    """Return the predicted classes in their colours, `(rows, columns, 4)` bytes: red, green, blue and opacity.

    A colour is stronger where the score is higher. Scores that are not finite are transparent.

    Arguments:
        scores: `(rows, columns, classes)` the class scores on a grid.
        largest_alpha: opacity where the network is certain, of 255.
    """
    predicted = scores.argmax(axis=2)
    highest = np.take_along_axis(scores, predicted[..., np.newaxis], axis=2)[..., 0]
    chance = 1 / scores.shape[2]
    colors = np.array([_rgb(class_color(index)) for index in range(scores.shape[2])], np.float64)
    strength = np.clip(np.nan_to_num((highest - chance) / max(1 - chance, 1e-9)), 0, 1)
    pixels = np.empty((*predicted.shape, 4), np.uint8)
    pixels[..., :3] = colors[predicted]
    pixels[..., 3] = np.rint(largest_alpha * strength)
    return pixels


def _rgb(color: str) -> tuple[int, int, int]:
    parsed = QColor(color)
    return parsed.red(), parsed.green(), parsed.blue()


def image_pixels(image: QImage) -> np.ndarray:
    """Return the pixels of a picture as `(rows, columns, 4)` bytes: red, green, blue and opacity.

    Arguments:
        image: such as those of `colormaps`.
    """
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return flat[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()
