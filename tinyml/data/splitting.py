"""The split of a dataset into training, validation and test examples."""

import numpy as np

from tinyml.core import DataError
from tinyml.data.choice import DataChoice
from tinyml.data.dataset import DataDescription, Dataset, Splits


def split_counts(description: DataDescription, choice: DataChoice) -> tuple[int, int, int]:
    """Return the numbers of training, validation and test examples, without loading the data.

    Shares are rounded to the nearest whole number; the other examples are for training. A set with a test part
    (`test_count`) or a validation part (`validation_count`) keeps it, so that its results can be compared with
    published ones, unless the choice says otherwise. Then the share of this part is not used. With a fixed test part,
    the validation share is a share of the other examples.

    Arguments:
        description: of the data.
        choice: the shares.

    Raises `DataError` when a part that is needed would be empty.

    >>> pictures = DataDescription("photos", "Photos", (1, 8, 8), ("cat", "dog"), count=10_000)
    >>> split_counts(pictures, DataChoice(validation=0, test=0.2))
    (8000, 0, 2000)
    """
    own_validation, own_test = _own_parts(description, choice)
    test = own_test or _share(description.count, choice.test)
    validation = own_validation or _share(description.count - own_test, choice.validation)
    train = description.count - test - validation
    if train < 1 or test < 1 or (choice.validation > 0 and validation < 1):
        raise DataError(
            f"{description.title} has {description.count} examples, too few to take {choice.validation:.0%} for "
            f"validation and {choice.test:.0%} for the test. Use more data, or other shares."
        )
    return train, validation, test


def split(dataset: Dataset, choice: DataChoice) -> Splits:
    """Split a dataset into training, validation and test examples.

    `split_counts` returns the sizes. If the split is stratified, every class has the same share in each part, up to one
    example. The same choice gives the same parts, and the examples of a part keep their order. The parts share the
    arrays of the dataset. The target of the choice does not change which examples a part holds.

    Arguments:
        dataset: the whole set.
        choice: shares, seed and target. Its `source` is not used.

    Raises `DataError` when there are too few examples.

    >>> from tinyml.data import load
    >>> [len(part) for part in split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))]
    [700, 100, 200]
    """
    train_count, validation_count, test_count = split_counts(dataset.description, choice)
    own_validation, own_test = _own_parts(dataset.description, choice)
    rows = np.arange(len(dataset))
    free, validation, test = np.split(rows, [len(rows) - own_validation - own_test, len(rows) - own_test])
    strata = _strata(dataset) if choice.stratified else np.zeros(len(dataset), np.int64)
    free = free[_stratified_order(strata[free], choice.seed)]
    if not own_test:
        free, test = free[test_count:], free[:test_count]
    if not own_validation:
        free, validation = free[validation_count:], free[:validation_count]
    assert len(free) == train_count
    return Splits(*(dataset.take(np.sort(part)).with_target(choice.target) for part in (free, validation, test)))


def _own_parts(description: DataDescription, choice: DataChoice) -> tuple[int, int]:
    """Return the numbers of validation and test examples that come with the data and are kept."""
    return (description.validation_count, description.test_count) if choice.keep_own_split else (0, 0)


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
