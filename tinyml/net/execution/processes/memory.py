"""Memory that a process shares with its helpers. It has no name on the disk, so nothing can be left behind.

On Linux it is an anonymous file in memory, on other POSIX systems a temporary file without a name. Its open descriptor
is handed over. On Windows it has a name, which the system forgets when the last process closes it.
"""

import mmap
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, Shape
from tinyml.core.windows import batch_to_front, is_batch_last

_ZEROS = bytes(1 << 20)

_ALIGNMENT = 64
"""Alignment of the arrays in bytes: that of a cache line."""


class SharedArray(NamedTuple):
    """Where an array is in shared memory.

    Attributes:
        start: offset in bytes.
        shape: of the array.
        dtype: of the array, as NumPy writes it.
        batch_last: True if the first axis of the shape is the last one in memory.
    """

    start: int
    shape: Shape
    dtype: str
    batch_last: bool


class Layout:
    """Places arrays in shared memory, one after the other.

    Attributes:
        places: the place of each array, by name.
        size: bytes of all arrays.

    >>> layout = Layout()
    >>> layout.add("input", (2, 3), np.dtype(np.float32))
    >>> layout.add("output", (2,), np.dtype(np.float32))
    >>> layout.places["output"].start, layout.size
    (64, 72)
    """

    def __init__(self) -> None:
        self.places: dict[str, SharedArray] = {}
        self.size = 0

    def add(self, name: str, shape: Shape, dtype: np.dtype, batch_last: bool = False) -> None:
        """Place an array after the last one.

        Arguments:
            name: of the array.
            shape, dtype, batch_last: see `SharedArray`.
        """
        start = -(-self.size // _ALIGNMENT) * _ALIGNMENT
        self.places[name] = SharedArray(start, tuple(map(int, shape)), dtype.str, batch_last)
        self.size = start + prod(shape) * dtype.itemsize

    def add_like(self, name: str, array: Array) -> None:
        """Place an array with the shape, dtype and memory order of another one.

        Arguments:
            name: of the array.
            array: the other array.
        """
        self.add(name, array.shape, array.dtype, batch_last=array.ndim > 1 and is_batch_last(array))


class SharedMemory:
    """A block of memory that several processes see.

    Arguments:
        size: in bytes.
        descriptor: of the memory of another process; None for new memory. It is closed with this object.
        name: of the memory of another process, on Windows.

    Attributes:
        size, descriptor, name: what another process needs to open the same memory.
        process: the process that opened it. A copy of it that `os.fork` makes must not write into it.

    Raises `OSError` if there is not enough memory.
    """

    def __init__(self, size: int, descriptor: int | None = None, name: str = "") -> None:
        self.size = size
        self.name = name
        self.process = os.getpid()
        self.descriptor: int | None = descriptor
        if sys.platform == "win32":
            self.name = name or f"tinyml-{secrets.token_hex(16)}"
            self._map = mmap.mmap(-1, size, tagname=self.name)
            return
        if descriptor is None:
            self.descriptor = descriptor = _anonymous_file(size)
        try:
            if os.fstat(descriptor).st_size < size:
                os.ftruncate(descriptor, size)
            self._map = mmap.mmap(descriptor, size)
        except BaseException:
            os.close(descriptor)
            self.descriptor = None
            raise

    def arrays(self, places: Mapping[str, SharedArray]) -> dict[str, Array]:
        """Return views of the memory.

        Arguments:
            places: the place of each array, by name.
        """
        return {name: self._array(SharedArray(*place)) for name, place in places.items()}

    def _array(self, place: SharedArray) -> Array:
        shape = tuple(place.shape)
        memory = (*shape[1:], shape[0]) if place.batch_last else shape
        array: Array = np.ndarray(memory, place.dtype, self._map, place.start)
        return batch_to_front(array) if place.batch_last else array

    def __del__(self) -> None:
        # The views keep the map itself; the system frees it after the last of them.
        descriptor = getattr(self, "descriptor", None)
        if descriptor is not None:
            self.descriptor = None
            os.close(descriptor)


def _anonymous_file(size: int) -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("tinyml")
    with tempfile.TemporaryFile() as file:
        # Room on the disk that is only missed later, when an array is written, would end the process.
        for start in range(0, size, len(_ZEROS)):
            file.write(_ZEROS[: size - start])
        file.flush()
        return os.dup(file.fileno())
