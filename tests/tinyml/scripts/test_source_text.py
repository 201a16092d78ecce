"""Texts from files become literals and comments, never code."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from tinyml.scripts.source_text import literal, one_line

VALUES = st.recursive(
    st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


@given(VALUES)
def test_a_literal_is_read_as_the_value(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert literal(value).isprintable()


@given(st.text(st.characters()))
def test_a_comment_has_one_line_and_can_be_written(text: str) -> None:
    code = f"# {one_line(text)}"
    assert len(code.splitlines()) == 1
    code.encode("utf-8")
    assert ast.parse(code).body == []
