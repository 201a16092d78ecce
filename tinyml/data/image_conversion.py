"""Brings the stored images of a dataset to another size or other colours.

Readers of image files decode in the right size themselves. This is for images that are stored as arrays.
"""

from dataclasses import replace

import numpy as np
from PIL import Image

from tinyml.core import Shape
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.preprocessing import ImageEncoding, Preprocessing
from tinyml.data.preprocessing.encoding import resize_image

_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114
"""Weights of the colours in grey (ITU-R BT.601, as Pillow)."""


def converted_shape(shape: Shape, preprocessing: Preprocessing) -> Shape:
    """Return the shape of an example after preprocessing.

    Arguments:
        shape: shape of a stored example.
        preprocessing: size and colour; only images change.

    >>> converted_shape((3, 32, 32), Preprocessing(size=(16, 16), colour="grey"))
    (1, 16, 16)
    """
    if not _are_images(shape):
        return shape
    channels = {"automatic": shape[0], "grey": 1, "colour": 3}[preprocessing.colour]
    return (channels, *(preprocessing.size or shape[1:]))


def describe_converted(description: DataDescription, preprocessing: Preprocessing) -> DataDescription:
    """Return the description of the images after preprocessing, with their encoding.

    Arguments:
        description: of the stored images. Other data stays as it is.
        preprocessing: size and colour.
    """
    shape = converted_shape(description.example_shape, preprocessing)
    if not _are_images(shape):
        return description
    encoding = description.encoding
    if isinstance(encoding, ImageEncoding):
        form = {"channels": 1 if shape[0] == 1 else 3, "height": shape[1], "width": shape[2]}
        encoding = encoding.model_copy(update={**form, "resize": preprocessing.resize})
    target_shape = shape if description.target == "input" else description.target_shape
    return replace(description, example_shape=shape, encoding=encoding, target_shape=target_shape)


def convert_images(dataset: Dataset, preprocessing: Preprocessing) -> Dataset:
    """Return the images of a dataset in the size and colours of the preprocessing.

    Arguments:
        dataset: the images. Other data stays as it is.
        preprocessing: size and colour.
    """
    description = describe_converted(dataset.description, preprocessing)
    if description.example_shape == dataset.description.example_shape:
        return replace(dataset, description=description)
    channels, height, width = description.example_shape
    stored = dataset.stored_inputs
    converted = np.empty((len(stored), channels, height, width), stored.dtype)
    encoding = ImageEncoding(height=height, width=width, channels=1, resize=preprocessing.resize)
    for image, result in zip(stored, converted, strict=True):
        result[...] = [_resize(channel, encoding) for channel in _recolour(image, channels)]
    return replace(dataset, description=description, stored_inputs=converted)


def _are_images(shape: Shape) -> bool:
    return len(shape) == 3 and shape[0] in (1, 3)


def _recolour(image: np.ndarray, channels: int) -> np.ndarray:
    if len(image) == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=0)
    grey = _RED * image[0] + _GREEN * image[1] + _BLUE * image[2]
    rounded: np.ndarray = np.rint(grey) if image.dtype == np.uint8 else grey
    return rounded.astype(image.dtype)[np.newaxis]


def _resize(channel: np.ndarray, encoding: ImageEncoding) -> np.ndarray:
    """Return one channel `(H, W)` in the size of the encoding."""
    if channel.shape == (encoding.height, encoding.width):
        return channel
    resized: np.ndarray = resize_image(Image.fromarray(channel), encoding)
    return resized
