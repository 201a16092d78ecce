"""Find data by its source: the name of a built-in set, or the path of a file or folder."""

import os
from dataclasses import replace
from pathlib import Path

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path, path_exists, show_path
from tinyml.core.memory import available_memory, describe_bytes
from tinyml.core.suggestions import did_you_mean
from tinyml.data.built_in import built_in_sets
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.readers import Reader, describe_sources, find_reader


def builtin_names() -> tuple[str, ...]:
    """Return the names of all built-in sets.

    >>> builtin_names()
    ('circle', 'digits-28', 'digits', 'sine', 'shapes')
    """
    return tuple(built_in_sets())


def builtin_descriptions() -> tuple[DataDescription, ...]:
    """Return the description of every built-in set, sorted by title.

    >>> [description.name for description in builtin_descriptions() if description.example_shape == (1, 8, 8)]
    ['digits']
    """
    return tuple(entry.description for entry in built_in_sets().values())


def describe(source: str) -> DataDescription:
    """Describe a dataset without loading it. This takes a few milliseconds, also for a folder.

    Arguments:
        source: name of a built-in set, or path of a file or folder in a format of `tinyml.data.readers`. Write "./name"
            for a folder that is named like a built-in set.

    Raises `DataError`, with one sentence that names the culprit, when there is no such data or it is damaged.

    >>> describe("digits").example_shape
    (1, 8, 8)
    """
    if source in built_in_sets():
        return built_in_sets()[source].description
    reader, path = _find(source)
    return replace(reader.describe(path), name=source)


def load(source: str, progress: ProgressCallback | None = None) -> Dataset:
    """Load a dataset into memory.

    Arguments:
        source: as in `describe`.
        progress: called from time to time with the share that is done, from 0 to 1. An exception that it raises
            cancels the loading.

    Raises `DataError`, as `describe` does, and when the data needs more memory than is free.

    >>> load("circle").inputs.shape
    (1000, 2)
    """
    if source in built_in_sets():
        return built_in_sets()[source].load(progress)
    reader, path = _find(source)
    problem = memory_problem(reader.describe(path))
    if problem:
        raise DataError(problem)
    dataset = reader.load(path, progress)
    return replace(dataset, description=replace(dataset.description, name=source))


def memory_problem(description: DataDescription) -> str:
    """Return a sentence if the data of a `description` needs more memory than is free now, else an empty text.

    >>> memory_problem(describe("digits"))
    ''
    """
    free = available_memory()
    if free is None or description.memory <= free:
        return ""
    return (
        f"{description.title} needs {describe_bytes(description.memory)} of memory, but only {describe_bytes(free)} "
        "are free. Close other programs, or use a part of the data."
    )


def _find(source: str) -> tuple[Reader, Path]:
    """Return the reader of a path that a user gave, and the path itself."""
    looks_like_a_path = source.startswith("~") or any(mark in source for mark in ("/", "\\", os.sep))
    try:
        path = normalise_path(source)
    except StorageError as error:
        raise DataError(str(error)) from error
    if not path_exists(path):
        raise DataError(_describe_missing(source) if looks_like_a_path else _describe_unknown_name(source))
    reader = find_reader(path)
    if reader is None:
        raise DataError(f"TinyML cannot read '{show_path(source)}' as data. Choose {describe_sources()}.")
    return reader, path


def _describe_missing(source: str) -> str:
    return f"There is no file or folder '{show_path(source)}'. Choose {describe_sources()}."


def _describe_unknown_name(source: str) -> str:
    names = builtin_names()
    return (
        f"There is no built-in data '{show_path(source)}' and no file or folder of that name."
        f"{did_you_mean(source, names)} Built-in are: {', '.join(sorted(names))}."
    )
