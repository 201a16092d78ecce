"""DataLoader: every example once in each epoch, other orders each time, and the batches that a learner sees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.core import Array, SettingsError
from tinyml.data import DataLoader, Dataset, Flip, Shift, load
from tinyml.layers import Linear
from tinyml.learner import Learner
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer


@pytest.fixture(scope="module")
def circle() -> Dataset:
    return load("circle")


@settings(max_examples=40)
@given(count=st.integers(0, 60), batch_size=st.integers(1, 25), shuffle=st.booleans(), seed=st.integers(0, 3))
def test_every_example_is_seen_once_with_its_label(count: int, batch_size: int, shuffle: bool, seed: int) -> None:
    data = load("circle").take(np.arange(count))
    loader = DataLoader(data, batch_size, shuffle, seed)
    batches = list(loader)
    assert len(loader) == len(batches) == -(-count // batch_size)
    assert [len(batch.inputs) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    rows = [tuple(row) for batch in batches for row in batch.inputs.tolist()]
    assert sorted(rows) == sorted(map(tuple, data.inputs.tolist()))
    label_of = dict(zip(map(tuple, data.inputs.tolist()), data.labels.tolist(), strict=True))
    for batch in batches:
        assert [label_of[tuple(row)] for row in batch.inputs.tolist()] == batch.labels.tolist()
        np.testing.assert_array_equal(batch.targets, data.class_targets[batch.labels])
    if not shuffle:
        assert rows == list(map(tuple, data.inputs.tolist()))


def test_each_epoch_has_another_order_that_depends_on_the_seed(circle: Dataset) -> None:
    first, same, other = DataLoader(circle, 100, seed=1), DataLoader(circle, 100, seed=1), DataLoader(circle, 100)
    one, two = ([batch.labels.tolist() for batch in first] for _ in range(2))
    assert one != two
    assert [batch.labels.tolist() for batch in same] == one
    assert [batch.labels.tolist() for batch in other] != one
    same.epoch = 0
    assert [batch.labels.tolist() for batch in same] == one
    assert first.epoch == 2


def test_it_yields_the_batches_of_a_learner(circle: Dataset) -> None:
    seen: list[np.ndarray] = []

    class Watching(Linear):
        def forward(self, input: Array) -> Array:
            seen.append(input)
            return super().forward(input)

    learner = Learner(Sequential([Watching("fc", 2, 2)]), "mse_loss", SGDOptimizer(0.1))
    list(learner.run(circle, epochs=2, batch_size=300, seed=4))
    loader = DataLoader(circle, 300, seed=4)
    for inputs, batch in zip(seen, [*loader, *loader], strict=True):
        np.testing.assert_array_equal(batch.inputs, inputs)


def test_two_iterations_at_once_do_not_disturb_each_other(circle: Dataset) -> None:
    loader = DataLoader(circle, 500, seed=2)
    expected = [batch.labels.tolist() for _ in range(2) for batch in loader]
    loader.epoch = 0
    pairs = [(one.labels.tolist(), two.labels.tolist()) for one, two in zip(loader, loader, strict=True)]
    assert [one for one, _ in pairs] + [two for _, two in pairs] == expected


def test_augmentations_change_only_the_inputs() -> None:
    digits = load("digits").take(np.arange(50))
    before = digits.inputs.copy()
    varied = DataLoader(digits, 20, shuffle=False, augmentations=[Shift(1), Flip()])
    epochs = [np.concatenate([batch.inputs for batch in varied]) for _ in range(2)]
    assert (epochs[0] != epochs[1]).any()
    assert (epochs[0] != digits.inputs).any()
    np.testing.assert_array_equal(digits.inputs, before)
    np.testing.assert_array_equal(np.concatenate([batch.labels for batch in varied]), digits.labels)


def test_every_batch_is_augmented_differently() -> None:
    digits = load("digits").take(np.zeros(40, int))
    first, second = DataLoader(digits, 20, shuffle=False, augmentations=[Shift(2)])
    assert (first.inputs != second.inputs).any()


@pytest.mark.parametrize("size", [0, -3])
def test_an_impossible_batch_size_is_refused(circle: Dataset, size: int) -> None:
    with pytest.raises(SettingsError, match=f"batch_size is {size}"):
        DataLoader(circle, size)
