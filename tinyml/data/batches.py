"""Batches: which examples make one training step."""

from collections.abc import Iterator

import numpy as np


def minibatches(count: int, batch_size: int, rng: np.random.Generator | None) -> Iterator[np.ndarray]:
    """Iterate once over all examples in random order, batch by batch.

    Arguments:
        count: number of examples.
        batch_size: examples in a batch, at least 1; the last batch can be smaller.
        rng: generator of the order; None to keep the order.

    Yields the `(batch_size,)` indices of each batch.

    >>> [len(batch) for batch in minibatches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    order = np.arange(count) if rng is None else rng.permutation(count)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]


def batch_count(count: int, batch_size: int) -> int:
    """Return the number of batches that `minibatches` yields.

    Arguments:
        count: number of examples.
        batch_size: examples in a batch.

    >>> batch_count(10, 4)
    3
    """
    return -(-count // batch_size)


def epoch_generator(seed: int, epoch: int, batch: int = 0) -> np.random.Generator:
    """Return the random generator of one epoch, or of one batch in it.

    It does not depend on earlier epochs and batches, so a run can be resumed at any batch.

    Arguments:
        seed: seed of the run.
        epoch: number of the epoch, from 1. Its generator makes the order of the examples.
        batch: number of the batch, from 1. Its generator makes the random numbers of the augmentations. 0 for the
            generator of the epoch.

    >>> bool(epoch_generator(0, 3).random() == epoch_generator(0, 3).random())
    True
    """
    return np.random.default_rng([seed, epoch, batch] if batch else [seed, epoch])
