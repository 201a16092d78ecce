"""Loads the images of a folder as bytes: from the cache if they are there, else from the files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import BrokenFilesError, DataError, describe_count
from tinyml.core.files import path_exists, show_path
from tinyml.data.images.byte_cache import cache_key, read_cached, write_cached
from tinyml.data.images.decoding import decode_images
from tinyml.data.images.encode import ImageForm
from tinyml.data.images.listing import ImageFile
from tinyml.data.images.room import make_room

_DECODING = 0.95
"""The share of the time for decoding; the rest is for the cache."""
_SHOWN = 5


def load_images(
    folder: Path, files: Sequence[ImageFile], form: ImageForm, progress: Callable[[float], None]
) -> NDArray[np.uint8]:
    """Load images as bytes.

    Arguments:
        folder: the folder of the dataset.
        files: its images, in order.
        form: size, rule and channels of all images.
        progress: called some times per second with the share that is done, from 0 to 1. An exception from it cancels
            the loading and leaves nothing behind.

    Shapes: `(len(files), channels, height, width)`.

    Raises `BrokenFilesError` with the names of all images that cannot be read, and `DataError` when there is room for
    the bytes neither in memory nor on the disk.
    """
    progress(0.0)
    content = make_room((len(files), form.channels, form.height, form.width))
    key = cache_key(folder, files, form)
    if read_cached(key, content, progress):
        return content
    broken = decode_images(
        folder, [file.name for file in files], form, content, lambda share: progress(_DECODING * share)
    )
    if len(broken) == len(files) and not path_exists(folder):
        raise DataError(f"The folder '{show_path(folder)}' vanished while it was being read. Connect its disk again.")
    if broken:
        raise BrokenFilesError(_describe(broken, len(files)), tuple(broken))
    write_cached(key, content, lambda share: progress(_DECODING + (1 - _DECODING) * share))
    progress(1.0)
    return content


def _describe(broken: dict[str, str], count: int) -> str:
    names = ", ".join(f"'{show_path(name)}'" for name in list(broken)[:_SHOWN]) + (
        ", …" if len(broken) > _SHOWN else ""
    )
    first = next(iter(broken.values()))
    if len(broken) == 1:
        return f"One of {describe_count(count)} images cannot be read: {names}. {first}"
    return (
        f"{describe_count(len(broken))} of {describe_count(count)} images cannot be read: {names}. The first: {first}"
    )
