"""Turns an image of the user into a drawing, so that it is placed as the data place their images."""

import io

import numpy as np

from app.training.drawing import DrawingStyle, OwnDrawing, canvas_size
from app.training.own_examples import OwnImage
from tinyml.core import DataError
from tinyml.core.files import show_path
from tinyml.data.images.opening import read_image
from tinyml.data.preprocessing import ImageEncoding, encode_image

_PAPER, _PEN = 0.25, 0.6
"""Shares of the largest distance from the colour of the paper: below the first there is no ink, above the second only
ink. Shadows on a photograph of paper are below."""
_ORIENTATION = 0x0112
"""Tag of EXIF (version 2.32) that says how the camera was held; from 5 on, height and width are exchanged."""
_FIRST_TURNED = 5


def draw_image(image: OwnImage, style: DrawingStyle) -> OwnDrawing:
    """Return the strokes of an image as a drawing. A photograph of a written digit becomes a digit of the data.

    The colour of the paper is the median along the edges; the farther a pixel is from it, the more ink it has.

    Arguments:
        image: such as a photograph or a scan, dark on light or light on dark.
        style: how the data are drawn.

    Raises `DataError` when the image cannot be decoded, or has one colour only.
    """
    height, width = canvas_size(style.shape)
    with read_image(io.BytesIO(image.content), image.title) as opened:
        scale = min(height / opened.height, width / opened.width)
        inner = [max(round(length * scale), 1) for length in (opened.height, opened.width)]
        turned = opened.getexif().get(_ORIENTATION, 1) >= _FIRST_TURNED
        form = ImageEncoding(height=inner[turned], width=inner[not turned], channels=3, resize="stretch")
        pixels = encode_image(opened, form).transpose(1, 2, 0)[:height, :width].astype(np.float32) / 255
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    distance = np.abs(pixels - np.median(edges, axis=0)).max(axis=-1)
    farthest = float(distance.max())
    if farthest == 0:
        raise DataError(f"'{show_path(image.title)}' has one colour only. Choose an image with something drawn on it.")
    coverage = np.clip((distance / farthest - _PAPER) / (_PEN - _PAPER), 0, 1)[..., np.newaxis]
    color = pixels if style.has_colors else np.full(3, float(np.clip(np.mean(style.ink), 0, 1)), np.float32)
    ink = np.zeros((height, width, 4), np.uint8)
    top, left = (height - len(pixels)) // 2, (width - pixels.shape[1]) // 2
    place = ink[top : top + len(pixels), left : left + pixels.shape[1]]
    place[...] = np.round(255 * np.concatenate([color * coverage, coverage], axis=-1))
    return OwnDrawing(ink, style)
