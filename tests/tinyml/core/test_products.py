"""Matrix products in parts and in pieces: the same results as NumPy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.core import products as module
from tinyml.core.products import multiply, multiply_along_columns, multiply_columns, sum_columns, sum_rows
from tinyml.core.threads import one_blas_thread, set_thread_count, thread_count

both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])
COLUMNS = (1, 2, 7, 64, 1013, 14_400, 10_007)
"""Odd numbers, primes, and numbers with many divisors."""


def normal(*shape: int, dtype: Any = np.float64) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape).astype(dtype)


def assert_equal_but_for_rounding(found: np.ndarray, exact: np.ndarray, terms: int) -> None:
    """Compare sums of `terms` products of normal numbers, which round to about √terms · eps."""
    assert found.shape == exact.shape
    if found.size:
        assert abs(found - exact).max() <= 8 * np.sqrt(max(terms, 1)) * np.finfo(found.dtype).eps * max(
            abs(exact).max(), 1
        )


@given(rows=st.integers(0, 40), inner=st.integers(1, 9), columns=st.integers(0, 40), order=st.sampled_from("CF"))
@settings(max_examples=60, deadline=None)
def test_a_product_in_parts_equals_the_product(rows: int, inner: int, columns: int, order: Any) -> None:
    left, right = normal(rows, inner), normal(inner, columns)
    with pytest.MonkeyPatch.context() as patch, one_blas_thread():
        patch.setattr(module, "_PART", 20)
        patch.setattr(module, "_NARROWEST", 2)
        out = np.full((rows, columns), np.nan, order=order)
        for found in (multiply(left, right), multiply(left, right, out=out)):
            np.testing.assert_allclose(found, left @ right, rtol=1e-12, atol=1e-12)
        assert multiply(left, right, out=out) is out


@both_precisions
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("shape", [(2, 3, 4), (128, 9216, 128), (9216, 128, 128), (128, 128, 9216), (1, 5000, 2000)])
def test_a_product_equals_numpy(shape: tuple[int, int, int], held: bool, dtype: Any) -> None:
    rows, inner, columns = shape
    left, right = normal(rows, inner, dtype=dtype), normal(columns, inner, dtype=dtype).T
    exact = left.astype(np.float64) @ right.astype(np.float64)
    outs = (
        np.empty((rows, columns), dtype),
        np.empty((columns, rows), dtype).T,
        np.empty((rows, 2 * columns), dtype)[:, ::2],
    )
    with one_blas_thread() if held else pytest.MonkeyPatch.context():
        assert multiply(left, right).dtype == dtype
        assert_equal_but_for_rounding(multiply(left, right), exact, inner)
        for out in outs:
            multiply(left, right, out=out)
            assert_equal_but_for_rounding(out, exact, inner)


def test_a_product_has_the_same_bits_with_any_number_of_threads() -> None:
    left, right = normal(300, 700, dtype=np.float32), normal(700, 1001, dtype=np.float32)
    before, results = thread_count(), []
    try:
        for threads in (1, 2, 3):
            set_thread_count(threads)
            with one_blas_thread():
                results.append(multiply(left, right))
    finally:
        set_thread_count(before)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@both_precisions
@pytest.mark.parametrize("size", [(1, 1), (8, 9), (32, 288), (64, 65)], ids=str)
@pytest.mark.parametrize("columns", COLUMNS)
def test_multiply_columns_equals_numpy(columns: int, size: tuple[int, int], dtype: Any) -> None:
    left = normal(*size, dtype=dtype)
    # As in a block of unrolled windows, each row has unused numbers at its end; the result too.
    right = normal(size[1], columns + 16, dtype=dtype)[:, :-16]
    whole = np.full((size[0], columns + 5), 7, dtype)
    out = whole[:, 2:-3]
    assert multiply_columns(left, right, out=out) is out
    assert_equal_but_for_rounding(out, left.astype(np.float64) @ right, size[1])
    assert (whole[:, :2] == 7).all()
    assert (whole[:, -3:] == 7).all()


@both_precisions
@pytest.mark.parametrize("size", [(1, 1), (9, 8), (9, 224), (65, 64)], ids=str)
@pytest.mark.parametrize("columns", COLUMNS)
def test_multiply_along_columns_equals_numpy(columns: int, size: tuple[int, int], dtype: Any) -> None:
    left = normal(size[0], columns + 16, dtype=dtype)[:, :-16]
    right = normal(size[1], columns + 3, dtype=dtype)[:, 3:]
    found = multiply_along_columns(left, right)
    assert found.dtype == dtype
    assert_equal_but_for_rounding(found, left.astype(np.float64) @ right.T.astype(np.float64), columns)


def test_products_without_columns_are_empty_or_zero() -> None:
    assert multiply_columns(np.ones((3, 2)), np.empty((2, 0)), out=np.empty((3, 0))).shape == (3, 0)
    np.testing.assert_array_equal(multiply_along_columns(np.empty((3, 0)), np.empty((2, 0))), np.zeros((3, 2)))


def test_columns_with_a_good_divisor_are_cut_into_equal_pieces() -> None:
    piece = module._piece(8 * 9, 14_400 * 5)
    assert 0 < piece < 14_400 * 5
    assert 14_400 * 5 % piece == 0
    assert piece * 8 * 9 <= module._SMALL_PRODUCT
    assert module._piece(8 * 9, 100_003) == 0  # a prime


@both_precisions
@pytest.mark.parametrize("shape", [(3, 4), (1, 100_003), (50, 1), (4, 0), (0, 3)], ids=str)
def test_sums_of_rows_and_columns_equal_numpy(shape: tuple[int, int], dtype: Any) -> None:
    for matrix in (normal(*shape, dtype=dtype), normal(shape[1], shape[0], dtype=dtype).T):
        for found, axis in ((sum_rows(matrix), 1), (sum_columns(matrix), 0)):
            assert found.dtype == dtype
            assert_equal_but_for_rounding(found, matrix.astype(np.float64).sum(axis=axis), shape[axis])
            found += 1  # the result is a fresh array that may be changed
    np.testing.assert_array_equal(sum_rows(np.ones((2, 3))), [3, 3])
