"""One IDX file, as MNIST's are: a header of a few bytes, then the elements; gzipped or not.

Layout (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero bytes, one byte for the element
type, one byte for the rank, the sizes as 32-bit big-endian numbers, then the elements in C order.
"""

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tinyml.core import DataError, Shape, StorageError, describe_count
from tinyml.core.files import open_for_reading
from tinyml.data.dataset import ProgressCallback

_UNSIGNED_BYTE = 0x08
LARGEST_CONTENT = 512 * 2**20
"""The most bytes of elements in one file."""
_LARGEST_RATIO = 1032
"""Deflate, the method of gzip, cannot make data smaller by a larger factor."""
_CHUNK = 4 * 2**20
_CHANGED = "'{}' was changed while it was being read. Try again."


def read_idx_shape(path: Path, rank: int) -> Shape:
    """Read the shape from the header.

    Arguments:
        path: an IDX file of unsigned bytes; gzipped if its name ends with ".gz".
        rank: number of axes that it must have: 3 for images, 1 for labels.

    Returns the sizes of its axes. Raises `DataError` when the file is missing, is no such file, or declares more
    elements than it can hold.
    """
    with _opened(path) as file:
        shape = _read_header(file, path, rank)
        _check_declared_size(path, shape)
    return shape


def read_idx(
    path: Path, rank: int, progress: ProgressCallback | None = None, into: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Read the whole file. The memory holds the elements and a small part of the gzipped file.

    Arguments:
        path, rank: as in `read_idx_shape`.
        progress: called with the share that is read, from 0 to 1.
        into: a contiguous array with the shape of the file; None to make one.

    Returns the array with the elements. Raises `DataError` as `read_idx_shape` does, and when the content is damaged,
    cut off, or longer than declared.
    """
    shape = read_idx_shape(path, rank)
    content: NDArray[np.uint8] = np.empty(shape, np.uint8) if into is None else into
    if content.shape != shape:
        raise DataError(_CHANGED.format(path.name))
    # `progress` is called outside of the generator, which would report its exceptions as faults of the file.
    for done in _fill(content, path, rank):
        if progress is not None:
            progress(done / content.size)
    return content


def is_idx(prefix: bytes) -> bool:
    """Return True if the first bytes of a file, not gzipped, are those of an IDX file of any element type.

    Arguments:
        prefix: the first four bytes, or more.

    >>> is_idx(b"\\0\\0\\x08\\x03")
    True
    """
    return len(prefix) > 3 and prefix[:2] == b"\0\0" and prefix[2] in range(0x08, 0x0F) and 1 <= prefix[3] <= 8


def _fill(content: NDArray[np.uint8], path: Path, rank: int) -> Iterator[int]:
    """Read the bytes after the header into the array, chunk by chunk; yield the number of bytes that are read."""
    rest, done = content.reshape(-1).data, 0
    with _opened(path) as file:
        if _read_header(file, path, rank) != content.shape:
            raise DataError(_CHANGED.format(path.name))
        while done < len(rest):
            count = file.readinto(rest[done : done + _CHUNK])
            if not count:
                raise DataError(
                    f"'{path.name}' is cut off: its header declares {describe_count(len(rest))} bytes of data, but "
                    f"{describe_count(done)} are "
                    "there. Copy or download it again."
                )
            done += count
            yield done
        if file.read(1):  # gzip compares its checksum here
            raise DataError(
                f"'{path.name}' has more than the {describe_count(len(rest))} bytes of data that its header declares, "
                "so it is "
                "damaged. Copy or download it again."
            )


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """Open the file, decompress it if it is gzipped, and raise every error as `DataError`."""
    try:
        with open_for_reading(path) as file:
            content = gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file
            yield cast(io.BufferedIOBase, content)
    except StorageError as error:
        raise DataError(str(error)) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"'{path.name}' is a damaged gzip file ({error}). Copy or download it again.") from error
    except OSError as error:
        raise DataError(f"Could not read '{path}': {error.strerror or error}.") from error


def _read_header(file: io.BufferedIOBase, path: Path, rank: int) -> Shape:
    expected = bytes([0, 0, _UNSIGNED_BYTE, rank])
    magic = file.read(4)
    if magic != expected:
        raise DataError(
            f"'{path.name}' is not an IDX file of {'images' if rank == 3 else 'labels'}: it starts with "
            f"{magic.hex(' ') or 'nothing'} instead of {expected.hex(' ')}."
        )
    sizes = file.read(4 * rank)
    if len(sizes) < 4 * rank:
        raise DataError(f"'{path.name}' is cut off in its header. Copy or download it again.")
    return struct.unpack(f">{rank}I", sizes)


def _check_declared_size(path: Path, shape: Shape) -> None:
    """Compare the declared size with the size of the file, before memory is allocated."""
    total = math.prod(shape)
    declares = f"'{path.name}' declares {' × '.join(describe_count(size) for size in shape)} bytes of data"
    if total < 1:
        raise DataError(f"{declares}: it is empty. Choose other files.")
    if total > LARGEST_CONTENT:
        raise DataError(
            f"{declares}, more than the {LARGEST_CONTENT // 2**20} MiB that can be loaded. Use fewer examples."
        )
    size = path.stat().st_size
    if total > (size * _LARGEST_RATIO if path.suffix.lower() == ".gz" else size):
        raise DataError(f"{declares}, but it is only {describe_count(size)} bytes long. Copy or download it again.")
