"""The examples of all parts in one list, and the choice of some of them by part and class."""

from dataclasses import dataclass

import numpy as np

from tinyml.data import Dataset, Splits

PART_NAMES = ("training", "validation", "test")
"""Names of the parts, in the order of `Splits`."""


@dataclass(frozen=True)
class Example:
    """One example of the data.

    Attributes:
        dataset: the part that holds it.
        row: its place in the part.
        part: name of the part.
        number: its place in the whole data, from 0.
    """

    dataset: Dataset
    row: int
    part: str
    number: int

    @property
    def inputs(self) -> np.ndarray:
        """The example before scaling: a picture in 0 … 1, or numbers in the units of the data."""
        example: np.ndarray = self.dataset.unscaled_examples(slice(self.row, self.row + 1))[0]
        return example

    @property
    def targets(self) -> np.ndarray:
        """The target numbers in the units of the data; none if the example has a class."""
        if self.dataset.description.has_classes:
            return np.zeros(0, np.float32)
        numbers = self.dataset.unscaled_target_numbers(slice(self.row, self.row + 1))
        return numbers.reshape(-1)

    @property
    def name(self) -> str:
        """Its file; else its place in the whole data: "number 7"."""
        return self.dataset.name_of(self.row) or f"number {self.number}"

    @property
    def class_name(self) -> str:
        """The name of its class; empty if there are no classes."""
        description = self.dataset.description
        return description.class_names[int(self.dataset.labels[self.row])] if description.has_classes else ""


class ExampleIndex:
    """Examples that are chosen by part and class, in the order of the data.

    Arguments:
        splits: the parts.
        part: number of the part; None for all parts.
        label: the class; None for all classes.
    """

    def __init__(self, splits: Splits, part: int | None = None, label: int | None = None) -> None:
        self._splits = splits
        parts, rows, numbers = [], [], []
        for number, dataset in enumerate(splits):
            if part in (None, number):
                chosen = np.arange(len(dataset)) if label is None else np.flatnonzero(dataset.labels == label)
                rows.append(chosen)
                numbers.append(chosen if dataset.rows is None else dataset.rows[chosen])
                parts.append(np.full(len(chosen), number, np.int8))
        order = np.argsort(np.concatenate(numbers), kind="stable")
        self._parts, self._rows = np.concatenate(parts)[order], np.concatenate(rows)[order]
        self._numbers = np.concatenate(numbers)[order]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, position: int) -> Example:
        """Return the example at a position of the list."""
        part = int(self._parts[position])
        return Example(self._splits[part], int(self._rows[position]), PART_NAMES[part], int(self._numbers[position]))

    def find(self, number: int) -> int:
        """Return the position of an example of the whole data; -1 if it is not among the chosen ones.

        Arguments:
            number: the place of the example in the whole data.
        """
        position = int(np.searchsorted(self._numbers, number))
        return position if position < len(self) and self._numbers[position] == number else -1
