"""Texts that stand for a missing value."""

from collections.abc import Iterable, Set

import numpy as np

from tinyml.data.tables.numbers import is_number

USUAL_MARKERS = ("", "NA", "N/A", "#N/A", "NaN", "null", "?", "-", "--", ".")
"""Texts that usually stand for a missing value, in upper or lower case."""
_USUAL = frozenset(marker.casefold() for marker in USUAL_MARKERS)
_ALWAYS = frozenset(("", "nan"))


def is_usual_marker(text: str) -> bool:
    """Return True if the `text` of a field usually stands for a missing value.

    >>> is_usual_marker(" n/a "), is_usual_marker("none")
    (True, False)
    """
    return text.strip().casefold() in _USUAL


class MissingMarkers:
    """Recognises missing values and counts which texts stood for them.

    Arguments:
        more: texts that stand for a missing value, apart from the usual ones.
        usual: False if only an empty field, "nan" and the texts of `more` do.

    >>> MissingMarkers(("unknown",)).match("Unknown"), MissingMarkers(usual=False).match("NA")
    (True, False)
    """

    def __init__(self, more: Iterable[str] = (), usual: bool = True) -> None:
        self._markers = (_USUAL if usual else _ALWAYS) | {text.strip().casefold() for text in more}
        # Markers such as "-999" are numbers too.
        self._numbers = {
            float(text.replace(",", ".")): text for text in self._markers if is_number(text) or is_number(text, "comma")
        }
        self._raw: set[str] = set()
        self._found: dict[str, None] = {}

    def match(self, text: str) -> bool:
        """Return True if the `text` of a field stands for a missing value, and remember it."""
        if text in self._raw:
            return True
        stripped = text.strip()
        if stripped.casefold() not in self._markers:
            return False
        if len(self._raw) < 1000:  # a hostile file can write a marker in very many ways
            self._raw.add(text)
            self._found.setdefault(stripped)
        return True

    def remove_numbers(self, numbers: np.ndarray) -> None:
        """Replace numbers that stand for a missing value, such as -999, by NaN.

        Arguments:
            numbers: `(N,)` float64, which is changed.
        """
        for number, text in self._numbers.items():
            places = numbers == number
            if places.any():
                numbers[places] = np.nan
                self._found.setdefault(text)

    @property
    def raw(self) -> Set[str]:
        """The fields that were recognised until now, as the file writes them."""
        return self._raw

    @property
    def found(self) -> tuple[str, ...]:
        """The texts that stood for a missing value, in the order of the file."""
        return tuple(self._found)
