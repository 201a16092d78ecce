"""Small pictures of datasets for the gallery: some points of the plane, a curve, or four images."""

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.widgets.images.colormaps import sample_image
from app.widgets.theme.class_colors import class_color
from tinyml.core import TinymlError
from tinyml.data import Dataset, load
from tinyml.data.public import public_sets

PICTURE_SIZE = 72
"""Width and height in pixels of the picture; the list shows it at half of this size, so that it is sharp at 200 %."""
_MOST_POINTS = 300
_DOT = 2.0
"""Radius of a point in pixels of the picture."""
_MARGIN = 6
_GAP = 2
_IMAGES = 4


def built_in_picture(name: str) -> QImage | None:
    """Return the picture of a built-in set; None if it cannot be loaded. Call this off the GUI thread.

    Arguments:
        name: of the set.
    """
    try:
        return dataset_picture(load(name))
    except TinymlError:
        return None


def public_picture(name: str) -> QImage | None:
    """Return the picture of a public set; None if it is not downloaded. Call this off the GUI thread.

    Arguments:
        name: of the set.
    """
    try:
        return images_picture(public_sets()[name].samples(_IMAGES) / np.float32(255))
    except TinymlError:
        return None


def dataset_picture(data: Dataset) -> QImage | None:
    """Return the picture of a dataset; None if its examples are neither images nor points.

    Arguments:
        data: the examples.
    """
    shape = data.description.example_shape
    if len(shape) == 3:
        return images_picture(data.examples(_one_of_each_class(data)))
    rows = slice(0, _MOST_POINTS)
    if shape == (2,):
        return points_picture(data.examples(rows), data.labels[rows])
    if shape == (1,) and data.description.target_shape == (1,):
        points = np.concatenate([data.examples(rows), data.target_numbers(rows)], axis=1)
        return points_picture(points, np.zeros(len(points), np.int64))
    return None


def images_picture(examples: np.ndarray) -> QImage:
    """Return a picture of four images.

    Arguments:
        examples: `(K, C, H, W)` numbers from 0 to 1; the first four are shown.
    """
    picture, painter = _empty_picture()
    size = (PICTURE_SIZE - _GAP) // 2
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place, example in zip(_places(size), examples, strict=False):
        painter.drawImage(place, sample_image(example))
    painter.end()
    return picture


def points_picture(points: np.ndarray, labels: np.ndarray) -> QImage:
    """Return a picture of points in the colours of their classes.

    Arguments:
        points: `(K, 2)` numbers.
        labels: `(K,)` class of each point.
    """
    picture, painter = _empty_picture()
    painter.setPen(Qt.PenStyle.NoPen)
    low, high = points.min(axis=0), points.max(axis=0)
    room = PICTURE_SIZE - 2 * _MARGIN
    places = _MARGIN + room * (points - low) / np.maximum(high - low, 1e-9)
    for (x, y), label in zip(places.tolist(), labels.tolist(), strict=True):
        painter.setBrush(QColor(class_color(label)))
        painter.drawEllipse(QPointF(x, PICTURE_SIZE - y), _DOT, _DOT)
    painter.end()
    return picture


def _empty_picture() -> tuple[QImage, QPainter]:
    picture = QImage(PICTURE_SIZE, PICTURE_SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return picture, painter


def _places(size: int) -> Iterator[QRect]:
    for top in (0, size + _GAP):
        for left in (0, size + _GAP):
            yield QRect(left, top, size, size)


def _one_of_each_class(data: Dataset) -> np.ndarray:
    """Return the first example of each of the first classes, as rows."""
    if not data.description.has_classes:
        return np.arange(min(_IMAGES, len(data)))
    _, first = np.unique(data.labels, return_index=True)
    return first[:_IMAGES]
