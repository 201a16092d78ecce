import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinyml.data import batch_count, epoch_generator, minibatches


@given(count=st.integers(0, 100), batch_size=st.integers(1, 40), seed=st.integers(0, 3))
def test_every_example_is_in_one_batch(count: int, batch_size: int, seed: int) -> None:
    batches = list(minibatches(count, batch_size, np.random.default_rng(seed)))
    assert len(batches) == batch_count(count, batch_size)
    assert all(len(batch) == batch_size for batch in batches[:-1])
    assert sorted(np.concatenate([np.arange(0), *batches])) == list(range(count))


def test_the_generator_decides_the_order() -> None:
    first, same, other = (
        np.concatenate(list(minibatches(50, 8, np.random.default_rng(seed)))).tolist() for seed in (0, 0, 1)
    )
    assert first == same
    assert first != other


def test_every_seed_epoch_and_batch_has_other_random_numbers() -> None:
    places = [(seed, epoch, batch) for seed in (0, 1) for epoch in (1, 2, 3) for batch in (0, 1, 2)]
    drawn = [tuple(epoch_generator(*place).permutation(50)) for place in places]
    assert len(set(drawn)) == len(places)
    assert drawn == [tuple(epoch_generator(*place).permutation(50)) for place in places]
