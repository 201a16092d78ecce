"""The augmentation of one batch, for `DataLoader` and `Learner.run`."""

from collections.abc import Sequence

import numpy as np

from tinyml.core import Array
from tinyml.data.augmentation import Augmentation, augment
from tinyml.data.batches import epoch_generator
from tinyml.data.dataset import Dataset


def augmented_batch(
    dataset: Dataset, indices: np.ndarray, augmentations: Sequence[Augmentation], seed: int, epoch: int, batch: int
) -> tuple[Array, Array | None]:
    """Return the inputs of a batch after augmentation, and its target numbers.

    Arguments:
        dataset: the examples.
        indices: `(K,)` the examples of the batch.
        augmentations: functions that change the inputs, in this order. For an autoencoder, those that corrupt come last
            and leave the targets unchanged, see `tinyml.data.augmentation`.
        seed, epoch, batch: determine the random numbers, see `epoch_generator`.

    Returns the inputs `(K, …)`, and the target numbers `(K, …)` or None for classes.

    >>> data = Dataset.from_arrays([[1.0], [2.0]], [1.0, 4.0])
    >>> augmented_batch(data, np.array([1]), [], seed=0, epoch=1, batch=1)
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
