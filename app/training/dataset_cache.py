"""The current dataset: loaded once, read-only, and shared by the worker, the preview and the inspection."""

import json
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

from app.training.shared_work import SharedWork
from tinyml.core.files import normalise_path
from tinyml.data import (
    DataChoice,
    DataDescription,
    Dataset,
    ProgressCallback,
    Splits,
    describe_choice,
    known_names,
    load_choice,
    scale_splits,
)
from tinyml.data import split as split_dataset

READING_CANCELLED = "Reading the data was cancelled. Choose “Try again” on the Data page."
"""What everybody who waits for data gets to know after `cancel_reading`."""


Part = Literal["training", "validation", "test"]
"""A part of the data."""

_FileState = tuple[int, int] | None
"""Time of the last change and size; None if there is no file. The files in a folder are in the description's stamp."""


@dataclass(frozen=True)
class _Cache:
    """The dataset in memory and its current split.

    Attributes:
        key: what was read and how, see `_dataset_key`.
        state: what the files were like when they were read; other files must be read again.
        dataset: the examples.
        splits_key: the choice of the parts; empty before the first split.
        splits: the parts of the dataset.
    """

    key: str
    state: tuple[DataDescription, _FileState]
    dataset: Dataset
    splits_key: str = ""
    splits: Splits | None = None


_lock = Lock()
_cache: _Cache | None = None
_reading, _splitting = SharedWork(), SharedWork()


def load_splits(choice: DataChoice, progress: ProgressCallback | None = None) -> Splits:
    """Return the chosen data, prepared and split into training, validation and test. Call this off the GUI thread.

    The data is loaded only if it is not in memory, and only once for all threads that want it. All arrays are
    read-only, so any number of threads may read them.

    Arguments:
        choice: the data, its preprocessing and its split.
        progress: called about 20 times a second with the share that is done, 0 to 1. If it raises an exception, this
            call ends at once, even if a folder does not answer. Reading continues if another thread waits for the data.

    Raises `DataError` if the data cannot be read or split, and `WorkCancelledError` after `cancel_reading`.
    """
    key = choice.model_dump_json(exclude={"expected"})
    known = _cache
    if known is not None and known.splits is not None and known.splits_key == key and choice.source in known_names():
        return known.splits
    return _splitting.wait_for(key, lambda report: _read_and_split(choice, key, report), progress)


def load_part(choice: DataChoice, part: Part, progress: ProgressCallback | None = None) -> Dataset:
    """Return one part of the chosen data.

    Arguments:
        choice: the data, its preprocessing and its split.
        part: the part.
        progress: as for `load_splits`, which raises the same exceptions.
    """
    splits = load_splits(choice, progress)
    return {"training": splits.train, "validation": splits.validation, "test": splits.test}[part]


def load_beside(choice: DataChoice, progress: ProgressCallback) -> Dataset:
    """Return all examples of some data, not split and not scaled, while the current dataset stays in memory.

    Arguments:
        choice: the data.
        progress: as in `load_splits`.

    Raises `DataError` if the data cannot be read, or if there is not enough memory for them.
    """
    key, state = _dataset_key(choice), _state_of(choice, progress)
    with _lock:
        cache = _cache
    if cache is not None and (cache.key, cache.state) == (key, state):
        return cache.dataset
    return load_choice(choice, progress)


def cancel_reading(choice: DataChoice) -> None:
    """Stop reading the data of a choice, for all threads that wait for it.

    Arguments:
        choice: the data.
    """
    _splitting.cancel(choice.model_dump_json(exclude={"expected"}), READING_CANCELLED)
    _reading.cancel(_dataset_key(choice), READING_CANCELLED)


def _dataset_key(choice: DataChoice) -> str:
    """Return everything in a choice that changes the stored examples, as text. Split and scaling do not."""
    preprocessing = choice.preprocessing.model_dump(mode="json", exclude={"scale", "scale_targets"})
    return json.dumps([choice.source, choice.options, preprocessing], sort_keys=True)


def _read_and_split(choice: DataChoice, splits_key: str, progress: ProgressCallback) -> Splits:
    """Return the splits from the cache, or make them."""
    global _cache
    cache = _reading.wait_for(_dataset_key(choice), lambda report: _read(choice, report), progress)
    if cache.splits is not None and cache.splits_key == splits_key:
        return cache.splits
    splits = scale_splits(split_dataset(cache.dataset, choice), choice.preprocessing)
    for part in splits:
        _make_read_only(part)
    with _lock:
        if _cache is not None and _cache.dataset is cache.dataset:
            _cache = _Cache(cache.key, cache.state, cache.dataset, splits_key, splits)
    return splits


def _read(choice: DataChoice, progress: ProgressCallback) -> _Cache:
    """Return the cache if it holds the dataset of a choice and its files are what they were; else read the files."""
    global _cache
    key = _dataset_key(choice)
    state = _state_of(choice, progress)
    with _lock:
        cache = _cache
        if cache is not None and (cache.key, cache.state) == (key, state):
            return cache
        # Drop the old dataset first: two may not fit into memory.
        _cache = None
    del cache
    new = _Cache(key, state, _make_read_only(load_choice(choice, progress)))
    with _lock:
        _cache = new
    return new


def _state_of(choice: DataChoice, progress: ProgressCallback) -> tuple[DataDescription, _FileState]:
    """Return what the files of a choice are like now."""
    examples = choice.model_copy(update={"target": "label"})
    description = describe_choice(examples, lambda _share: progress(0.0))
    # These depend on the free memory, of which the dataset itself takes a part.
    return replace(description, on_disk=False, findings=()), _file_state(choice.source)


def _file_state(source: str) -> _FileState:
    """Return what tells a changed file from the same one, since a table can change and still have the same shape."""
    if source in known_names():
        return None
    try:
        status = normalise_path(source).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _make_read_only(dataset: Dataset) -> Dataset:
    for array in (dataset.stored_inputs, dataset.labels, dataset.class_targets, dataset.stored_targets, dataset.rows):
        if array is not None:
            array.flags.writeable = False
    return dataset
