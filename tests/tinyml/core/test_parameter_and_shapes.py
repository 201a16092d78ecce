"""Parameters, initial values, and numbers as text."""

from typing import Annotated

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinyml.core import (
    DataError,
    Parameter,
    SettingsError,
    ShapeError,
    describe_count,
    set_seed,
    shared_generator,
    uniform_fan_in,
)
from tinyml.core.shapes import transposed_output_size, window_output_shape, window_output_size
from tinyml.core.validation import check_counts, describe_validation_error


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    filters: Annotated[int, Field(ge=1, le=9, title="Filters")] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5


def test_the_gradient_of_a_parameter_starts_at_zero_and_can_be_cleared() -> None:
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.gradient.shape == (2, 3)
    assert parameter.gradient.dtype == np.float32
    parameter.gradient += 1
    kept = parameter.gradient
    parameter.zero_grad()
    assert not parameter.gradient.any()
    assert parameter.gradient is kept


def test_an_assigned_tensor_has_the_same_shape_and_dtype() -> None:
    first = np.ones((2, 3), np.float32)
    parameter = Parameter(first)
    for wrong, words in (
        (np.ones((3, 2), np.float32), r"shape \(2, 3\), but the assigned tensor has \(3, 2\)"),
        (np.float32(1), r"has \(\)"),
        (np.ones((2, 3)), r"is float64. Assign tensor.astype\(np.float32\)"),
        (np.ones((2, 3), int), "is int64"),
        ([[1.0, 2.0]], r"has \(1, 2\)"),
    ):
        with pytest.raises(ShapeError, match=words):
            parameter.tensor = wrong  # type: ignore[assignment]
    with pytest.raises(DataError, match="real numbers"):
        parameter.tensor = None  # type: ignore[assignment]
    assert parameter.tensor is first


def test_an_assigned_tensor_is_kept_and_a_list_converted() -> None:
    parameter = Parameter(np.ones(2, np.float32))
    second = np.zeros(2, np.float32)
    parameter.tensor = second
    assert parameter.tensor is second
    parameter.tensor -= 1
    assert parameter.tensor is second
    parameter.tensor = [1, 2]  # type: ignore[assignment]
    assert parameter.tensor.dtype == np.float32
    np.testing.assert_array_equal(parameter.tensor, [1, 2])


def test_a_parameter_of_whole_numbers_is_one_of_floats() -> None:
    parameter = Parameter([1, 2])  # type: ignore[arg-type]
    assert parameter.tensor.dtype == parameter.gradient.dtype == np.float32
    with pytest.raises(DataError):
        Parameter(["a"])  # type: ignore[arg-type]


def test_an_assigned_gradient_has_the_shape_of_the_tensor() -> None:
    parameter = Parameter(np.ones(2, np.float32))
    array = parameter.gradient
    parameter.gradient = np.array([1.0, 2.0])
    assert parameter.gradient is array
    np.testing.assert_array_equal(array, [1, 2])
    with pytest.raises(ShapeError, match="gradient"):
        parameter.gradient = np.ones((2, 2))


@pytest.mark.parametrize(
    ("value", "words"), [(1.5, "whole number"), ("32", "whole number"), (True, "whole number"), (0, "at least 1")]
)
def test_a_count_is_a_whole_number(value: object, words: str) -> None:
    with pytest.raises(SettingsError, match=f"^epochs is {value!r} but should be .*{words}"):
        check_counts(epochs=value)  # type: ignore[arg-type]
    check_counts(epochs=np.int64(1), patience=None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"filters": 0}, "Filters is 0 but should be at least 1."),
        ({"filters": 10}, "Filters is 10 but should be at most 9."),
        ({"filters": "many"}, "Filters is 'many' but should be a whole number."),
        ({"share": 1}, "share is 1 but should be less than 1."),
        ({"filter": 1}, "There is no setting 'filter'. Did you mean 'filters'?"),
        ({"zzz": 1}, "There is no setting 'zzz'."),
    ],
)
def test_a_validation_error_becomes_one_sentence(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(values)
    assert describe_validation_error(caught.value, Settings) == sentence


def test_both_precisions_start_with_the_same_numbers() -> None:
    double, single = (
        uniform_fan_in(np.random.default_rng(0), (50, 4), 4, np.dtype(dtype)) for dtype in (np.float64, np.float32)
    )
    np.testing.assert_array_equal(double.astype(np.float32), single)
    assert 0.45 < abs(double).max() <= 0.5


def test_a_seed_restarts_the_shared_generator() -> None:
    set_seed(1)
    first = shared_generator().random(3)
    set_seed(2)
    assert (shared_generator().random(3) != first).all()
    set_seed(1)
    np.testing.assert_array_equal(shared_generator().random(3), first)


@pytest.mark.parametrize("window", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_transposed_size_is_the_inverse_of_the_window_size(
    window: int, stride: int, padding: int, dilation: int
) -> None:
    for count in range(2, 6):
        pixels = transposed_output_size(count, window, stride, padding, dilation)
        if pixels >= 1:
            assert window_output_size(pixels, window, stride, padding, dilation) == count


def test_a_window_that_does_not_fit_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(ShapeError, match=r"4×4 pixels .* padded input of 3×9 \(3×7 \+ 2 × padding 0×1\)"):
        window_output_shape((3, 7), (4, 4), padding=(0, 1))


def test_counts_have_spaces_between_thousands_and_a_plural() -> None:
    assert describe_count(1234567).split("\xa0") == ["1", "234", "567"]
    assert [describe_count(count, "map") for count in (0, 1, 2)] == ["0 maps", "1 map", "2 maps"]
