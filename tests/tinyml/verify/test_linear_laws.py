"""The two laws of specification 002."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.verify import LawCheck, check_law_1, check_law_2

sizes = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))


def value(y: np.ndarray) -> float:
    return float(np.sin(y).sum())


@given(sizes=sizes, seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_both_laws_hold(sizes: tuple[int, int, int], seed: int) -> None:
    (m, p, n), rng = sizes, np.random.default_rng(seed)
    left = check_law_1(value, np.cos, rng.normal(size=(m, p)), rng.normal(size=(p, n)), rng.normal(size=(m, n)))
    right = check_law_2(value, np.cos, rng.normal(size=(m, p)), rng.normal(size=(p, n)), rng.normal(size=(m, n)))
    assert left.by_law.shape == (p, n)
    assert right.by_law.shape == (m, p)
    assert left.relative_error < 1e-7
    assert right.relative_error < 1e-7


def test_a_wrong_law_is_found() -> None:
    check = check_law_1(value, lambda y: -np.cos(y), np.eye(2), np.ones((2, 2)), np.zeros((2, 2)))
    assert check.relative_error > 1
    assert isinstance(check, LawCheck)
