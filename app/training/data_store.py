"""The dataset in use, loaded once and shared read-only by the worker and the inspection."""

from threading import Lock

from tinyml.data import DataChoice, DataDescription, Dataset, Splits, describe, load, split

_lock = Lock()
_newest: tuple[DataChoice, DataDescription, Splits] | None = None


def load_splits(choice: DataChoice) -> Splits:
    """Load and split the chosen data, or return it when it is the one in memory. Call it off the GUI thread.

    The arrays are read-only, so any number of threads may read them. Raises `DataError`.
    """
    global _newest
    with _lock:
        description = describe(choice.source)
        if _newest is None or _newest[:2] != (choice, description):
            _newest = None
            _newest = (choice, description, split(_read_only(load(choice.source)), choice))
            for part in _newest[2]:
                _read_only(part)
        return _newest[2]


def _read_only(dataset: Dataset) -> Dataset:
    for array in (dataset.inputs, dataset.labels, dataset.codes):
        array.flags.writeable = False
    return dataset
