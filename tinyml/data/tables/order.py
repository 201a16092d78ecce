"""The order of texts, such as the names of classes: numbers by their value, other texts as a person sorts them."""

import re
from collections.abc import Iterable

from tinyml.data.tables.numbers import DecimalMark, is_number

_DIGITS = re.compile(r"(\d+)")


def sort_texts(texts: Iterable[str], mark: DecimalMark = "point") -> tuple[str, ...]:
    """Return texts sorted: by value if all are numbers, else without regard to case, with the numbers in them by value.

    Arguments:
        texts: different texts.
        mark: the decimal mark of numbers.

    >>> sort_texts(["10", "9"]), sort_texts(["b", "A", "class 10", "class 9"])
    (('9', '10'), ('A', 'b', 'class 9', 'class 10'))
    """
    found = list(texts)
    if all(is_number(text, mark) for text in found):
        return tuple(sorted(found, key=lambda text: (float(text.replace(",", ".")), text)))
    return tuple(sorted(found, key=_natural))


def name_number(value: float) -> str:
    """Return a number as the name of a class.

    Arguments:
        value: the number.

    >>> name_number(3.0), name_number(0.5)
    ('3', '0.5')
    """
    return str(int(value)) if value == int(value) else repr(value)


def _natural(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a key: pieces of letters, and pieces of digits, which are compared as numbers."""
    pieces = _DIGITS.split(text.casefold())
    # Numbers of very many digits are compared as texts, because Python refuses to convert them.
    return [(0, int(piece), "") if piece.isdecimal() and len(piece) < 100 else (1, 0, piece) for piece in pieces], text
