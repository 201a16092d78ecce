"""The examples that a run learns from: of a dataset, or two arrays of the caller's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.data import Augmentation, Dataset
from tinyml.data.augmented_batch import augmented_batch
from tinyml.learner.evaluation import explained_share, squared_error
from tinyml.learner.objective import Objective


@dataclass(frozen=True)
class ArrayExamples:
    """Inputs, and what the loss compares the outputs with. Nothing is known of classes, so only the loss is measured.

    Attributes:
        inputs, targets: `(N, …)`.
    """

    inputs: Array
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, rows: np.ndarray, epoch: int, number: int) -> tuple[Array, np.ndarray]:
        """Return the inputs and the targets of a batch."""
        return self.inputs[rows], self.targets[rows]

    def judge(self, output: Array, targets: np.ndarray, rows: np.ndarray) -> tuple[int, float]:
        """Return that nothing is measured: 0 right classes, and NaN as squared error."""
        return 0, math.nan

    def accuracy(self, correct: int, examples: int) -> float | None:
        """Return None, since nothing is known of classes."""
        return None

    def r_squared(self, squared_error: float, examples: int) -> float | None:
        """Return None, since the targets may be labels."""
        return None


@dataclass(frozen=True)
class DatasetExamples:
    """The examples of a dataset, as an objective needs them.

    Attributes:
        dataset: the examples.
        objective: what the loss compares outputs with, and how classes are read off them.
        augmentations: vary the inputs of each batch, in this order.
        seed: of the run.
    """

    dataset: Dataset
    objective: Objective
    augmentations: Sequence[Augmentation]
    seed: int

    def __len__(self) -> int:
        return len(self.dataset)

    def batch(self, rows: np.ndarray, epoch: int, number: int) -> tuple[Array, np.ndarray]:
        """Return the inputs and the targets of batch `number` of an epoch, both counted from 1."""
        inputs, numbers = augmented_batch(self.dataset, rows, self.augmentations, self.seed, epoch, number)
        return inputs, self.objective.targets(self.dataset, rows) if numbers is None else numbers

    def judge(self, output: Array, targets: np.ndarray, rows: np.ndarray) -> tuple[int, float]:
        """Return how many examples of a batch have the right class, and the sum of all squared errors.

        With classes the squared error is NaN, without them none is right.
        """
        if self.objective.has_classes:
            return int(np.count_nonzero(self.objective.classes(output) == self.dataset.labels[rows])), math.nan
        return 0, squared_error(output, targets)

    def accuracy(self, correct: int, examples: int) -> float | None:
        """Return the share of examples whose class is right; None when there are no classes."""
        return correct / examples if self.objective.has_classes else None

    def r_squared(self, squared_error: float, examples: int) -> float | None:
        """Return R² from the sum of the squared errors of some examples; None when that is not known."""
        return None if self.objective.has_classes else explained_share(squared_error / examples, self.dataset)
