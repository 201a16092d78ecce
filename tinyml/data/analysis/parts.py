"""The parts of a split, and their examples in chunks."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tinyml.data.dataset import Dataset, ProgressCallback

PART_NAMES = ("training", "validation", "test")
"""The names of the parts, as they stand in sentences."""

_BYTES_AT_ONCE = 3 << 18
"""Bytes of a chunk: it stays in the cache, and of colour images of 32×32 it has 256."""
_FEWEST_AT_ONCE, _MOST_AT_ONCE = 32, 1 << 16
"""Examples in a chunk. Adding up large images is slow if a chunk has only a few of them."""
_LARGEST = 16 << 20
"""Bytes of a chunk of large images."""


class Chunk(NamedTuple):
    """Some neighbouring examples of a part.

    Attributes:
        part: the part.
        rows: the examples of the part, in order.
        stored: `(K, …)` their stored inputs: bytes or floats, as in `Dataset.stored_inputs`.
        positions: `(K,)` their positions in the stored data.
    """

    part: Dataset
    rows: slice
    stored: np.ndarray
    positions: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """The classes of the examples, `(K,)`."""
        return self.part.labels[self.rows]


def stored_rows(part: Dataset) -> np.ndarray:
    """Return the positions of the examples of a part in the stored data, `(N,)`."""
    return np.arange(len(part)) if part.rows is None else part.rows


def chunks(parts: Sequence[Dataset], progress: ProgressCallback) -> Iterator[Chunk]:
    """Iterate over all examples, one part after the other, in chunks of less than a megabyte.

    Arguments:
        parts: the parts.
        progress: called after each chunk with the share that is done, from 0 to 1.
    """
    total, done = max(1, sum(len(part) for part in parts)), 0
    for part in parts:
        positions = stored_rows(part)
        step = _chunk_size(part)
        for start in range(0, len(part), step):
            rows = slice(start, min(start + step, len(part)))
            yield Chunk(part, rows, part.stored_inputs[positions[rows]], positions[rows])
            done += rows.stop - start
            progress(done / total)


def _chunk_size(part: Dataset) -> int:
    each = max(1, part.stored_inputs[:1].nbytes)
    fewest = max(1, min(_FEWEST_AT_ONCE, _LARGEST // each))
    return min(_MOST_AT_ONCE, max(fewest, _BYTES_AT_ONCE // each))
