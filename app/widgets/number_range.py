"""Reading and writing the numbers of fields, in the same way in every locale."""

import math
import re
from dataclasses import dataclass

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+(?:[eE][+]?[0-9]+)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST = 400
"""A longer text is not read. No field takes so many digits, and a long whole number takes long to convert."""

_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class NumberRange:
    """The numbers that a field takes.

    Attributes:
        lowest: the lower limit; minus infinity for none.
        highest: the upper limit; infinity for none.
        lowest_excluded: True if a number must not equal the lower limit.
        highest_excluded: True if a number must not equal the upper limit.
        whole: True if only whole numbers are allowed.
    """

    lowest: float = -math.inf
    highest: float = math.inf
    lowest_excluded: bool = False
    highest_excluded: bool = False
    whole: bool = False

    def contains(self, number: float) -> bool:
        """Return True if the `number` is finite, within the limits and, if required, whole.

        >>> NumberRange(0, 1, highest_excluded=True).contains(0), NumberRange(0, 1, highest_excluded=True).contains(1)
        (True, False)
        """
        above = number > self.lowest if self.lowest_excluded else number >= self.lowest
        below = number < self.highest if self.highest_excluded else number <= self.highest
        finite = isinstance(number, int) or math.isfinite(number)
        return finite and above and below and (not self.whole or number == int(number))

    def in_words(self) -> str:
        """Describe the allowed numbers.

        >>> NumberRange(1, 4096, whole=True).in_words(), NumberRange(0, 1000, lowest_excluded=True).in_words()
        ('a whole number from 1 to 4096', 'a number above 0 and at most 1000')
        """
        kind = "a whole number" if self.whole else "a number"
        low, high = write_number(self.lowest), write_number(self.highest)
        bounded_below, bounded_above = self.lowest != -math.inf, self.highest != math.inf
        if bounded_below and bounded_above and not (self.lowest_excluded or self.highest_excluded):
            return f"{kind} from {low} to {high}"
        limits: list[str] = []
        if bounded_below:
            limits.append(f"above {low}" if self.lowest_excluded else f"at least {low}")
        if bounded_above:
            limits.append(f"below {high}" if self.highest_excluded else f"at most {high}")
        if not limits:
            return kind
        return f"{kind} {'of ' if limits[0].startswith('at ') else ''}{' and '.join(limits)}"

    def read(self, text: str) -> float | int:
        """Read a typed `text`.

        Raises `ValueError` if it is no number, or one that is not allowed. The message continues a sentence that
        begins with the title of the field.

        >>> NumberRange(0, 1000).read("1e-4"), NumberRange(0, 1000).read("0,05")
        (0.0001, 0.05)
        >>> NumberRange(1, 4096, whole=True).read("99999")
        Traceback (most recent call last):
        ...
        ValueError: is 99999 but should be a whole number from 1 to 4096
        """
        number = read_number(text, whole=self.whole)
        shown = text.strip() if len(text.strip()) <= _LONGEST_SHOWN else f"{text.strip()[: _LONGEST_SHOWN - 1]}…"
        if number is None:
            example = "the digits 0 to 9 only" if self.whole else "a point and no spaces, such as 0.05 or 1e-4"
            found = f"'{shown}'" if shown else "empty"
            raise ValueError(f"is {found} but should be {self.in_words()}, written with {example}")
        if not self.contains(number):
            raise ValueError(f"is {shown} but should be {self.in_words()}")
        return number


def read_number(text: str, *, whole: bool = False) -> float | int | None:
    """Read a number with a point or a comma before the decimals, and perhaps an exponent.

    Return None for any other text, for example with groups of digits, and for a number that is too small for a float
    but not 0. A number that is too large becomes infinite. A whole number has no point and no comma, because these
    group digits in some countries.

    Arguments:
        text: the text of the field.
        whole: accept whole numbers only, and return an int.

    >>> read_number("0,05"), read_number(".5"), read_number("1E-4"), read_number("1e3", whole=True)
    (0.05, 0.5, 0.0001, 1000)
    >>> read_number("1.000,5"), read_number("1 000"), read_number("nan"), read_number("5.", whole=True)
    (None, None, None, None)
    """
    text = text.strip()
    if len(text) > _LONGEST or not (_WHOLE_NUMBER if whole else _NUMBER).fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    digits, _, exponent = text.lower().partition("e")
    if number == 0:
        # A number that is too small for a float must not become 0 silently.
        return None if re.search("[1-9]", digits) else int(number) if whole else number
    if not whole or math.isinf(number):
        return number
    power: int = 10 ** int(exponent or 0)
    return int(digits) * power


def write_number(number: float) -> str:
    """Write a `number` with a point, and with enough digits to read exactly the same number again.

    >>> write_number(0.05), write_number(1.0), write_number(1e-05), write_number(100000)
    ('0.05', '1', '1e-05', '100000')
    """
    if float(number).is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)
