"""The dataset in use, loaded once and shared read-only by the worker and the inspection."""

from dataclasses import dataclass
from threading import Lock

from tinyml.data import DataChoice, DataDescription, Dataset, Splits, describe, load, split


@dataclass(frozen=True)
class _Cache:
    """What is in memory: a dataset, and one way of splitting it."""

    key: tuple[str, DataDescription]
    dataset: Dataset
    choice: DataChoice
    splits: Splits


_lock = Lock()
_source_locks: dict[str, Lock] = {}
"""One lock for each source: a folder that does not answer does not delay the loading of other data."""
_cache: _Cache | None = None


def load_splits(choice: DataChoice) -> Splits:
    """Load and split the chosen data, or return it when it is the one in memory. Call it off the GUI thread.

    The arrays are read-only, so any number of threads may read them. Raises `DataError`.
    """
    global _cache
    with _lock:
        lock = _source_locks.setdefault(choice.source, Lock())
    with lock:
        key, cache = (choice.source, describe(choice.source)), _cache
        if cache is None or cache.key != key:
            # Two datasets need not fit into memory.
            cache = _cache = None
            dataset = _read_only(load(choice.source))
        else:
            dataset = cache.dataset
        if cache is None or cache.choice != choice:
            splits = split(dataset, choice)
            for part in splits:
                _read_only(part)
            cache = _cache = _Cache(key, dataset, choice, splits)
        return cache.splits


def _read_only(dataset: Dataset) -> Dataset:
    for array in (dataset.stored_inputs, dataset.labels, dataset.class_targets, dataset.stored_targets, dataset.rows):
        if array is not None:
            array.flags.writeable = False
    return dataset
