"""Room for the bytes of a dataset: in memory, or in a temporary file if they need more memory than is free.

The file has no name, so no other program can shorten it while it is mapped into memory; that would end this process.
Its room on the disk is reserved before, for the same reason. The system removes it when it is not used any more.
"""

import math
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import DataError, Shape
from tinyml.core.memory import available_memory, describe_bytes
from tinyml.data.cache_folder import cache_folder

_LARGEST_SHARE = 0.75
"""The share of the free memory that the bytes may use. Training and the window need memory too."""
_DISK_RESERVE = 256 * 2**20
_CHUNK = 4 * 2**20


def needs_file(size: int) -> bool:
    """Return True if so many bytes do not fit into the free memory.

    Arguments:
        size: number of bytes.

    >>> needs_file(1000)
    False
    """
    free = available_memory()
    return free is not None and size > free * _LARGEST_SHARE


def describe_file(size: int) -> str:
    """Return a sentence for the user about bytes that are kept in a temporary file.

    Arguments:
        size: number of bytes.
    """
    return (
        f"The images need {describe_bytes(size)}, more than the free memory. They are kept in a temporary file on the "
        "disk, which is slower."
    )


def make_room(shape: Shape) -> NDArray[np.uint8]:
    """Return an array for bytes, not filled: in memory, or in a temporary file.

    Arguments:
        shape: shape of the array.

    Raises `DataError` when there is room neither in memory nor on the disk.

    >>> make_room((2, 3)).shape
    (2, 3)
    """
    size = math.prod(shape)
    if not needs_file(size):
        return np.empty(shape, np.uint8)
    folder = _disk_folder()
    free = shutil.disk_usage(folder).free
    if size + _DISK_RESERVE > free:
        raise DataError(
            f"The images need {describe_bytes(size)}: more than the {describe_bytes(available_memory() or 0)} of free "
            f"memory, and more than the {describe_bytes(free)} on the disk of '{folder}'. Choose a smaller size, close "
            "other programs, or use a part of the data."
        )
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            _reserve(file.fileno(), size)
            return np.memmap(file, np.uint8, "r+", shape=shape).view(np.ndarray)  # it keeps the file open
    except OSError as error:
        raise DataError(
            f"The images need {describe_bytes(size)}, more than the free memory, and a temporary file in '{folder}' "
            f"failed: {error.strerror or error}. Choose a smaller size, or free some space."
        ) from error


def _disk_folder() -> Path:
    """Return a folder on a disk. The system's folder for temporary files is often in memory."""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, DataError):
        pass
    return Path(tempfile.gettempdir())


def _reserve(descriptor: int, size: int) -> None:
    """Reserve room on the disk. A write into a mapped file that finds a full disk would end this process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    zeros = bytes(min(_CHUNK, size))
    for start in range(0, size, len(zeros)):
        os.write(descriptor, zeros[: size - start])
