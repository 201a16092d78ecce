import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import StorageError
from tinyml.core.json_text import read_json_object, write_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_written_json_is_read_again(value: dict) -> None:
    assert read_json_object(write_json(value, "a"), "a") == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "line 1"),
        (b"{", "damaged or not JSON"),
        (b"[]", "not an object"),
        (b'{"a": NaN}', "NaN is not a number that JSON allows"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e999}', "1e999 is too large"),
        (b'{"a": 1, "a": 2}', "'a' occurs twice"),
        (b"\xff\xfe{}", "not valid UTF-8"),
        (b'{"a": "\\ud800"}', "not valid UTF-8"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "damaged"),
        (b'{"a": [' + b"{}," * 600_000 + b"0]}", "commas, colons and brackets"),
        (b"{" + b",".join(b'"%x": 0' % key for key in range(10_001)) + b"}", "more than 10,000 keys"),
    ],
)
def test_hostile_text_is_refused_in_one_sentence(text: bytes, complaint: str) -> None:
    with pytest.raises(StorageError, match="'the file'") as caught:
        read_json_object(text, "the file")
    assert complaint in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1, 2}])
def test_values_that_json_does_not_have_are_not_written(value: object) -> None:
    with pytest.raises(StorageError, match="Could not save 'the file'"):
        write_json({"a": value}, "the file")
