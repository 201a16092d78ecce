"""Opens image files of any origin: the header is checked before a pixel is decoded.

The first bytes decide what a file is, not its name. Only the formats of `FORMATS` are tried, because Pillow knows some
fifty more, such as PostScript, which starts another program.

Pillow's own limit for the number of pixels warns through the module `warnings`, which is not made for several threads.
So this module calls the classes of the formats directly and has a limit of its own.
"""

import io
import os
import re
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, cast

from PIL import Image, ImageFile

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import open_for_reading, show_path

LARGEST_PIXELS = 128 * 10**6
"""The most pixels of an image: enough for a camera with 108 million. In memory these are 512 MB."""
FORMATS = "PNG, JPEG, BMP, GIF, WebP or TIFF"
PILLOW_ERRORS = (
    OSError,  # this includes UnidentifiedImageError
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
    AssertionError,
    Warning,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for damaged files. Warnings are among them, because a program can turn them into errors."""

_Opener = Callable[[IO[bytes]], ImageFile.ImageFile]
_LONGEST_PREFIX = 12
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"))


@contextmanager
def open_image(path: str | Path) -> Iterator[Image.Image]:
    """Open an image file. Its pixels are decoded when they are first used, inside of the `with` block.

    Of an animation or a file of several pages, this is the first image.

    Arguments:
        path: the file. Links are followed.

    Raises `DataError`, with one sentence, when there is no such file, it is no image of a known format, its header is
    damaged, or it has more than `LARGEST_PIXELS` pixels; also when the `with` block finds that its content is damaged.

    >>> with open_image("resources/no such file.png") as image:
    ...     pass
    Traceback (most recent call last):
    tinyml.core.errors.DataError: There is no file 'resources/no such file.png'. Check its name and folder.
    """
    try:
        raw = open_for_reading(path)
    except StorageError as error:
        raise DataError(str(error)) from error
    with io.BufferedReader(cast(io.RawIOBase, raw)) as file, read_image(file, Path(path).name) as image:
        yield image


@contextmanager
def open_listed(path: str) -> Iterator[Image.Image]:
    """Open a file that a listing found, as `open_image` does, but with fewer system calls.

    For small images, the checks of `open_for_reading` take a third of the time. A listing made them.

    Arguments:
        path: the file.

    Raises `DataError`, as `open_image` does.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        descriptor = -1
    if descriptor < 0 or not stat.S_ISREG(os.fstat(descriptor).st_mode):
        if descriptor >= 0:
            os.close(descriptor)
        with open_image(path) as image:  # this raises the error
            yield image
        return
    with os.fdopen(descriptor, "rb") as file, read_image(file, path.rpartition("/")[2]) as image:
        yield image


@contextmanager
def read_image(file: IO[bytes], name: str) -> Iterator[Image.Image]:
    """Open an image from a file that is open, such as `io.BytesIO(content)`, as `open_image` does.

    Arguments:
        file: the file, at its beginning.
        name: its name, for messages.

    Raises `DataError`, as `open_image` does.

    >>> with read_image(io.BytesIO(b"some text"), "note.png") as image:
    ...     pass
    Traceback (most recent call last):
    tinyml.core.errors.DataError: 'note.png' is no image (PNG, JPEG, BMP, GIF, WebP or TIFF). Choose an image file.
    """
    try:
        image = _open(file, name)
        width, height = image.size
        if width * height > LARGEST_PIXELS:
            raise DataError(
                f"'{show_path(name)}' has {describe_count(width)} × {describe_count(height)} pixels, more than the "
                f"{describe_count(LARGEST_PIXELS)} that can be "
                "read. Make it smaller, or leave it out."
            )
        yield image
    except PILLOW_ERRORS as error:
        raise DataError(
            f"'{show_path(name)}' is damaged or cut off: {_reason(error)}. Copy it again, or leave it out."
        ) from error


def _open(file: IO[bytes], name: str) -> Image.Image:
    prefix = file.read(_LONGEST_PREFIX)
    file.seek(0)
    if not prefix:
        raise DataError(f"'{show_path(name)}' is empty. Copy it again, or leave it out.")
    for start, opener in _openers():
        if re.match(start, prefix, re.DOTALL):
            return opener(file)
    raise DataError(f"'{show_path(name)}' is no image ({FORMATS}). Choose an image file.")


@cache
def _openers() -> tuple[tuple[bytes, _Opener], ...]:
    """Return the first bytes of each format, as a regular expression, and what opens it."""
    # Imported here, because the start of the window should not wait for it.
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    return (
        (rb"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
        (rb"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
        (rb"GIF8[79]a", GifImagePlugin.GifImageFile),
        (rb"BM", BmpImagePlugin.BmpImageFile),
        (rb"RIFF....WEBP", WebPImagePlugin.WebPImageFile),
        (rb"II[*+]\0|MM\0[*+]", TiffImagePlugin.TiffImageFile),
    )


def _reason(error: BaseException) -> str:
    """Return the reason in a few words, on one line."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    return show_path(str(error).strip() or type(error).__name__).rstrip(".")
