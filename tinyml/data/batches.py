"""Minibatches: which examples are learned from together."""

from collections.abc import Iterator

import numpy as np


def minibatches(count: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Go once through all examples in random order, a batch at a time.

    Arguments:
        count: number of examples.
        batch_size: examples in a batch, at least 1; the last batch holds what is left.
        rng: decides the order.

    Yields the `(batch_size,)` indices of each batch.

    >>> [len(batch) for batch in minibatches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    order = rng.permutation(count)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]


def batch_count(count: int, batch_size: int) -> int:
    """Tell how many batches `minibatches` gives.

    >>> batch_count(10, 4)
    3
    """
    return -(-count // batch_size)
