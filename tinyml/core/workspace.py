"""Memory that is used again and again, instead of asking the system for tens of megabytes in every training step.

A fresh array costs a page fault for every 4 KiB when it is first written. A training loop does the same steps over and
over, so its arrays can be the same ones. Only a loop that hands none of them out may do that.
"""

import math
import threading
from collections.abc import Hashable
from typing import Any

import numpy as np

from tinyml.core.arrays import Array

_ALIGNMENT = 64
"""Bytes: arrays that begin on a cache line are read faster."""

_LARGEST_SCRATCH = 32 << 20
"""Bytes that a thread keeps for a scratch array; larger ones are fresh each time."""

_MOST_SCRATCH = 64 << 20
"""Bytes that a thread keeps for all scratch arrays; when they would be more, it begins anew."""


class Workspace:
    """Arrays by name; whoever asks for a name again gets the same memory again.

    Arguments:
        most: bytes that are kept at most; before they would be more, all is forgotten. None for any number.

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
        """Return an array with arbitrary contents, in C order; the one that had the name before is overwritten.

        With `zeros`, the array is full of zeros when it is a new one, and holds what was written since when it is not.
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
    """Return an array to compute in, with arbitrary contents: this thread's only one of that name.

    It is for what is done with before the function that asked for it is left. `zeros` is as in `Workspace.empty`.
    """
    if math.prod(shape) * np.dtype(dtype).itemsize > _LARGEST_SCRATCH:
        return np.zeros(shape, dtype) if zeros else np.empty(shape, dtype)
    return _this_thread.workspace.empty(name, shape, dtype, zeros)


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.workspace = Workspace(most=_MOST_SCRATCH)


def _aligned(size: int) -> np.ndarray:
    """Return `size` bytes that begin at a multiple of the alignment."""
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size]


_this_thread = _ThisThread()
