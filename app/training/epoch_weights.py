"""The weights of a run after each of its epochs, as many as there is room for."""

from collections.abc import Mapping
from threading import Lock

import numpy as np

MOST_BYTES = 256 * 2**20
"""Room for the weights of a run, in bytes. Only the newest run has them."""
MOST_EPOCHS = 500
"""Largest number of epochs that are kept. A slider of this many steps is as fine as its pixels."""


class EpochWeights:
    """Keeps weights by epoch. It is thread-safe: the worker adds them, the window reads them.

    The untrained weights are epoch 0. If there is no more room, every second epoch is dropped, then every second of the
    others, and so on, so that the rest lies evenly in the run. The newest epoch and the best one are always kept; the
    first one is kept while there is room for it.

    Nothing is copied: the learner makes a new copy of the weights at the end of each epoch and never changes it.

    Arguments:
        most_bytes: room for the arrays.
        most_epochs: largest number of epochs; at least 3.

    >>> weights = EpochWeights(most_epochs=4)
    >>> for epoch in range(8):
    ...     weights.add(epoch, {"w": np.full(2, epoch)})
    >>> weights.epochs
    (0, 4, 7)
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_epochs: int = MOST_EPOCHS) -> None:
        self._lock = Lock()
        self._most_bytes, self._most_epochs = most_bytes, most_epochs
        self._weights: dict[int, Mapping[str, np.ndarray]] = {}
        self._sizes: dict[int, int] = {}
        self._size = 0
        self._stride = 1
        self._newest = self._best = -1

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs whose weights are kept, in order."""
        with self._lock:
            return tuple(sorted(self._weights))

    @property
    def size(self) -> int:
        """The size of all kept arrays, in bytes."""
        with self._lock:
            return self._size

    def tensors(self, epoch: int) -> Mapping[str, np.ndarray] | None:
        """Return the weights after an epoch by name, read-only; None if they are not kept.

        Arguments:
            epoch: counted from 1; 0 for the untrained weights.
        """
        with self._lock:
            return self._weights.get(epoch)

    def add(self, epoch: int, tensors: Mapping[str, np.ndarray], best: bool = False) -> None:
        """Keep the weights after the newest epoch.

        Arguments:
            epoch: counted from 1, after those that were added before; 0 for the untrained weights.
            tensors: parameters and buffers by name. They never change again, and become read-only.
            best: True if no epoch so far was better.
        """
        size = 0
        for tensor in tensors.values():
            tensor.flags.writeable = False
            size += tensor.nbytes
        with self._lock:
            before = self._newest, self._best
            self._size += size - self._sizes.get(epoch, 0)
            self._weights[epoch], self._sizes[epoch] = tensors, size
            self._newest = epoch
            if best:
                self._best = epoch
            for earlier in before:
                if earlier % self._stride or earlier < 0:
                    self._drop(earlier)
            while self._is_full() and self._stride <= 2 * epoch:
                self._stride *= 2
                for each in [each for each in self._weights if each % self._stride]:
                    self._drop(each)
            if self._is_full():
                self._drop(0)

    def keep_until(self, epoch: int) -> None:
        """Drop the epochs after this one, because the run continues from it.

        Arguments:
            epoch: the last one to keep.
        """
        with self._lock:
            self._newest, self._best = min(self._newest, epoch), self._best if self._best <= epoch else -1
            for each in [each for each in self._weights if each > epoch]:
                self._drop(each)
            if not self._weights:
                self._stride = 1

    def clear(self) -> None:
        """Drop all epochs, because another run needs the room."""
        self.keep_until(-1)

    def _is_full(self) -> bool:
        return len(self._weights) > self._most_epochs or self._size > self._most_bytes

    def _drop(self, epoch: int) -> None:
        """Drop an epoch, unless it is the newest or the best one."""
        if epoch not in (self._newest, self._best):
            self._weights.pop(epoch, None)
            self._size -= self._sizes.pop(epoch, 0)
