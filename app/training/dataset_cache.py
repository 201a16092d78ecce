"""The current dataset: loaded once, read-only, and shared by the worker and the inspection."""

from dataclasses import dataclass
from threading import Lock

from tinyml.data import DataChoice, DataDescription, Dataset, Splits, describe, load, split


@dataclass(frozen=True)
class _Cache:
    """The dataset in memory and its current split."""

    key: tuple[str, DataDescription]
    dataset: Dataset
    choice: DataChoice
    splits: Splits


_lock = Lock()
_source_locks: dict[str, Lock] = {}
"""One lock for each source, so that a folder that does not answer does not delay other data."""
_cache: _Cache | None = None


def load_splits(choice: DataChoice) -> Splits:
    """Return the chosen data, split into training, validation and test. Call this off the GUI thread.

    The data is loaded only if it is not in memory. All arrays are read-only, so any number of threads may read them.

    Arguments:
        choice: the source and the split.

    Raises `DataError` if the data cannot be read or split.
    """
    global _cache
    with _lock:
        lock = _source_locks.setdefault(choice.source, Lock())
    with lock:
        key, cache = (choice.source, describe(choice.source)), _cache
        if cache is None or cache.key != key:
            # Drop the old dataset first: two may not fit into memory.
            cache = _cache = None
            dataset = _make_read_only(load(choice.source))
        else:
            dataset = cache.dataset
        if cache is None or cache.choice != choice:
            splits = split(dataset, choice)
            for part in splits:
                _make_read_only(part)
            cache = _cache = _Cache(key, dataset, choice, splits)
        return cache.splits


def _make_read_only(dataset: Dataset) -> Dataset:
    for array in (dataset.stored_inputs, dataset.labels, dataset.class_targets, dataset.stored_targets, dataset.rows):
        if array is not None:
            array.flags.writeable = False
    return dataset
