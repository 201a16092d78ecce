"""Workspaces: scratch memory that is used again in each training step.

A new array costs a page fault for every 4 KiB when it is first written. A training loop repeats the same steps, so it
can use the same arrays again. This is only safe if the loop never returns one of these arrays.
"""

import math
import threading
from collections.abc import Hashable
from typing import Any

import numpy as np

from tinyml.core.arrays import Array

_ALIGNMENT = 64
"""Alignment in bytes. Arrays that start at a cache line are read faster."""

_LARGEST_SCRATCH = 32 << 20
"""Largest scratch array that a thread keeps, in bytes. A larger array is a new one each time."""

_MOST_SCRATCH = 64 << 20
"""Largest total of the scratch arrays of a thread, in bytes. If it would be exceeded, all of them are freed."""


class Workspace:
    """Arrays by name. A second request for a name returns the same memory.

    Arguments:
        most: largest total of the arrays, in bytes; if it would be exceeded, all of them are freed. None for no limit.

    >>> workspace = Workspace()
    >>> first = workspace.empty("columns", (2, 3), np.float32)
    >>> first.shape, workspace.empty("columns", (2, 3), np.float32) is first
    ((2, 3), True)
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._memories: dict[Hashable, np.ndarray] = {}
        self._arrays: dict[Hashable, Array] = {}

    def empty(self, name: Hashable, shape: tuple[int, ...], dtype: Any, zeros: bool = False) -> Array:
        """Return an array with arbitrary contents, in C order. It overwrites the last array of the same name.

        Arguments:
            name: name of the memory.
            shape: shape of the array.
            dtype: dtype of the array.
            zeros: True clears the array, but only when it is first allocated.
        """
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            size = math.prod(shape) * np.dtype(dtype).itemsize
            memory = self._memories.get(name)
            if memory is None or memory.nbytes < size:
                self._make_room(size)
                memory = self._memories[name] = _aligned(size)
            if zeros:
                memory.fill(0)
            array = self._arrays[name] = memory[:size].view(dtype).reshape(shape)
        return array

    def _make_room(self, size: int) -> None:
        if self._most is not None and size + sum(memory.nbytes for memory in self._memories.values()) > self._most:
            self._memories.clear()
            self._arrays.clear()


def scratch(name: Hashable, shape: tuple[int, ...], dtype: Any, zeros: bool = False) -> Array:
    """Return an array with arbitrary contents from the workspace of this thread.

    Use it only until the calling function returns.

    Arguments:
        name, shape, dtype, zeros: as for `Workspace.empty`.
    """
    if math.prod(shape) * np.dtype(dtype).itemsize > _LARGEST_SCRATCH:
        return np.zeros(shape, dtype) if zeros else np.empty(shape, dtype)
    return _this_thread.workspace.empty(name, shape, dtype, zeros)


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.workspace = Workspace(most=_MOST_SCRATCH)


def _aligned(size: int) -> np.ndarray:
    """Return `size` bytes that start at a multiple of the alignment."""
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size]


_this_thread = _ThisThread()
