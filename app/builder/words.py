"""How numbers and lists are written on cards and in forms."""

from collections.abc import Sequence

from app.widgets.words import write_count


def parameters_text(number: int) -> str:
    """Count parameters in words: "1 parameter", "3 216 parameters"."""
    return f"{write_count(number)} parameter{'' if number == 1 else 's'}"


def list_text(words: Sequence[str], most: int = 6) -> str:
    """List words, and leave out what is too many.

    >>> list_text(["a", "b", "c", "d"], most=3)
    'a, b, … d'
    """
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[: most - 1])}, … {words[-1]}"
