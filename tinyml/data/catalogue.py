"""Find data by its source: the name of a built-in set, or the path of a file or folder."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path, path_exists, show_path
from tinyml.core.memory import available_memory, describe_bytes
from tinyml.core.suggestions import did_you_mean
from tinyml.data.built_in import built_in_sets
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.image_conversion import convert_images, describe_converted
from tinyml.data.options import SourceOptions, read_options
from tinyml.data.preprocessing import Preprocessing
from tinyml.data.readers import Reader, ReadRequest, describe_sources, find_reader
from tinyml.data.readers.base import ignore_progress


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


def describe(
    source: str,
    options: Mapping[str, Any] | None = None,
    preprocessing: Preprocessing | None = None,
    progress: ProgressCallback | None = None,
) -> DataDescription:
    """Describe a dataset without loading it. This is quick, also for a folder of many files.

    Arguments:
        source: name of a built-in set, or path of a file or folder in a format of `tinyml.data.readers`. Write "./name"
            for a folder that is named like a built-in set.
        options: options of the source by name; None for the defaults.
        preprocessing: size and colour of images; None for automatic.
        progress: called from time to time with the share that is done, from 0 to 1. An exception that it raises
            cancels the work.

    Raises `DataError`, with one sentence that names the culprit, when there is no such data, it is damaged, or an
    option is wrong.

    >>> describe("digits").example_shape
    (1, 8, 8)
    >>> describe("digits", preprocessing=Preprocessing(size=(12, 12))).example_shape
    (1, 12, 12)
    """
    preprocessing = preprocessing or Preprocessing()
    if source in built_in_sets():
        entry = built_in_sets()[source]
        description = entry.describe(read_options(entry.options, options or {}, source))
    else:
        reader, request = _request(source, options, preprocessing, progress)
        description = replace(reader.describe(request), name=source)
    return describe_converted(description, preprocessing)


def load(
    source: str,
    progress: ProgressCallback | None = None,
    options: Mapping[str, Any] | None = None,
    preprocessing: Preprocessing | None = None,
) -> Dataset:
    """Load a dataset into memory. Its inputs are not scaled, see `prepare_splits`.

    Arguments:
        source, options, preprocessing: as in `describe`.
        progress: called from time to time with the share that is done, from 0 to 1. An exception that it raises
            cancels the loading.

    Raises `DataError`, as `describe` does, and when the data needs more memory than is free.

    >>> load("circle").inputs.shape
    (1000, 2)
    """
    preprocessing = preprocessing or Preprocessing()
    if source in built_in_sets():
        entry = built_in_sets()[source]
        dataset = entry.load(read_options(entry.options, options or {}, source), progress)
    else:
        reader, request = _request(source, options, preprocessing, progress)
        problem = memory_problem(reader.describe(replace(request, progress=ignore_progress)))
        if problem:
            raise DataError(problem)
        dataset = reader.load(request)
        dataset = replace(dataset, description=replace(dataset.description, name=source))
    return convert_images(dataset, preprocessing)


def options_of(source: str) -> type[SourceOptions]:
    """Return the class of the options of a source.

    Arguments:
        source: as in `describe`.

    Raises `DataError` when there is no such data.

    >>> options_of("digits").model_fields
    {}
    """
    return built_in_sets()[source].options if source in built_in_sets() else _find(source)[0].options


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


def _request(
    source: str, options: Mapping[str, Any] | None, preprocessing: Preprocessing, progress: ProgressCallback | None
) -> tuple[Reader, ReadRequest]:
    reader, path = _find(source)
    checked = read_options(reader.options, options or {}, path.name)
    return reader, ReadRequest(path, checked, preprocessing, progress or ignore_progress)


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
