"""Cutting a dataset into its three parts, the same way every time."""

import numpy as np

from tinyml.core import DataError
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, Splits


def split_counts(description: DataDescription, choice: DataChoice) -> tuple[int, int, int]:
    """Tell how many examples go into the three parts, without loading anything.

    Shares are rounded to the nearest whole number, and what is left is for training. A set that brings its own test
    part (`test_count`) keeps it, so that results can be compared with published ones: then the test share is not used,
    and the validation share is one of the rest.

    Returns the numbers of training, validation and test examples. Raises `DataError` when one that is needed is 0.

    >>> pictures = DataDescription("photos", "Photos", (1, 8, 8), ("cat", "dog"), count=10_000)
    >>> split_counts(pictures, DataChoice(validation=0, test=0.2))
    (8000, 0, 2000)
    """
    test = description.test_count or _share(description.count, choice.test)
    available = description.count - description.test_count
    validation = _share(available, choice.validation)
    train = description.count - test - validation
    if train < 1 or test < 1 or (choice.validation > 0 and validation < 1):
        raise DataError(
            f"{description.title} has {description.count} examples, too few to set aside {choice.validation:.0%} "
            f"for validation and {choice.test:.0%} for the test. Use more data, or other shares."
        )
    return train, validation, test


def split(dataset: Dataset, choice: DataChoice) -> Splits:
    """Cut a dataset into training, validation and test parts.

    The sizes are exactly those of `split_counts`. Every class has, to within one example, the same share in each part.
    Same choice, same parts; within a part the examples keep their order. For that, each class is shuffled and spread
    evenly over 0 … 1, and the cuts go through all classes at once. The parts share the arrays of the dataset. They have
    the target that the choice says; which examples they hold does not depend on it.

    Arguments:
        dataset: the whole set.
        choice: shares, seed and target; its `source` is not used.

    Raises `DataError` when there are too few examples.

    >>> from tinyml.data import load
    >>> [len(part) for part in split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))]
    [700, 100, 200]
    """
    _, validation_count, test_count = split_counts(dataset.description, choice)
    order = np.arange(len(dataset))
    if dataset.description.test_count:
        order, test = order[:-test_count], order[-test_count:]
        order = order[_spread_classes(_classes_to_spread(dataset)[order], choice.seed)]
    else:
        order = order[_spread_classes(_classes_to_spread(dataset), choice.seed)]
        order, test = order[test_count:], order[:test_count]
    validation, train = order[:validation_count], order[validation_count:]
    return Splits(*(dataset.take(np.sort(part)).with_target(choice.target) for part in (train, validation, test)))


def _classes_to_spread(dataset: Dataset) -> np.ndarray:
    """Return the class of each example; one and the same for all where there are no classes."""
    return dataset.labels if dataset.description.has_classes else np.zeros(len(dataset), np.int64)


def _share(count: int, share: float) -> int:
    return int(count * share + 0.5)


def _spread_classes(labels: np.ndarray, seed: int) -> np.ndarray:
    """Order the examples so that any run of them holds each class in proportion, to within one example."""
    rng = np.random.default_rng(seed)
    position = np.empty(len(labels))
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        position[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return np.argsort(position, kind="stable")
