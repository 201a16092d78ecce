"""The IDX format of the MNIST files: a few header bytes, then the elements. Plain or gzipped.

Layout (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero bytes, one byte for the element
type, one for the rank, the sizes as 32-bit big-endian numbers, the elements with the last axis running fastest.
"""

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from tinyml.core import DataError, Shape, StorageError
from tinyml.core.files import open_for_reading
from tinyml.data.dataset import Progress

_UNSIGNED_BYTE = 0x08
LARGEST_CONTENT = 512 * 2**20
"""Bytes of elements that are accepted; as float32 they take four times as much memory."""
_LARGEST_RATIO = 1032
"""Deflate cannot shrink anything by more than this factor."""
_CHUNK = 4 * 2**20


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


def read_idx(path: Path, rank: int, progress: Progress | None = None) -> NDArray[np.uint8]:
    """Read the whole file.

    Arguments:
        path, rank: as in `read_idx_shape`.
        progress: told the share that is read.

    Raises `DataError`, as `read_idx_shape` does and when the content is damaged, cut off, or longer than declared.
    """
    shape = read_idx_shape(path, rank)
    total = math.prod(shape)
    content = bytearray()
    for chunk in _read_content(path, rank, total):
        content += chunk
        if progress is not None:
            progress(len(content) / total)
    return np.frombuffer(bytes(content), np.uint8).reshape(shape)


def _read_content(path: Path, rank: int, total: int) -> Iterator[bytes]:
    """Yield the `total` bytes after the header, some at a time."""
    with _opened(path) as file:
        _read_header(file, path, rank)
        done = 0
        while done < total:
            chunk = file.read(min(_CHUNK, total - done))
            if not chunk:
                raise DataError(
                    f"'{path.name}' is cut off: its header declares {total:,} bytes of data, but {done:,} are there. "
                    "Copy or download it again."
                )
            done += len(chunk)
            yield chunk
        if file.read(1):  # also makes gzip compare its checksum
            raise DataError(
                f"'{path.name}' goes on after the {total:,} bytes of data that its header declares, so it is damaged. "
                "Copy or download it again."
            )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open the file, unpacking it if need be, and put whatever goes wrong into one sentence."""
    try:
        with open_for_reading(path) as file:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if path.suffix.lower() == ".gz" else file
    except StorageError as error:
        raise DataError(str(error)) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"'{path.name}' is a damaged gzip file ({error}). Copy or download it again.") from error
    except OSError as error:
        raise DataError(f"Could not read '{path}': {error.strerror or error}.") from error


def _read_header(file: BinaryIO, path: Path, rank: int) -> Shape:
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
