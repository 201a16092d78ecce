import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import DataError
from tinyml.data import DataChoice, DataDescription, Dataset, load, split, split_counts


def numbered(labels: np.ndarray) -> Dataset:
    """A dataset in which each input is its own number."""
    names = tuple(map(str, range(int(labels.max()) + 1)))
    description = DataDescription("numbered", "Numbered", (1,), names, len(labels))
    return Dataset(description, np.arange(len(labels), dtype=np.float32)[:, np.newaxis], labels)


@pytest.mark.parametrize(
    ("count", "validation", "test", "expected"),
    [
        (10_000, 0, 0.2, (8000, 0, 2000)),
        (1797, 0.1, 0.2, (1258, 180, 359)),
        (1000, 0.1, 0.2, (700, 100, 200)),
        (3, 0.3, 0.3, (1, 1, 1)),
    ],
)
def test_sizes_are_exact(count: int, validation: float, test: float, expected: tuple[int, int, int]) -> None:
    dataset = numbered(np.arange(count) % 3)
    choice = DataChoice(validation=validation, test=test)
    assert split_counts(dataset.description, choice) == expected
    assert tuple(len(part) for part in split(dataset, choice)) == expected


@given(
    labels=st.lists(st.integers(0, 4), min_size=20, max_size=300).map(np.array),
    validation=st.sampled_from([0, 0.1, 0.3, 0.5]),
    test=st.sampled_from([0.1, 0.2, 0.45]),
    seed=st.integers(0, 5),
)
def test_parts_are_disjoint_complete_ordered_and_stratified(
    labels: np.ndarray, validation: float, test: float, seed: int
) -> None:
    dataset = numbered(labels)
    choice = DataChoice(validation=validation, test=test, seed=seed)
    parts = split(dataset, choice)
    members = [part.inputs[:, 0].astype(int) for part in parts]
    assert sorted(np.concatenate(members)) == list(range(len(labels)))
    for part, numbers in zip(parts, members, strict=True):
        assert (np.diff(numbers) > 0).all()
        np.testing.assert_array_equal(part.labels, labels[numbers])
        assert part.description.count == len(part)
        expected = np.bincount(labels, minlength=5) * len(part) / len(labels)
        assert (np.abs(np.bincount(part.labels, minlength=5) - expected) <= 2.5).all()
    again = split(dataset, choice)
    for part, same in zip(parts, again, strict=True):
        np.testing.assert_array_equal(part.inputs, same.inputs)


def test_another_seed_gives_other_parts() -> None:
    dataset = load("circle")
    first, second = (split(dataset, DataChoice(source="circle", seed=seed)).test for seed in (0, 1))
    assert not np.array_equal(first.inputs, second.inputs)


@pytest.mark.parametrize(("count", "validation", "test"), [(1, 0, 0.5), (2, 0, 0.1), (4, 0.1, 0.3)])
def test_too_few_examples_are_refused(count: int, validation: float, test: float) -> None:
    with pytest.raises(DataError, match=f"Numbered has {count} examples, too few"):
        split(numbered(np.zeros(count, int)), DataChoice(validation=validation, test=test))
