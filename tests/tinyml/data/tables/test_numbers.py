import numpy as np
import pytest

from tinyml.data.tables.numbers import has_groups, is_number, read_floats, recognise_decimal_mark


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.5", "2"], "point"),
        (["1,5", "2", "red, blue"], "comma"),
        (["1,5", "2.5", "3.5"], "point"),
        (["1,234", "5,678"], "point"),
        (["0,123", "1,234"], "comma"),
        (["1,5e-3"], "comma"),
        ([], "point"),
    ],
)
def test_the_decimal_mark_is_recognised(texts: list[str], expected: str) -> None:
    assert recognise_decimal_mark(texts) == expected


def test_numbers_are_told_from_texts() -> None:
    for text in ("1", "-1.5", "+.5", "5.", "1e5", " 7 ", "1E-300", "٣"):
        assert is_number(text), text
    for text in ("", "a", "1_000", "0x10", "1,5", "inf", "nan", "1 000", "1e", "--1", "12%", "\x1f1", "1\x1c"):
        assert not is_number(text), text
    assert is_number("1,5", "comma")
    assert not is_number("1.5", "comma")


def test_groups_of_thousands_are_recognised_but_are_no_numbers() -> None:
    for text in ("1,234", "12.345.678", "1 234,5", "1'234.50", "-1,234,567"):
        assert has_groups(text), text
        assert not is_number(text) or text == "1.234", text
    for text in ("1,23", "0,123", "1234", "a1,234"):
        assert not has_groups(text), text


def test_texts_become_floats() -> None:
    assert read_floats(["1", "2.5", "nan"], plain=True).tolist()[:2] == [1, 2.5]
    np.testing.assert_array_equal(read_floats(["1,5", "-2", "nan"], "comma"), [1.5, -2, np.nan])
    for wrong in (["1_000"], ["a"], ["1\x1f2"], [""]):
        with pytest.raises(ValueError, match=r"could not convert|\x1f"):
            read_floats(wrong)
    with pytest.raises(ValueError, match="could not convert"):
        read_floats(["1.234"], "comma")
