"""The next batch of a run, to look at before it is used. Nothing of the run is touched."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from tinyml.core import Array
from tinyml.data import Dataset, batch_count, epoch_generator, minibatches
from tinyml.data.augmented_batch import augmented_batch
from tinyml.learner.settings import TrainingSettings


@dataclass(frozen=True)
class NextBatch:
    """A batch, as the network will get it.

    Attributes:
        epoch: number of its epoch, from 1.
        number: its number in the epoch, from 1.
        batches: number of batches in an epoch.
        rows: `(K,)` indices of its training examples.
        inputs: `(K, …)` its inputs after augmentation, before scaling: as a person reads them.
    """

    epoch: int
    number: int
    batches: int
    rows: np.ndarray
    inputs: Array


def next_batch(train: Dataset, training: TrainingSettings, done: int) -> NextBatch:
    """Return the batch that a run trains next.

    The order of the examples and the random numbers of the augmentations depend on seed, epoch and batch alone. So they
    are drawn again here, with generators of this function, and the run keeps its own.

    Arguments:
        train: the training examples of the run.
        training: its settings.
        done: how many batches it has trained.

    >>> from tinyml.data import load
    >>> batch = next_batch(load("digits"), TrainingSettings(batch_size=32), done=3)
    >>> batch.epoch, batch.number, batch.inputs.shape
    (1, 4, (32, 1, 8, 8))
    """
    batches = batch_count(len(train), training.batch_size)
    epoch, number = done // batches + 1, done % batches + 1
    order = minibatches(len(train), training.batch_size, epoch_generator(training.seed, epoch))
    rows = next(islice(order, number - 1, None))
    inputs, _ = augmented_batch(train, rows, training.make_augmentations(), training.seed, epoch, number)
    readable = inputs if train.scaling is None else train.scaling.undo(inputs)
    return NextBatch(epoch, number, batches, rows, readable)
