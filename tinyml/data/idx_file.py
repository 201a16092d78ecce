"""The IDX format of the MNIST files: a few header bytes, then the elements. Plain or gzipped.

Layout (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero bytes, one byte for the element
type, one for the rank, the sizes as 32-bit big-endian numbers, the elements with the last axis running fastest.
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

from tinyml.core import DataError, Shape, StorageError
from tinyml.core.files import open_for_reading
from tinyml.data.dataset import ProgressCallback

_UNSIGNED_BYTE = 0x08
LARGEST_CONTENT = 512 * 2**20
"""Bytes of elements that are accepted."""
_LARGEST_RATIO = 1032
"""Deflate cannot shrink anything by more than this factor."""
_CHUNK = 4 * 2**20
_CHANGED = "'{}' was changed while it was being read. Try again."


def read_idx_shape(path: Path, rank: int) -> Shape:
    """Read the header only.

    Arguments:
        path: an IDX file of unsigned bytes; gzipped when its name ends with ".gz".
        rank: how many axes it must have: 3 for images, 1 for labels.

    Returns the sizes of its axes. Raises `DataError` when the file is missing, is not such a file, or declares more
    elements than it can hold.
    """
    with _opened(path) as file:
        shape = _read_header(file, path, rank)
        _check_declared_size(path, shape)
    return shape


def read_idx(
    path: Path, rank: int, progress: ProgressCallback | None = None, into: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Read the whole file, without ever holding more than its elements and a small part of the packed file.

    Arguments:
        path, rank: as in `read_idx_shape`.
        progress: told the share that is read.
        into: a contiguous array of the shape of the file, to be filled; a fresh one when None.

    Returns the array that was filled. Raises `DataError`, as `read_idx_shape` does and when the content is damaged, cut
    off, or longer than declared.
    """
    shape = read_idx_shape(path, rank)
    content: NDArray[np.uint8] = np.empty(shape, np.uint8) if into is None else into
    if content.shape != shape:
        raise DataError(_CHANGED.format(path.name))
    # Progress is told outside of the generator: what it raises is no fault of the file.
    for done in _fill(content, path, rank):
        if progress is not None:
            progress(done / content.size)
    return content


def _fill(content: NDArray[np.uint8], path: Path, rank: int) -> Iterator[int]:
    """Read the bytes after the header into the array, some at a time; yield how many are done."""
    rest, done = content.reshape(-1).data, 0
    with _opened(path) as file:
        if _read_header(file, path, rank) != content.shape:
            raise DataError(_CHANGED.format(path.name))
        while done < len(rest):
            count = file.readinto(rest[done : done + _CHUNK])
            if not count:
                raise DataError(
                    f"'{path.name}' is cut off: its header declares {len(rest):,} bytes of data, but {done:,} are "
                    "there. Copy or download it again."
                )
            done += count
            yield done
        if file.read(1):  # also makes gzip compare its checksum
            raise DataError(
                f"'{path.name}' goes on after the {len(rest):,} bytes of data that its header declares, so it is "
                "damaged. Copy or download it again."
            )


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """Open the file, unpacking it if need be, and put whatever goes wrong into one sentence."""
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
    """Compare the declared size with the file's, before anybody makes room for it."""
    total = math.prod(shape)
    declares = f"'{path.name}' declares {' × '.join(f'{size:,}' for size in shape)} bytes of data"
    if total < 1:
        raise DataError(f"{declares}: it is empty.")
    if total > LARGEST_CONTENT:
        raise DataError(f"{declares}, more than the {LARGEST_CONTENT // 2**20} MiB that can be loaded.")
    size = path.stat().st_size
    if total > (size * _LARGEST_RATIO if path.suffix.lower() == ".gz" else size):
        raise DataError(f"{declares}, but it is only {size:,} bytes long. Copy or download it again.")
