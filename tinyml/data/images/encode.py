"""Brings one image to the size and the colours of a dataset. The same pixels always give the same bytes.

The order of the steps:

1. JPEG files decode at a half, a quarter or an eighth of their size, if that is still twice as large as needed.
2. Transparent parts are put on white. 16 bits become the upper 8 bits. Palettes, CMYK and other colours become grey
   (ITU-R 601, as Pillow) or red, green and blue.
3. The rule "crop" cuts the longer side off around the centre, "pad" adds a black border, "stretch" changes the
   proportions. Pixels are resampled with bicubic interpolation over all pixels that they cover. An image that has the
   size already keeps its pixels.
4. The image is turned upright, as the camera noted in its EXIF data.
"""

import math
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from tinyml.core import DataError
from tinyml.data.images.opening import PILLOW_ERRORS

VERSION = 1
"""Increase it when the same image gives other bytes, so that stored bytes are computed again."""

_BACKGROUND = "white"
_REDUCING_GAP = 2.0
"""An image is first reduced by a whole factor, to a size that is still larger than the result by this factor."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, for each EXIF orientation (Exif 2.32, tag 0x0112); 1 is upright."""
_TRANSPARENT = ("RGBA", "RGBa", "LA", "La", "PA")
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N", "I")
_UNKNOWN_RANGE = (
    "The pixels of the image are {}, so it is unknown which are black and white. Save it with 8 or 16 bits, or leave "
    "it out."
)
_LARGEST_16_BITS = 2**16 - 1


class ImageForm(Protocol):
    """The form that all images of a dataset have, such as an `ImageEncoding`.

    Attributes:
        height, width: size in pixels.
        channels: 1 for grey, 3 for colour.
        resize: the rule for images of another shape.
    """

    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def resize(self) -> Literal["crop", "pad", "stretch"]: ...


def image_bytes(image: Image.Image, form: ImageForm) -> NDArray[np.uint8]:
    """Return an image as bytes, in a form.

    Arguments:
        image: any image of Pillow. If it is an open JPEG file whose pixels are not decoded yet, it decodes in a smaller
            size.
        form: size, rule and channels.

    Shapes: `(channels, height, width)`.

    Raises `DataError` for pixels without a fixed range (32-bit or floating-point TIFF); the errors of Pillow for a
    damaged file pass, see `read_image`.

    >>> from types import SimpleNamespace
    >>> form = SimpleNamespace(height=2, width=2, channels=3, resize="crop")
    >>> image_bytes(Image.new("CMYK", (10, 6)), form)[:, 0, 0]
    array([255, 255, 255], dtype=uint8)
    """
    orientation = _orientation(image)
    width, height = form.width, form.height
    if orientation >= 5:
        width, height = height, width
    mode = "L" if form.channels == 1 else "RGB"
    _draft(image, mode, (width, height), form.resize)
    fitted = resize_image(_convert(image, mode), width, height, form.resize)
    if orientation in _TURNS:
        fitted = fitted.transpose(_TURNS[orientation])
    pixels: NDArray[np.uint8] = np.asarray(fitted).reshape(form.height, form.width, form.channels)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def resize_image(image: Image.Image, width: int, height: int, rule: Literal["crop", "pad", "stretch"]) -> Image.Image:
    """Return an image in another size.

    Arguments:
        image: an image of mode "L", "RGB" or "F".
        width, height: the size in pixels.
        rule: "crop" cuts the longer side off around the centre, "pad" adds a black border, "stretch" changes the
            proportions.

    >>> resize_image(Image.new("L", (8, 4), 255), 4, 4, "pad").getpixel((0, 0))
    0
    """
    if image.size == (width, height):
        return image
    box = _box(image.size, (width, height), rule)
    if rule != "pad":
        return _resample(image, (width, height), box)
    scale = min(width / image.width, height / image.height)
    inner = max(1, min(width, round(image.width * scale))), max(1, min(height, round(image.height * scale)))
    padded = Image.new(image.mode, (width, height))
    padded.paste(_resample(image, inner, box), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return padded


def has_colour(image: Image.Image) -> bool:
    """Return True if the header of an image says that it can have colours. The pixels are not decoded.

    >>> has_colour(Image.new("RGB", (1, 1))), has_colour(Image.new("LA", (1, 1)))
    (True, False)
    """
    if image.mode in ("P", "PA") and image.palette is not None and image.palette.mode == "RGB":
        levels = bytes(image.palette.palette)
        return not levels[0::3] == levels[1::3] == levels[2::3]
    return image.mode not in ("1", "L", "LA", "La", "F", *_SIXTEEN_BITS)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return height and width of an image after it is turned upright. The pixels are not decoded.

    >>> upright_size(Image.new("L", (8, 4)))
    (4, 8)
    """
    width, height = image.size
    return (width, height) if _orientation(image) >= 5 else (height, width)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation from 1 to 8; damaged EXIF data count as upright."""
    # Pillow turns TIFF files upright itself. A PNG file without EXIF data in its header would be decoded here.
    if "exif" not in image.info or image.format == "TIFF":
        return 1
    try:
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    except PILLOW_ERRORS:
        return 1
    return found if isinstance(found, int) and found in _TURNS else 1


def _draft(image: Image.Image, mode: str, size: tuple[int, int], rule: str) -> None:
    """Let a JPEG file decode in a smaller size, and only its grey if that is enough. Other images do not change."""
    ratios = size[0] / image.width, size[1] / image.height
    scale = min(1, _REDUCING_GAP * (min(ratios) if rule == "pad" else max(ratios)))
    wanted = math.ceil(image.width * scale), math.ceil(image.height * scale)
    image.draft("L" if mode == "L" else None, wanted)


def _convert(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == mode and "transparency" not in image.info:
        image.load()
        return image
    if image.mode in _SIXTEEN_BITS:
        numbers = np.asarray(image)
        if numbers.dtype != np.uint16 and (numbers.min() < 0 or numbers.max() > _LARGEST_16_BITS):
            raise DataError(_UNKNOWN_RANGE.format("numbers of more than 16 bits"))
        image = Image.fromarray((numbers >> 8).astype(np.uint8))
    elif image.mode == "F":
        raise DataError(_UNKNOWN_RANGE.format("floating-point numbers"))
    elif image.mode in _TRANSPARENT or "transparency" in image.info:
        image = image.convert("RGBA")
        opaque = Image.new("RGB", image.size, _BACKGROUND)
        opaque.paste(image, mask=image.getchannel("A"))
        image = opaque
    return image if image.mode == mode else image.convert(mode)


def _box(old: tuple[int, int], new: tuple[int, int], rule: str) -> tuple[float, float, float, float]:
    """Return the part of an image that is used: left, top, right, bottom."""
    width, height = old
    if rule != "crop":
        return 0, 0, width, height
    used_width = min(width, height * new[0] / new[1])
    used_height = min(height, width * new[1] / new[0])
    left, top = (width - used_width) / 2, (height - used_height) / 2
    return left, top, left + used_width, top + used_height


def _resample(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC, box, _REDUCING_GAP)
