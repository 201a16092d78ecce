"""The dataset in use, loaded once and shared read-only by the worker and the inspection."""

from threading import Lock

from tinyml.data import DataChoice, DataDescription, Dataset, Splits, describe, load, split

_lock = Lock()
_loaded: tuple[tuple[str, DataDescription], Dataset] | None = None
_splits: tuple[DataChoice, Splits] | None = None


def load_splits(choice: DataChoice) -> Splits:
    """Load and split the chosen data, or return it when it is the one in memory. Call it off the GUI thread.

    The arrays are read-only, so any number of threads may read them. Raises `DataError`.
    """
    global _loaded, _splits
    with _lock:
        key = (choice.source, describe(choice.source))
        if _loaded is None or _loaded[0] != key:
            _loaded = _splits = None
            _loaded = (key, _read_only(load(choice.source)))
        if _splits is None or _splits[0] != choice:
            _splits = (choice, split(_loaded[1], choice))
            for part in _splits[1]:
                _read_only(part)
        return _splits[1]


def _read_only(dataset: Dataset) -> Dataset:
    for array in (dataset.inputs, dataset.labels, dataset.codes):
        array.flags.writeable = False
    return dataset
