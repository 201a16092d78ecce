"""Numbers in texts: the decimal mark, and texts that are no numbers."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

DecimalMark = Literal["point", "comma"]

# Python's `float` does not skip all characters that `\s` matches.
_SPACES = r"[^\S\x1c-\x1f]*"
_PLAIN = re.compile(rf"{_SPACES}[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?{_SPACES}")
_WITH_COMMA = re.compile(rf"{_SPACES}[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?{_SPACES}")
_WITH_POINT = re.compile(rf"{_SPACES}[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?{_SPACES}")
_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2}([,.' \u00a0\u2009\u202f’]\d{3})+([.,]\d+)?\s*")
# Python's `float` also reads "1_000". A table means something else by it, so it becomes an invalid letter here.
_TO_POINT: dict[DecimalMark, dict[int, str]] = {
    "point": str.maketrans({"_": "x"}),
    "comma": str.maketrans({"_": "x", ".": "x", ",": "."}),
}
_SEPARATOR = "\x1f"


def recognise_decimal_mark(texts: Iterable[str]) -> DecimalMark:
    """Return the decimal mark of the numbers in some fields of a table.

    It is the comma if more fields are numbers with a comma, such as "3,14", than numbers with a point. A number such as
    "1,234" does not count, because its comma may divide groups of thousands.

    Arguments:
        texts: fields of the table.

    >>> recognise_decimal_mark(["3,14", "blue", "12"]), recognise_decimal_mark(["1,234", "12"])
    ('comma', 'point')
    """
    commas = points = 0
    for text in texts:
        commas += _WITH_COMMA.fullmatch(text) is not None and not has_groups(text)
        points += _WITH_POINT.fullmatch(text) is not None
    return "comma" if commas > points else "point"


def is_number(text: str, mark: DecimalMark = "point") -> bool:
    """Return True if a text is a finite number with this decimal mark.

    Arguments:
        text: a field; spaces around it do not matter.
        mark: the decimal mark.

    >>> is_number("1e-3"), is_number("1_000"), is_number("3,5"), is_number("3,5", "comma"), is_number("nan")
    (True, False, False, True, False)
    """
    return _PLAIN.fullmatch(text.translate(_TO_POINT[mark])) is not None


def has_groups(text: str) -> bool:
    """Return True if a text looks like a number with groups of thousands.

    >>> has_groups("1,234,567.5"), has_groups("1.234"), has_groups("0,234")
    (True, True, False)
    """
    return _GROUPED.fullmatch(text) is not None


def read_floats(texts: Sequence[str], mark: DecimalMark = "point", plain: bool = False) -> np.ndarray:
    """Convert texts to numbers. "nan" becomes NaN.

    Arguments:
        texts: fields of one column.
        mark: the decimal mark.
        plain: True if it is known that the mark is a point and no text holds "_", which is faster.

    Shapes: `(N,)` float64. Raises `ValueError` when a text is no number.

    >>> read_floats(["1,5", " 2 "], "comma")
    array([1.5, 2. ])
    """
    if not plain:
        table = _TO_POINT[mark]
        translated = _SEPARATOR.join(texts).translate(table).split(_SEPARATOR)
        # Translating all texts at once is fast, but a text may hold the separator.
        texts = translated if len(translated) == len(texts) else [text.translate(table) for text in texts]
    return np.fromiter(map(float, texts), np.float64, len(texts))
