"""Numerical differentiation, on functions whose derivatives are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.verify import directional_derivative, numerical_gradient, relative_error


def cubic(x: np.ndarray) -> float:
    return float((x**3).sum())


@given(shape=st.lists(st.integers(0, 3), max_size=3), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_both_formulas_approach_the_derivative(shape: list[int], seed: int) -> None:
    at = np.random.default_rng(seed).normal(size=shape)
    before = at.copy()
    two, one = (numerical_gradient(cubic, at, two_sided=sides) for sides in (True, False))
    assert two.shape == one.shape == at.shape
    np.testing.assert_allclose(two, 3 * at**2, atol=1e-8)
    np.testing.assert_allclose(one, 3 * at**2, atol=1e-4)
    np.testing.assert_array_equal(at, before)


@pytest.mark.parametrize(("two_sided", "order"), [(True, 2), (False, 1)])
def test_the_error_shrinks_with_the_step_as_the_formula_says(two_sided: bool, order: int) -> None:
    at = np.array([0.7])
    errors = [
        abs(numerical_gradient(lambda x: float(np.exp(x[0])), at, step, two_sided=two_sided)[0] - np.exp(0.7))
        for step in (1e-2, 1e-3)
    ]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(order, abs=0.05)


@pytest.mark.parametrize("two_sided", [True, False])
def test_the_directional_derivative_is_the_gradient_times_the_direction(two_sided: bool) -> None:
    at, direction = np.random.default_rng(0).normal(size=(2, 3, 4))
    slope = directional_derivative(cubic, at, direction, two_sided=two_sided)
    assert slope == pytest.approx((3 * at**2 * direction).sum(), abs=1e-4)


def test_a_function_may_keep_its_argument() -> None:
    kept: list[np.ndarray] = []

    def keeping(x: np.ndarray) -> float:
        kept.append(x)
        return float(x.sum())

    numerical_gradient(keeping, np.zeros(2), 0.5)
    assert [list(x) for x in kept] == [[0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]]


@pytest.mark.parametrize(
    ("first", "second", "error"),
    [
        ([0.0], [0.0], 0),
        ([1.0], [1.0], 0),
        ([1.0], [0.0], 1),
        ([1.0], [-1.0], 2),
        ([3.0, 4.0], [3.0, 4.5], 0.5 / 29.25**0.5),
    ],
)
def test_the_relative_error(first: list[float], second: list[float], error: float) -> None:
    assert relative_error(np.array(first), np.array(second)) == pytest.approx(error)
    assert relative_error(np.array(second), np.array(first)) == pytest.approx(error)
