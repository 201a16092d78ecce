"""The stratified split of a dataset into training, validation and test examples."""

import numpy as np

from tinyml.core import DataError
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, Splits


def split_counts(description: DataDescription, choice: DataChoice) -> tuple[int, int, int]:
    """Return the numbers of training, validation and test examples, without loading the data.

    Shares are rounded to the nearest whole number; the other examples are for training. A set with its own test part
    (`test_count`) keeps it, so that its results can be compared with published ones. Then the test share is not used,
    and the validation share is a share of the other examples.

    Arguments:
        description: of the data.
        choice: the shares.

    Raises `DataError` when a part that is needed would be empty.

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
            f"{description.title} has {description.count} examples, too few to take {choice.validation:.0%} for "
            f"validation and {choice.test:.0%} for the test. Use more data, or other shares."
        )
    return train, validation, test


def split(dataset: Dataset, choice: DataChoice) -> Splits:
    """Split a dataset into training, validation and test examples (stratified).

    `split_counts` returns the sizes. Every class has the same share in each part, up to one example. The same choice
    gives the same parts, and the examples of a part keep their order. The parts share the arrays of the dataset. The
    target of the choice does not change which examples a part holds.

    Arguments:
        dataset: the whole set.
        choice: shares, seed and target. Its `source` is not used.

    Raises `DataError` when there are too few examples.

    >>> from tinyml.data import load
    >>> [len(part) for part in split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))]
    [700, 100, 200]
    """
    _, validation_count, test_count = split_counts(dataset.description, choice)
    order = np.arange(len(dataset))
    if dataset.description.test_count:
        order, test = order[:-test_count], order[-test_count:]
        order = order[_stratified_order(_strata(dataset)[order], choice.seed)]
    else:
        order = order[_stratified_order(_strata(dataset), choice.seed)]
        order, test = order[test_count:], order[:test_count]
    validation, train = order[:validation_count], order[validation_count:]
    return Splits(*(dataset.take(np.sort(part)).with_target(choice.target) for part in (train, validation, test)))


def _strata(dataset: Dataset) -> np.ndarray:
    """Return the class of each example; 0 for all examples if there are no classes."""
    return dataset.labels if dataset.description.has_classes else np.zeros(len(dataset), np.int64)


def _share(count: int, share: float) -> int:
    return int(count * share + 0.5)


def _stratified_order(labels: np.ndarray, seed: int) -> np.ndarray:
    """Return an order in which each part holds every class in proportion, up to one example.

    Each class is shuffled and spread evenly over 0 … 1; sorting these positions mixes the classes.
    """
    rng = np.random.default_rng(seed)
    position = np.empty(len(labels))
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        position[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return np.argsort(position, kind="stable")
