import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.number_range import NumberRange, read_number, write_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.05", 0.05),
        ("0,05", 0.05),
        ("1e-4", 1e-4),
        ("1E-4", 1e-4),
        ("1e-05", 1e-5),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5),
        (" 7 ", 7),
        ("+2", 2),
        ("-3.5e+2", -350),
        ("1e9", 1e9),
        ("1e999", math.inf),
    ],
)
def test_numbers_that_are_read(text, number):
    assert read_number(text) == number


REFUSED = (
    "1 000",
    "1\N{NARROW NO-BREAK SPACE}000",
    "1.000,5",
    "1,000,000",
    "1'000",
    "1_000",
    "٣",
    "\N{FULLWIDTH DIGIT FIVE}",
)
REFUSED += ("abc", "", " ", ".", "e5", "1e", "--1", "nan", "inf", "-inf", "infinity", "0x10", "1e-999", "1e-4 ms", "½")


@pytest.mark.parametrize("text", [*REFUSED, "1" * 5000])
def test_other_texts_are_refused(text):
    assert read_number(text) is None
    assert read_number(text, whole=True) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("16", 16),
        ("1e3", 1000),
        ("1E+2", 100),
        ("1e-4", None),
        ("5.", None),
        ("1.000", None),
        ("1,000", None),
        ("0e999999999", 0),
        ("1e999", math.inf),
        ("123456789012345678901", 123456789012345678901),
    ],
)
def test_whole_numbers_have_no_point_that_could_group_digits(text, number):
    assert read_number(text, whole=True) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_read_as_the_same_number(number):
    text = write_number(number)
    assert read_number(text) == number
    assert not set(text) - set("0123456789.e+-")


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (NumberRange(), "a number"),
        (NumberRange(whole=True), "a whole number"),
        (NumberRange(0, 0.5), "a number from 0 to 0.5"),
        (NumberRange(1, 100_000, whole=True), "a whole number from 1 to 100000"),
        (NumberRange(0, 1, highest_excluded=True), "a number of at least 0 and below 1"),
        (NumberRange(0, lowest_excluded=True), "a number above 0"),
        (NumberRange(highest=3, whole=True), "a whole number of at most 3"),
    ],
)
def test_the_range_in_words(allowed, words):
    assert allowed.in_words() == words


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 0.0, 1.0])
def test_excluded_and_infinite_numbers_are_outside(number):
    assert not NumberRange(0, 1, lowest_excluded=True, highest_excluded=True).contains(number)
