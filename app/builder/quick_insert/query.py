"""The text of quick insert, taken apart: the name of a layer type, and values of its settings.

The name comes first: `conv`, `max pool`. Then come values, in any mixture of

- numbers, which fill the settings in the order of the form: `conv 16 5x5`, `linear 120`, `dropout 50%`;
- `name=value`, `name:value` or `name value`: `conv filters=6 window=5`, `conv padding 2`, `linear 10 bias=no`;
- `same`, for the padding that keeps the size: `conv 6 5x5 same`.

A pair is written as `5x5`, `5×5` or `(5, 5)`; one number stands for both. Commas and brackets may separate values, as
in `conv2d(6, 5, padding=2)`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest

_SAME = "same"
_SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class Value:
    """One value in the text.

    Attributes:
        text: the value as it was typed: "5x5".
        setting: the name before it; empty for a value that fills the next setting.
    """

    text: str
    setting: str = ""


@dataclass(frozen=True)
class Query:
    """The text of quick insert.

    Attributes:
        name: the words to search for; empty if the text begins with a value.
        values: the values of settings, in the order of the text.
    """

    name: str = ""
    values: tuple[Value, ...] = ()


def parse_query(text: str, settings: Collection[str]) -> Query:
    """Take the text of quick insert apart.

    Arguments:
        text: the text, as this module describes it.
        settings: names of settings in lower case. After the name of the layer type, such a word or its beginning names
            the value after it. After the first value, every other word does.

    >>> parse_query("max pool 3x3 stride 2", {"stride"})
    Query(name='max pool', values=(Value(text='3x3', setting=''), Value(text='2', setting='stride')))
    >>> parse_query("conv2d(6, 5, padding = 2)", {"padding"}).values
    (Value(text='6', setting=''), Value(text='5', setting=''), Value(text='2', setting='padding'))
    """
    words: list[str] = []
    values: list[Value] = []
    pending = ""
    tokens = _tokens(text)
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        setting, equals, value = token.partition("=")
        if equals:
            values.append(Value(value, setting.casefold()))
        elif pending:
            values.append(Value(token, pending))
            pending = ""
        elif token.casefold() == _SAME and (words or values):
            values.append(Value(_SAME, "padding"))
        elif _begins_like_a_number(token):
            values.append(Value(token))
        elif values or (words and _names_setting(token.casefold(), following, settings)):
            pending = token.casefold()
        else:
            words.append(token)
    if pending:
        values.append(Value("", pending))
    return Query(" ".join(words), tuple(values))


def _names_setting(word: str, following: str, settings: Collection[str]) -> bool:
    """Return True if a word is the name of a setting, or the beginning of one with a value after it."""
    begins = len(word) >= _SHORTEST_BEGINNING and any(name.startswith(word) for name in settings)
    return word in settings or (begins and (_begins_like_a_number(following) or following.casefold() == _SAME))


def _tokens(text: str) -> list[str]:
    """Split the text into words, numbers, pairs such as "5x5", and assignments such as "window=5x5"."""
    text = re.sub(r"[(\[]\s*(\d+)\s*,\s*(\d+)\s*[)\]]", r" \1x\2 ", text)
    # A comma between digits may be that of a decimal number: 0,5.
    text = re.sub(r",(?!\d)|[()\[\];]", " ", text)
    text = re.sub(r"(?<=\d)\s*[×*]\s*(?=\d)|(?<=\d)\s*x\s*(?=\d)", "x", text)
    text = re.sub(r"\s*[=:]\s*", "=", text)
    return text.split()


def _begins_like_a_number(token: str) -> bool:
    return re.match(r"[+-]?[.,]?\d", token) is not None
