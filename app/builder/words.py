"""How numbers and lists are written on cards and in forms."""

from collections.abc import Sequence

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def count_text(number: int) -> str:
    """Write a whole number with its digits in groups of three.

    >>> count_text(44426).replace(THIN_SPACE, " ")
    '44 426'
    """
    return f"{number:,}".replace(",", THIN_SPACE)


def parameters_text(number: int) -> str:
    """Count parameters in words: "1 parameter", "3 216 parameters"."""
    return f"{count_text(number)} parameter{'' if number == 1 else 's'}"


def list_text(words: Sequence[str], most: int = 6) -> str:
    """List words, and leave out what is too many.

    >>> list_text(["a", "b", "c", "d"], most=3)
    'a, b, … d'
    """
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[: most - 1])}, … {words[-1]}"
