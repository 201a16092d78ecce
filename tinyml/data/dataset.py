"""A dataset in memory, and what can be known of one before it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from tinyml.core import Array, Shape

Progress = Callable[[float], None]
"""Told from time to time which share of the work is done, 0 to 1. Whatever it raises cancels the work."""


@dataclass(frozen=True)
class DataDescription:
    """What is known of a dataset without loading it; enough for shape inference and for the input card.

    Attributes:
        name: key of a built-in set ("digits") or the path of a folder.
        title: for people, e.g. "Digits 8×8".
        example_shape: of one example, without the batch axis: (C, H, W) or (D,).
        class_names: one name for each label 0, 1, ….
        count: number of examples.
        about: one sentence: what it shows, and where it comes from.
        test_count: so many examples at the end are the set's own test part, as published with it; 0 when it has none.
    """

    name: str
    title: str
    example_shape: Shape
    class_names: tuple[str, ...]
    count: int
    about: str = ""
    test_count: int = 0


@dataclass(frozen=True)
class Dataset:
    """Examples with labels.

    Attributes:
        description: name, shape and classes.
        inputs: `(N, …)` float32; images lie in 0 … 1.
        labels: `(N,)` int64, from 0 to the number of classes - 1.
        codes: `(classes, outputs)` float32: what a network trained with `mse_loss` should give for each class; by
            default the unit vectors. The circle set uses (-1, -1) and (1, 1), as seed 003 does.
    """

    description: DataDescription
    inputs: Array
    labels: np.ndarray
    codes: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __post_init__(self) -> None:
        if self.codes.size == 0:
            object.__setattr__(self, "codes", np.eye(len(self.description.class_names), dtype=np.float32))

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: np.ndarray) -> "Dataset":
        """Return the examples at `indices`, in that order, as a dataset of its own."""
        description = replace(self.description, count=len(indices), test_count=0)
        return Dataset(description, self.inputs[indices], self.labels[indices], self.codes)


class Splits(NamedTuple):
    """The three parts of a dataset: to learn from, to watch while learning, and to judge at the end."""

    train: Dataset
    validation: Dataset
    test: Dataset
