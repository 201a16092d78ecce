"""The training examples of a run: a dataset, or two arrays."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.data import Augmentation, Dataset
from tinyml.data.augmented_batch import augmented_batch
from tinyml.learner.evaluation import r_squared_from, squared_error
from tinyml.learner.objective import Objective


@dataclass(frozen=True)
class ArrayExamples:
    """Inputs and targets as arrays. It is unknown whether targets are classes, so the loss is the only metric.

    Attributes:
        inputs, targets: `(N, …)`.
    """

    inputs: Array
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, rows: np.ndarray, epoch: int, number: int) -> tuple[Array, np.ndarray]:
        """Return the inputs and the targets of a batch.

        Arguments:
            rows: indices of the examples.
            epoch: number of the epoch; it is not used.
            number: number of the batch; it is not used.
        """
        return self.inputs[rows], self.targets[rows]

    def measure(self, output: Array, targets: np.ndarray, rows: np.ndarray) -> tuple[int, float]:
        """Return 0 correct classes and NaN as squared error: nothing is measured.

        Arguments:
            output, targets, rows: they are not used.
        """
        return 0, math.nan

    def accuracy(self, correct: int, examples: int) -> float | None:
        """Return None, since classes are unknown.

        Arguments:
            correct, examples: they are not used.
        """
        return None

    def r_squared(self, squared_error: float, examples: int) -> float | None:
        """Return None, since targets may be labels.

        Arguments:
            squared_error, examples: they are not used.
        """
        return None


@dataclass(frozen=True)
class DatasetExamples:
    """The examples of a dataset, with the targets of an objective.

    Attributes:
        dataset: the examples.
        objective: chooses the targets for the loss and predicts classes from outputs.
        augmentations: applied to the inputs of each batch, in this order.
        seed: seed of the run.
    """

    dataset: Dataset
    objective: Objective
    augmentations: Sequence[Augmentation]
    seed: int

    def __len__(self) -> int:
        return len(self.dataset)

    def batch(self, rows: np.ndarray, epoch: int, number: int) -> tuple[Array, np.ndarray]:
        """Return the inputs and the targets of batch `number` of an epoch, both counted from 1.

        Arguments:
            rows: indices of the examples.
            epoch: number of the epoch, counted from 1.
            number: number of the batch, counted from 1.
        """
        inputs, numbers = augmented_batch(self.dataset, rows, self.augmentations, self.seed, epoch, number)
        return inputs, self.objective.targets(self.dataset, rows) if numbers is None else numbers

    def measure(self, output: Array, targets: np.ndarray, rows: np.ndarray) -> tuple[int, float]:
        """Return the number of correct classes in a batch, and the sum of its squared errors.

        With classes the squared error is NaN; without classes the number is 0.

        Arguments:
            output: the outputs of the network.
            targets: the correct outputs, or the classes.
            rows: indices of the examples.
        """
        if self.objective.has_classes:
            return int(np.count_nonzero(self.objective.classes(output) == self.dataset.labels[rows])), math.nan
        return 0, squared_error(output, targets)

    def accuracy(self, correct: int, examples: int) -> float | None:
        """Return the share of examples whose class is correct; None if there are no classes."""
        return correct / examples if self.objective.has_classes else None

    def r_squared(self, squared_error: float, examples: int) -> float | None:
        """Return R² from the sum of the squared errors of some examples; None if the targets are classes."""
        return None if self.objective.has_classes else r_squared_from(squared_error / examples, self.dataset)
