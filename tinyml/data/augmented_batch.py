"""The augmentation of one batch, for `DataLoader` and `Learner.run`, and of one example, to look at it."""

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
    corrupting = [each for each in augmentations if _corrupts(each)]
    changed = augment(inputs, [each for each in augmentations if not _corrupts(each)], rng)
    return scale(augment(changed, corrupting, rng)), scale(changed)


def augmented_examples(
    dataset: Dataset, index: int, augmentations: Sequence[Augmentation], count: int, seed: int = 0
) -> Array:
    """Return some augmented versions of one example, as a person looks at them: before scaling.

    They are what a training run would draw: images are augmented before scaling, other inputs after it. The numbers
    of other inputs are returned in the units of the data.

    Arguments:
        dataset: the examples.
        index: of the example.
        augmentations: functions that change the inputs, in this order.
        count: number of versions.
        seed: another seed gives other versions.

    Shapes: `(count, …)` float32. Raises `DataError` if an augmentation needs images and the example is none.

    >>> from tinyml.data import Shift, load
    >>> augmented_examples(load("digits"), 3, [Shift(1)], count=5).shape
    (5, 1, 8, 8)
    """
    rows = np.full(count, index)
    order = sorted(augmentations, key=_corrupts) if dataset.description.target == "input" else augmentations
    rng = np.random.default_rng(seed)
    if len(dataset.description.example_shape) == 3:
        return augment(dataset.unscaled_examples(rows), order, rng)
    changed = augment(dataset.examples(rows), order, rng)
    return changed if dataset.scaling is None else dataset.scaling.undo(changed)


def _corrupts(augmentation: Augmentation) -> bool:
    """Return True if an augmentation changes the input of an autoencoder, but not its target."""
    return bool(getattr(augmentation, "corrupts", False))


def _keep(inputs: Array) -> Array:
    return inputs
