"""Minibatches: which examples are learned from together."""

from collections.abc import Iterator

import numpy as np


def minibatches(count: int, batch_size: int, rng: np.random.Generator | None) -> Iterator[np.ndarray]:
    """Go once through all examples in random order, a batch at a time.

    Arguments:
        count: number of examples.
        batch_size: examples in a batch, at least 1; the last batch holds what is left.
        rng: decides the order; None for the order in which they lie.

    Yields the `(batch_size,)` indices of each batch.

    >>> [len(batch) for batch in minibatches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    order = np.arange(count) if rng is None else rng.permutation(count)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]


def batch_count(count: int, batch_size: int) -> int:
    """Tell how many batches `minibatches` gives.

    >>> batch_count(10, 4)
    3
    """
    return -(-count // batch_size)


def epoch_generator(seed: int, epoch: int, batch: int = 0) -> np.random.Generator:
    """Return the generator of what is random in one epoch, or in one batch of it.

    It does not depend on what happened before, so a run can be taken up at any batch.

    Arguments:
        seed: of the run.
        epoch: counted from 1; its generator decides the order of the examples.
        batch: counted from 1; its generator decides how the batch's examples are varied. 0 stands for the epoch.

    >>> bool(epoch_generator(0, 3).random() == epoch_generator(0, 3).random())
    True
    """
    return np.random.default_rng([seed, epoch, batch] if batch else [seed, epoch])
