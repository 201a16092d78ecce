"""The tensors of a file, prepared off the GUI thread, so that the table sorts and filters many thousands quickly."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.models.reading.name_tree import NameTree, make_tree
from app.models.reading.tensor_columns import COLUMNS, HEADER_COLUMNS
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

SortKeys = NDArray[np.float64]
"""Numbers that are sorted instead of the values of a column."""

_CHUNK = 2000
"""Number of tensors between two pauses, and in one call of `sorted`. During such a call the window is frozen, because
no other thread runs."""


@dataclass(frozen=True)
class SummaryBatch:
    """The statistics of some tensors, ready for the table.

    Attributes:
        summaries: one for each of the tensors.
        places: `(n,)` their places in the file.
        statistics: `(columns, n)` the keys that sort the columns of statistics; NaN for a missing number.
    """

    summaries: tuple[TensorSummary, ...]
    places: NDArray[np.intp]
    statistics: SortKeys


@dataclass(frozen=True)
class TensorIndex:
    """Everything that the table needs to list, sort and filter the tensors of a file.

    Attributes:
        headers: one entry for each tensor, in the order of the file.
        folded_names: their names in lower case (`str.casefold`), for the filter.
        keys: `(4, tensors)` the keys that sort by name, shape, type and count.
        places: the place of each tensor in the file, by its name.
        parameter_count: the count of the numbers in all tensors.
        order: `(tensors,)` the place of each tensor in the order of the network, or else of the file.
        dtypes: the types of the numbers, in the order of the alphabet.
        tree: the names as a tree. Its parts are ranges of the sorted names: `keys[0]`.
    """

    headers: tuple[TensorHeader, ...] = ()
    folded_names: tuple[str, ...] = ()
    keys: SortKeys = field(default_factory=lambda: np.empty((HEADER_COLUMNS, 0)))
    places: dict[str, int] = field(default_factory=dict)
    parameter_count: int = 0
    order: SortKeys = field(default_factory=lambda: np.empty(0))
    dtypes: tuple[str, ...] = ()
    tree: NameTree = field(default_factory=NameTree)

    def batch(self, summaries: Sequence[TensorSummary]) -> SummaryBatch:
        """Prepare `summaries` for the table. Tensors that were added after the file was opened are left out."""
        found = tuple(summary for summary in summaries if summary.name in self.places)
        places = np.fromiter((self.places[summary.name] for summary in found), np.intp, len(found))
        statistics = [[getattr(summary, column.statistic) for summary in found] for column in COLUMNS[HEADER_COLUMNS:]]
        return SummaryBatch(found, places, np.array(statistics, np.float64))


def index_tensors(
    headers: Sequence[TensorHeader], pause: Callable[[], None] = lambda: None, order: Iterable[str] = ()
) -> TensorIndex:
    """Compute the index of a file. With many tensors this takes long, so call it off the GUI thread.

    Arguments:
        headers: one entry for each tensor.
        pause: called every few milliseconds, so that the window can handle its events.
        order: the names in the order of the network, or else of the file; those that it lacks come last.
    """

    def with_pauses(values: Iterable[Any]) -> Iterator[Any]:
        for number, value in enumerate(values):
            if number % _CHUNK == 0:
                pause()
            yield value

    names = tuple(header.name.casefold() for header in with_pauses(headers))
    counts = [header.count for header in with_pauses(headers)]
    keys = np.empty((HEADER_COLUMNS, len(headers)))
    natural = [_natural_key(name) for name in with_pauses(names)]
    keys[0] = _ranks(natural, with_pauses)
    keys[1] = _ranks([header.shape for header in headers], with_pauses)
    keys[2] = _ranks([header.dtype for header in headers], with_pauses)
    keys[3] = counts
    places = {header.name: place for place, header in enumerate(headers)}
    wanted = {name: number for number, name in enumerate(with_pauses(order))}
    in_order = np.fromiter(
        (wanted.get(header.name, len(wanted)) for header in with_pauses(headers)), float, len(counts)
    )
    return TensorIndex(
        tuple(headers),
        names,
        keys,
        places,
        sum(counts),
        in_order,
        tuple(sorted({header.dtype for header in headers})),
        make_tree([header.name for header in headers], natural, keys[0], counts, with_pauses),
    )


def _natural_key(text: str) -> str:
    """Return a key that sorts block.2 before block.10: the count of its digits is written before each number."""
    return re.sub(r"\d+", lambda digits: f"{len(digits[0].lstrip('0')):05}{digits[0].lstrip('0')}", text)


def _ranks(values: Sequence[Any], with_pauses: Callable[[Iterable[Any]], Iterator[Any]]) -> NDArray[np.intp]:
    """Return the position of each value in the sorted list of the distinct values."""
    distinct = list(set(values))
    runs = [sorted(distinct[start : start + _CHUNK]) for start in range(0, len(distinct), _CHUNK)]
    rank = {value: position for position, value in enumerate(with_pauses(merge(*runs)))}
    return np.fromiter((rank[value] for value in with_pauses(values)), np.intp, len(values))
