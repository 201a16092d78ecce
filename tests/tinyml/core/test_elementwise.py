"""Element-wise operations: the same numbers for every memory order, in one piece or in many."""

import threading
from typing import Any

import numpy as np
import pytest

from tinyml.core import elementwise as module
from tinyml.core.elementwise import in_pieces, number_like, rectify, subtract_scaled
from tinyml.core.threads import one_blas_thread, set_thread_count, thread_count
from tinyml.core.windows import batch_to_front

SHAPES = [(3,), (2, 3), (5, 1000), (5, 3, 20, 21), (1, 5000), (5000, 1), (0, 4), ()]
PIECE = 100


def layouts(shape: tuple[int, ...], dtype: Any = np.float64) -> dict[str, np.ndarray]:
    """Return the same numbers, many of them negative, in several orders of memory."""
    values = np.random.default_rng(0).normal(size=shape).astype(dtype)
    found = {"C": values, "F": np.asfortranarray(values)}
    if shape:
        memory = np.empty((*shape[1:], shape[0]), dtype)
        batch_to_front(memory)[...] = values
        found["batch last"] = batch_to_front(memory)
        found["with gaps"] = np.repeat(values, 2, axis=-1)[..., ::2]
        found["backwards"] = values[::-1].copy()[::-1]
    return found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rectify_keeps_positive_values(shape: tuple[int, ...], dtype: Any) -> None:
    for name, values in layouts(shape, dtype).items():
        before, expected = values.copy(), np.where(values > 0, values, 0)
        found = rectify(values)
        assert found.dtype == dtype, name
        np.testing.assert_array_equal(found, expected, name)
        np.testing.assert_array_equal(values, before, name)
        out = np.full_like(values, 7)
        assert rectify(values, out=out) is out
        np.testing.assert_array_equal(out, expected, name)
        assert rectify(values, out=values) is values
        np.testing.assert_array_equal(values, expected, name)


@pytest.mark.parametrize("size", [10, 10_000])
def test_rectify_keeps_nan(size: int) -> None:
    values = np.full((size, 2), -1.0)
    values[::3, 0], values[1::3, 1] = np.nan, np.inf
    found = rectify(values)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    np.testing.assert_array_equal(found == np.inf, values == np.inf)
    np.testing.assert_array_equal(found == 0, values == -1)


def test_rectify_keeps_the_memory_order() -> None:
    maps = layouts((5, 3, 20, 21))["batch last"]
    assert rectify(maps).strides == maps.strides


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_number_has_the_dtype_and_cannot_be_changed(dtype: Any) -> None:
    number = number_like(0.1, np.ones(3, dtype))
    assert (number.shape, number.dtype, number[()]) == ((), dtype, dtype(0.1))
    with pytest.raises(ValueError, match="read-only"):
        number += 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_subtract_scaled_works_in_place(shape: tuple[int, ...]) -> None:
    for name, values in layouts(shape, np.float32).items():
        target, before = np.ones_like(values), values.copy()
        expected = target - np.float32(0.1) * values
        subtract_scaled(target, 0.1, values)
        np.testing.assert_array_equal(target, expected, name)
        np.testing.assert_array_equal(values, before, name)


def add(total: np.ndarray, summand: np.ndarray) -> None:
    total += summand


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make pieces small, and return a list that collects their sizes."""
    monkeypatch.setattr(module, "_PIECE", PIECE)
    monkeypatch.setattr(module, "_MANY", 4 * PIECE)
    monkeypatch.setattr(module, "_FEW", PIECE)
    return []


@pytest.mark.parametrize("first", ["C", "F", "batch last", "with gaps", "backwards"])
@pytest.mark.parametrize("second", ["C", "F", "batch last", "with gaps", "backwards"])
@pytest.mark.parametrize("shape", [(7, 3, 11, 13), (1201, 1), (400,), (20, 20), (3, 4), (0, 9)], ids=str)
def test_pieces_hold_the_same_elements_of_each_array(
    small_pieces: list[int], shape: tuple[int, ...], first: str, second: str
) -> None:
    total, summand = layouts(shape)[first].copy(order="K"), 10 * layouts(shape)[second]
    if first in ("with gaps", "backwards"):
        total = layouts(shape)[first]
    expected, untouched = total + summand, summand.copy()
    in_pieces(add, total, summand)
    np.testing.assert_array_equal(total, expected)
    np.testing.assert_array_equal(summand, untouched)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("size", [399, 400, 401, 1250])
def test_large_arrays_are_cut_and_small_ones_are_not(small_pieces: list[int], size: int, order: str) -> None:
    def work(values: np.ndarray, others: np.ndarray) -> None:
        assert values.shape == others.shape
        small_pieces.append(values.size)

    values = layouts((size, 2))[order][:, :1] if order == "C" else layouts((size, 1))[order]
    values = values.copy()
    in_pieces(work, values, values.copy())
    expected = [size] if size < 4 * PIECE else [PIECE] * (size // PIECE) + [size % PIECE] * (size % PIECE > 0)
    assert sorted(small_pieces, reverse=True) == expected


@pytest.mark.usefixtures("no_helpers")
def test_pieces_run_on_several_threads(small_pieces: list[int]) -> None:
    before = thread_count()
    both_are_here = threading.Barrier(2)
    try:
        set_thread_count(2)
        with one_blas_thread():  # otherwise the threads of BLAS would slow the others down
            in_pieces(lambda _: both_are_here.wait(20) and None, np.zeros(4 * PIECE))
    finally:
        set_thread_count(before)
