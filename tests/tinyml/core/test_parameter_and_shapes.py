"""Parameters, initial values, and numbers written for people."""

from typing import Annotated

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinyml.core import Parameter, ShapeError, describe_count, set_seed, shared_generator, uniform_fan_in
from tinyml.core.shapes import spread_output_size, window_output_shape, window_output_size
from tinyml.core.validation import describe_validation_error


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    filters: Annotated[int, Field(ge=1, le=9, title="Filters")] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5


def test_a_parameter_starts_without_a_gradient_and_can_forget_it() -> None:
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.gradient.shape == (2, 3)
    assert parameter.gradient.dtype == np.float32
    parameter.gradient += 1
    kept = parameter.gradient
    parameter.zero_grad()
    assert not parameter.gradient.any()
    assert parameter.gradient is kept


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"filters": 0}, "Filters is 0 but should be at least 1."),
        ({"filters": 10}, "Filters is 10 but should be at most 9."),
        ({"filters": "many"}, "Filters is 'many' but should be a valid integer, unable to parse string as an integer."),
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


def test_a_seed_starts_the_shared_generator_anew() -> None:
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
def test_spreading_undoes_sliding(window: int, stride: int, padding: int, dilation: int) -> None:
    for count in range(2, 6):
        pixels = spread_output_size(count, window, stride, padding, dilation)
        if pixels >= 1:
            assert window_output_size(pixels, window, stride, padding, dilation) == count


def test_a_window_that_does_not_fit_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(ShapeError, match=r"4×4 pixels .* padded input of 3×9 \(3×7 \+ 2 × padding 0×1\)"):
        window_output_shape((3, 7), (4, 4), padding=(0, 1))


def test_counts_are_written_for_people() -> None:
    assert describe_count(1234567).split("\xa0") == ["1", "234", "567"]
    assert [describe_count(count, "map") for count in (0, 1, 2)] == ["0 maps", "1 map", "2 maps"]
