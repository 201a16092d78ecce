"""One batch of a dataset, with its inputs varied: the same one for `DataLoader` and `Learner.run`."""

from collections.abc import Sequence

import numpy as np

from tinyml.core import Array
from tinyml.data.augmentation import Augmentation, augment
from tinyml.data.batches import epoch_generator
from tinyml.data.dataset import Dataset


def varied_batch(
    dataset: Dataset, indices: np.ndarray, augmentations: Sequence[Augmentation], seed: int, epoch: int, batch: int
) -> tuple[Array, Array | None]:
    """Return the inputs of a batch after augmentation, and the numbers that the network should give.

    Arguments:
        dataset: the examples.
        indices: `(K,)` which of them.
        augmentations: vary the inputs, in this order; see `tinyml.data.augmentation` for what that means to targets.
        seed, epoch, batch: decide what is random in them, see `epoch_generator`.

    Returns the `(K, …)` inputs, and the `(K, …)` target numbers or None for classes.

    >>> data = Dataset.from_arrays([[1.0], [2.0]], [1.0, 4.0])
    >>> varied_batch(data, np.array([1]), [], seed=0, epoch=1, batch=1)
    (array([[2.]], dtype=float32), array([[4.]], dtype=float32))
    """
    inputs, targets = dataset.examples(indices), None
    if not dataset.description.has_classes:
        targets = inputs if dataset.description.target == "input" else dataset.target_numbers(indices)
    if not augmentations:
        return inputs, targets
    rng = epoch_generator(seed, epoch, batch)
    if dataset.description.target == "input":
        corrupting = [each for each in augmentations if getattr(each, "corrupts", False)]
        targets = augment(inputs, [each for each in augmentations if each not in corrupting], rng)
        return augment(targets, corrupting, rng), targets
    return augment(inputs, augmentations, rng), targets
