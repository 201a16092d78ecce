"""DataLoader: iterates over a dataset, batch by batch."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, SettingsError
from tinyml.data.augmentation import Augmentation
from tinyml.data.augmented_batch import augmented_batch
from tinyml.data.batches import batch_count, epoch_generator, minibatches
from tinyml.data.dataset import Dataset


class Batch(NamedTuple):
    """The examples of one training step (specification 003, section I.G).

    Attributes:
        inputs: `(N, …)`.
        labels: `(N,)` whole numbers; empty when the targets are numbers.
        targets: `(N, outputs)` the output that the network should have, for `mse_loss`: the target of the class, or the
            numbers.
    """

    inputs: Array
    labels: np.ndarray
    targets: Array


class DataLoader:
    """Iterates over a dataset in batches, in a new order each time (specification 003, section I.G).

    Arguments:
        dataset: the examples.
        batch_size: examples in a batch, at least 1; the last batch can be smaller.
        shuffle: False to keep the order of the dataset.
        seed: seed of the orders. `Learner.run` with the same seed has the same batches.
        augmentations: change the inputs of each batch, in this order; see `tinyml.data.augmentation`.

    Attributes:
        epoch: number of iterations that were begun. Set it to continue where another loader stopped.

    Yields a `Batch` of inputs, labels and targets. Raises `SettingsError` when the batch size is below 1.

    >>> from tinyml.data import load
    >>> loader = DataLoader(load("circle"), batch_size=300, shuffle=True, seed=0)
    >>> len(loader), [batch.inputs.shape for batch in loader]
    (4, [(300, 2), (300, 2), (300, 2), (100, 2)])
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 0,
        augmentations: Sequence[Augmentation] = (),
    ) -> None:
        if batch_size < 1:
            raise SettingsError(f"batch_size is {batch_size} but should be at least 1.")
        self.dataset, self.batch_size, self.shuffle, self.seed = dataset, batch_size, shuffle, seed
        self.augmentations = tuple(augmentations)
        self.epoch = 0

    def __len__(self) -> int:
        return batch_count(len(self.dataset), self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        self.epoch += 1
        return self._batches(self.epoch)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        dataset = self.dataset
        order = epoch_generator(self.seed, epoch) if self.shuffle else None
        for number, indices in enumerate(minibatches(len(dataset), self.batch_size, order), start=1):
            inputs, numbers = augmented_batch(dataset, indices, self.augmentations, self.seed, epoch, number)
            labels = dataset.labels[indices] if numbers is None else dataset.labels
            yield Batch(inputs, labels, dataset.class_targets[labels] if numbers is None else numbers)
