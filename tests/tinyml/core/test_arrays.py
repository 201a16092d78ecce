"""Input that is not an array of floating-point numbers, and its conversion."""

from typing import Any

import numpy as np
import pytest

from tinyml.core import DataError, as_array, as_floats


@pytest.mark.parametrize(
    "values", [[[1, 2]], ((1, 2),), [[1.0, 2.0]], np.array([[1, 2]], np.uint8), np.array([[1, 2]], ">i2")], ids=repr
)
def test_numbers_become_float32_by_default(values: Any) -> None:
    for dtype in (np.float32, np.float64):
        floats = as_floats(values, "It", dtype)
        assert floats.dtype == dtype
        np.testing.assert_array_equal(floats, [[1, 2]])
    assert as_floats(values, "It").dtype == np.float32


def test_booleans_become_0_and_1() -> None:
    np.testing.assert_array_equal(as_floats(np.array([True, False]), "It"), [1, 0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_array_of_floats_is_returned_as_it_is(dtype: type[np.floating]) -> None:
    array = np.ones(3, dtype)
    assert as_floats(array, "It") is array


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["a"], "text"),
        (np.array([1j]), "complex"),
        ([None], "objects"),
        ([object()], "objects"),
        (np.array(["2026-01-01"], "datetime64[D]"), "datetime64"),
        ([[1, 2], [3]], "different lengths"),
    ],
    ids=["text", "complex", "none", "object", "date", "lengths"],
)
def test_the_error_for_values_that_are_not_numbers_is_one_sentence(values: Any, words: str) -> None:
    with pytest.raises(DataError, match=f"^The input should .*{words}"):
        as_floats(values, "The input")


def test_an_array_of_anything_is_kept() -> None:
    labels = np.array([1, 2])
    assert as_array(labels, "It") is labels
    assert as_array([0, 1], "It").dtype.kind == "i"
