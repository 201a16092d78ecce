"""Numbers as colours: images in their own colours, signed numbers with zero in the middle of the scale."""

import numpy as np

from tinyml.core import Array

BELOW, ZERO, ABOVE = (10, 95, 176), (242, 242, 242), (196, 78, 0)
"""Blue, nearly white, orange: readers with any kind of colour vision can tell them apart. The window has the same blue
and orange in its light theme. It cannot import them, and this module cannot import Qt, so a test compares them."""


def image_colours(image: Array, low: float, high: float) -> np.ndarray:
    """Return an image as colours `(H, W, 3)` of bytes.

    Arguments:
        image: `(C, H, W)`. Three channels are red, green and blue; of other numbers of channels, the mean is grey.
        low, high: the numbers that are black and white.

    >>> image_colours(np.array([[[0.0, 1.0]]]), 0, 1).tolist()
    [[[0, 0, 0], [255, 255, 255]]]
    """
    channels = image if len(image) == 3 else np.repeat(image.mean(axis=0, keepdims=True), 3, axis=0)
    # Halves do not overflow.
    span = (high / 2 - low / 2) or 1.0
    shares = np.nan_to_num((channels / 2 - low / 2) / span).clip(0, 1)
    colours: np.ndarray = np.rint(255 * shares).astype(np.uint8).transpose(1, 2, 0)
    return colours


def signed_colours(image: Array, limit: float) -> np.ndarray:
    """Return signed numbers as colours `(H, W, 3)` of bytes; zero is the middle of the scale.

    Arguments:
        image: `(C, H, W)`. Three channels are red, green and blue, with grey for zero. Of other numbers of channels,
            the mean is blue below zero and orange above.
        limit: absolute value that gets the full colour, on both sides of zero. 0 if all numbers are zero.

    >>> signed_colours(np.array([[[-2.0, 0.0, 2.0]]]), 2).tolist()
    [[[10, 95, 176], [242, 242, 242], [196, 78, 0]]]
    """
    if len(image) == 3:
        return image_colours(image, -limit, limit) if limit else np.full((*image.shape[1:], 3), 128, np.uint8)
    shares = np.clip(np.nan_to_num(image.mean(axis=0) / (limit or 1.0)), -1, 1)
    mixed = [np.interp(shares, (-1, 0, 1), levels) for levels in zip(BELOW, ZERO, ABOVE, strict=True)]
    colours: np.ndarray = np.rint(np.stack(mixed, axis=2)).astype(np.uint8)
    return colours


def signed_limit(images: Array) -> float:
    """Return the largest absolute value that `signed_colours` shows of some images; 0 if there is none.

    Arguments:
        images: `(N, C, H, W)`.

    >>> signed_limit(np.array([[[[-2.0, 1.0]]]]))
    2.0
    """
    shown = images if images.shape[1] == 3 else images.mean(axis=1)
    return float(np.abs(np.nan_to_num(shown)).max(initial=0.0))
