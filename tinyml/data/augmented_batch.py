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
    description = dataset.description
    is_autoencoder = description.target == "input"
    targets = None if description.has_classes or is_autoencoder else dataset.target_numbers(indices)
    if not augmentations:
        inputs = dataset.examples(indices)
        return inputs, inputs if is_autoencoder else targets
    # The settings of the augmentations of images are for 0 … 1, those of other inputs for scaled numbers.
    is_image = len(description.example_shape) == 3
    inputs = dataset.unscaled_examples(indices) if is_image else dataset.examples(indices)
    scale = dataset.scale if is_image else _keep
    rng = epoch_generator(seed, epoch, batch)
    if not is_autoencoder:
        return scale(augment(inputs, augmentations, rng)), targets
    corrupting = [each for each in augmentations if getattr(each, "corrupts", False)]
    changed = augment(inputs, [each for each in augmentations if each not in corrupting], rng)
    return scale(augment(changed, corrupting, rng)), scale(changed)


def _keep(inputs: Array) -> Array:
    return inputs
