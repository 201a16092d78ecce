import doctest

import pytest

from app import formatting
from app.formatting import format_count, format_number, format_percentage


def test_the_examples_are_right() -> None:
    assert doctest.testmod(formatting).failed == 0


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.0, 3, "1.00"),
        (-0.0, 3, "0"),
        (123.4, 3, "123"),
        (1e10, 3, "1.00e+10"),
        (-1e-7, 4, "−1.000e−07"),
        (float("inf"), 3, "∞"),
    ],
)
def test_numbers_have_a_fixed_number_of_digits_and_a_real_minus(value, digits, text) -> None:
    assert format_number(value, digits) == text


def test_a_percentage_has_one_decimal_and_never_breaks_before_its_sign() -> None:
    assert format_percentage(0.996) == "99.6\N{NO-BREAK SPACE}%"
    assert format_percentage(float("nan")) == "–"


def test_a_count_has_its_digits_in_groups_of_three() -> None:
    assert format_count(12_400) == "12\N{NO-BREAK SPACE}400"
