"""Keeps decoded images on the disk, so that a folder opens fast the second time.

The name of a cache file is a hash of everything that the bytes depend on: the folder, the names, sizes and times of its
images, the form of the images, and the releases of Pillow and of our own code. A cache file begins with a header of 60
bytes: a mark, the number of bytes, and their hash. A file that is damaged or cut off is ignored and written again.

The oldest files are removed when all of them together need more than `LARGEST_TOTAL`. Cache files belong to the user
alone, because they show the user's photographs.
"""

import contextlib
import hashlib
import os
import shutil
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import PIL
from numpy.typing import NDArray

from tinyml.core import DataError, StorageError
from tinyml.core.files import open_for_reading
from tinyml.core.temporary_files import create_temporary, remove_leftovers
from tinyml.data.cache_folder import cache_folder
from tinyml.data.images.encode import VERSION, ImageForm
from tinyml.data.images.listing import ImageFile, files_stamp

LARGEST_TOTAL = 4 * 2**30
"""The most bytes of all cache files together."""

_MARK = b"tinyml images 1\n"
_HEADER = struct.Struct(f"<{len(_MARK)}sQ32s4x")
_SUFFIX = ".images"
_CHUNK = 4 * 2**20
_DISK_RESERVE = 2**30
"""This much stays free on the disk."""


def images_cache_folder() -> Path:
    """Return the folder of the cache files. It need not exist."""
    return cache_folder() / "images"


def image_cache_size() -> int:
    """Return the number of bytes of all cache files.

    >>> image_cache_size() >= 0
    True
    """
    try:
        with _disk_errors():
            return sum(size for _, size, _ in _cache_files(images_cache_folder()))
    except (DataError, _DiskError):
        return 0


def clear_image_cache() -> int:
    """Delete all cache files, and return how many bytes that freed. Raises `DataError` when that is not possible."""
    before = image_cache_size()
    folder = images_cache_folder()
    try:
        with _disk_errors():
            _remove_oldest(folder, 0)
    except _DiskError as error:
        raise DataError(
            f"Could not delete the decoded images: {error.__cause__}. Delete the folder '{folder}' yourself."
        ) from error
    return before


def cache_key(folder: Path, files: Sequence[ImageFile], form: ImageForm) -> str:
    """Return the name of the cache file for some images in a form.

    Arguments:
        folder: the folder of the dataset.
        files: its images, in order.
        form: size, rule and channels.
    """
    about = (
        f"{VERSION} {PIL.__version__} {form.height} {form.width} {form.channels} {form.resize} {files_stamp(files)} "
    )
    key = hashlib.blake2b(about.encode(), digest_size=20)
    key.update(os.fsencode(folder.resolve()))
    return key.hexdigest()


def read_cached(key: str, into: NDArray[np.uint8], progress: Callable[[float], None]) -> bool:
    """Read the bytes of a cache file into an array. Return True if there are such bytes.

    Arguments:
        key: name of the cache file.
        into: a contiguous array. If the result is False, its content is undefined.
        progress: called with the share that is read. An exception from it cancels the reading.
    """
    try:
        path = images_cache_folder() / (key + _SUFFIX)
        with open_for_reading(path) as file:
            good = _read(file, into, progress)
        if good:
            os.utime(path)  # the oldest files are removed first
        return good
    except (StorageError, DataError, _DiskError):
        return False


def write_cached(key: str, content: NDArray[np.uint8], progress: Callable[[float], None]) -> bool:
    """Write a cache file. Return False if that is not possible, because of the disk or the size.

    Arguments:
        key: name of the cache file.
        content: a contiguous array.
        progress: called with the share that is written. An exception from it cancels, and leaves no file behind.
    """
    try:
        folder = images_cache_folder()
        with _disk_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if content.nbytes > LARGEST_TOTAL or shutil.disk_usage(folder).free < content.nbytes + _DISK_RESERVE:
                return False
            target = folder.resolve() / (key + _SUFFIX)
            remove_leftovers(target)
            _remove_oldest(folder, LARGEST_TOTAL - content.nbytes)
            descriptor, temporary = create_temporary(target)
    except (DataError, _DiskError):
        return False
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:  # it holds a lock while it is open
            _write(file, content, progress)
            if sys.platform == "win32":
                file.close()  # Windows cannot rename an open file
            with _disk_errors():
                temporary.chmod(0o600)
                temporary.replace(target)
    except _DiskError:
        temporary.unlink(missing_ok=True)
        return False
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _read(file: BinaryIO, into: NDArray[np.uint8], progress: Callable[[float], None]) -> bool:
    rest = into.reshape(-1).data
    with _disk_errors():
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return False
    mark, size, expected = _HEADER.unpack(header)
    if mark != _MARK or size != len(rest):
        return False
    found = hashlib.blake2b(digest_size=32)
    for start in range(0, size, _CHUNK):
        piece = rest[start : start + _CHUNK]
        done = 0
        while done < len(piece):
            with _disk_errors():
                count = file.readinto(piece[done:])  # type: ignore[attr-defined]
            if not count:
                return False
            done += count
        found.update(piece)
        progress((start + len(piece)) / size)
    with _disk_errors():
        return found.digest() == expected and not file.read(1)


def _write(file: IO[bytes], content: NDArray[np.uint8], progress: Callable[[float], None]) -> None:
    rest = content.reshape(-1).data
    found = hashlib.blake2b(digest_size=32)
    with _disk_errors():
        file.write(bytes(_HEADER.size))
    for start in range(0, len(rest), _CHUNK):
        piece = rest[start : start + _CHUNK]
        found.update(piece)
        done = 0
        while done < len(piece):
            with _disk_errors():
                done += file.write(piece[done:])
        progress((start + len(piece)) / len(rest))
    with _disk_errors():
        file.seek(0)
        file.write(_HEADER.pack(_MARK, len(rest), found.digest()))


def _cache_files(folder: Path) -> list[tuple[int, int, Path]]:
    """Return time, size and path of all cache files."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix == _SUFFIX:
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, path))
    return found


def _remove_oldest(folder: Path, most: int) -> None:
    """Remove the files that were not used for the longest time, until the others need at most so many bytes."""
    found = _cache_files(folder)
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            break
        path.unlink(missing_ok=True)
        total -= size


class _DiskError(Exception):
    """The disk failed. Errors of `progress` must pass, so they need to be told apart."""


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _DiskError from error
