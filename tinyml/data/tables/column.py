"""One column of a table: its texts are collected as numbers, or as the numbers of its different texts."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tinyml.data.tables.missing import MissingMarkers
from tinyml.data.tables.numbers import DecimalMark, has_groups, is_number, read_floats

MOST_TEXTS = 10_000
"""The most different texts of a column that are kept."""
LONGEST_CATEGORY = 200
"""The most letters of the name of a category or class."""
_LARGEST = float(np.finfo(np.float32).max)
_SHARE_OF_NUMBERS = 0.9
"""A column with at least this share of numbers is a column of numbers with faults, not a column of texts."""


class Fault(NamedTuple):
    """A text in a column of numbers.

    Attributes:
        row: index of the example.
        text: the text.
    """

    row: int
    text: str


@dataclass(frozen=True, eq=False)
class Column:
    """The values of one column.

    Attributes:
        name: the name of the column.
        numbers: `(N,)` float64 with NaN for a missing value; None if the column has a text.
        codes: `(N,)` int32: the place of each value in `texts`, -1 for a missing value; None for a column of numbers,
            and if the column has more than `MOST_TEXTS` different texts.
        texts: the different texts, in the order of the file; some of them if there are too many.
        missing: number of rows without a value.
        fault: the first text of a column that holds numbers otherwise; None if there is none.
    """

    name: str
    numbers: np.ndarray | None
    codes: np.ndarray | None
    texts: tuple[str, ...]
    missing: int
    fault: Fault | None = None

    @cached_property
    def distinct(self) -> int:
        """Number of different values. There are more if it is above `MOST_TEXTS` and the column holds texts."""
        if self.numbers is None:
            return len(self.texts)
        return len(self.different_numbers)

    @cached_property
    def different_numbers(self) -> np.ndarray:
        """The different numbers of a column of numbers, sorted, without NaN."""
        found = np.unique(self.numbers) if self.numbers is not None else np.zeros(0)
        return found[~np.isnan(found)]

    @cached_property
    def is_whole(self) -> bool:
        """True if the column holds numbers, and all of them are whole."""
        numbers = self.different_numbers
        return len(numbers) > 0 and bool((numbers == np.floor(numbers)).all())

    @cached_property
    def has_long_texts(self) -> bool:
        """True if a text has more than `LONGEST_CATEGORY` letters, so that it cannot be the name of a category."""
        return any(len(text) > LONGEST_CATEGORY for text in self.texts)

    @cached_property
    def looks_grouped(self) -> bool:
        """True if most of the first texts look like numbers with groups of thousands."""
        sample = self.texts[:100]
        return sum(map(has_groups, sample)) > len(sample) / 2

    @property
    def memory(self) -> int:
        """Memory of the values in bytes, about."""
        arrays = sum(array.nbytes for array in (self.numbers, self.codes) if array is not None)
        return arrays + sum(80 + 2 * len(text) for text in self.texts)


class ColumnCollector:
    """Collects the texts of one column, part by part, as numbers if possible, else as codes of its different texts.

    Numbers need no texts, so they are not kept. If a text follows in a later part, the file must be read again with
    `as_texts`.

    Arguments:
        name: the name of the column.
        mark: the decimal mark.
        markers: texts that stand for a missing value; shared by all columns.
        fault: the first text of a column that seemed to hold numbers; it is collected as texts now.
    """

    def __init__(self, name: str, mark: DecimalMark, markers: MissingMarkers, fault: Fault | None = None) -> None:
        self.name, self._mark, self._markers, self.fault = name, mark, markers, fault
        self._numbers: list[np.ndarray] = []
        self._codes: list[np.ndarray] = []
        self._code_of = _Codes()
        self._as_numbers = fault is None
        self._too_many = False
        self._late_missing = 0
        self._count = 0

    @property
    def must_be_read_again(self) -> bool:
        """True if a text followed after numbers, so that the texts of the numbers are lost."""
        return self._as_numbers and self.fault is not None

    def add(self, texts: Sequence[str], plain: bool) -> None:
        """Add the next texts of the column.

        Arguments:
            texts: one for each row.
            plain: as in `read_floats`.
        """
        if self.must_be_read_again:
            return
        if self._as_numbers:
            numbers = self._read(texts, plain)
            if numbers is not None:
                self._numbers.append(numbers)
            elif not self._count:
                self._as_numbers = False
        if not self._as_numbers:
            self._add_texts(texts)
        self._count += len(texts)

    def finish(self) -> Column:
        """Return the column. The collector is empty afterwards."""
        if self._as_numbers:
            numbers = np.concatenate(self._numbers) if self._numbers else np.zeros(0)
            # Many small arrays that are freed together stop all other threads.
            self._numbers.clear()
            return Column(self.name, numbers, None, (), int(np.isnan(numbers).sum()))
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, np.int32)
        raw = list(self._code_of)
        texts, places = self._merge(raw)
        codes = places[codes]
        missing = int((codes < 0).sum()) + self._late_missing
        is_fault = self._share_of_numbers(texts, codes) >= _SHARE_OF_NUMBERS
        fault = self.fault if is_fault else None
        if self._too_many:
            return Column(self.name, None, None, texts, missing, fault)
        return Column(self.name, None, codes, texts, missing, fault)

    def _read(self, texts: Sequence[str], plain: bool) -> np.ndarray | None:
        """Return the texts as numbers; None if one of them is no number and not missing. It becomes the fault."""
        numbers = self._convert(texts, plain and self._mark == "point")
        if numbers is not None:
            self._markers.remove_numbers(numbers)
        too_large = np.zeros(0, bool) if numbers is None else np.abs(numbers) > _LARGEST
        if too_large.any():
            place = int(too_large.argmax())
            self.fault = Fault(self._count + place, texts[place])
            return None
        return numbers

    def _convert(self, texts: Sequence[str], plain: bool) -> np.ndarray | None:
        with contextlib.suppress(ValueError):
            return read_floats(texts, self._mark, plain)
        known = self._markers.raw
        with contextlib.suppress(ValueError):
            return read_floats(["nan" if text in known else text for text in texts], self._mark, plain)
        # Now look at each text, which is slow, but teaches the markers a new one or finds the fault.
        for place, text in enumerate(texts):
            if not self._is_value(text) and not self._markers.match(text):
                self.fault = Fault(self._count + place, text)
                return None
        return read_floats(["nan" if self._markers.match(text) else text for text in texts], self._mark, plain)

    def _is_value(self, text: str) -> bool:
        return is_number(text, self._mark)

    def _add_texts(self, texts: Sequence[str]) -> None:
        if self._too_many:
            self._late_missing += sum(map(self._markers.match, texts))
            return
        self._codes.append(np.fromiter(map(self._code_of.__getitem__, texts), np.int32, len(texts)))
        self._too_many = len(self._code_of) > MOST_TEXTS

    def _merge(self, raw: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
        """Return the different texts without spaces around them and markers, and the new place of each raw text."""
        places = np.full(len(raw), -1, np.int32)
        found: dict[str, int] = {}
        for place, text in enumerate(raw):
            if not self._markers.match(text):
                places[place] = found.setdefault(text.strip(), len(found))
        return tuple(found), places

    def _share_of_numbers(self, texts: tuple[str, ...], codes: np.ndarray) -> float:
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        numbers = sum(int(count) for count, text in zip(counts, texts, strict=True) if self._is_value(text))
        return numbers / max(int(counts.sum()), 1)


class _Codes(dict[str, int]):
    """Numbers of texts in the order of their first use."""

    def __missing__(self, text: str) -> int:
        code = len(self)
        self[text] = code
        return code
