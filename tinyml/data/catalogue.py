"""Find data by its source: the name of a built-in or public set, or the path of a file or folder."""

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
from tinyml.data.public import public_sets
from tinyml.data.readers import Reader, ReadRequest, describe_sources, find_reader
from tinyml.data.readers.base import ignore_progress


def builtin_names() -> tuple[str, ...]:
    """Return the names of all built-in sets.

    >>> builtin_names()
    ('circle', 'digits-28', 'digits', 'faulty', 'blobs', 'sine', 'shapes', 'moons', 'spirals', 'xor', 'points')
    """
    return tuple(built_in_sets())


def builtin_descriptions() -> tuple[DataDescription, ...]:
    """Return the description of every built-in set, sorted by title.

    >>> [description.name for description in builtin_descriptions() if description.example_shape == (1, 8, 8)]
    ['digits']
    """
    return tuple(entry.description for entry in built_in_sets().values())


def public_names() -> tuple[str, ...]:
    """Return the names of all public sets, the smallest download first.

    >>> public_names()
    ('mnist', 'fashion-mnist', 'cifar-10')
    """
    return tuple(public_sets())


def known_names() -> tuple[str, ...]:
    """Return the names of all built-in and public sets: sources that are no paths.

    >>> "digits" in known_names(), "mnist" in known_names(), "./mnist" in known_names()
    (True, True, False)
    """
    return builtin_names() + public_names()


def download(name: str, progress: ProgressCallback | None = None, mirror: str = "") -> None:
    """Download a public set into `tinyml.data.cache_folder()`. Files that are there already are only checked.

    Arguments:
        name: of the set.
        progress: called at least ten times a second with the share of the bytes that is received. An exception that it
            raises cancels the download; the next one continues it.
        mirror: address of a school's own mirror, which is tried first; empty for the environment variable
            TINYML_MIRROR, if there is one.

    Raises `DataError` when there is no such set or the download fails, `SettingsError` when the mirror is no address.

    >>> download("mnits")
    Traceback (most recent call last):
    tinyml.core.errors.DataError: There is no public set 'mnits'. Did you mean 'mnist'?
    """
    if name not in public_sets():
        raise DataError(f"There is no public set '{name}'.{did_you_mean(name, public_names())}")
    public_sets()[name].download(progress, mirror)


def describe(
    source: str,
    options: Mapping[str, Any] | None = None,
    preprocessing: Preprocessing | None = None,
    progress: ProgressCallback | None = None,
) -> DataDescription:
    """Describe a dataset without loading it. This is quick, also for a folder of many files.

    Arguments:
        source: name of a built-in or public set, or path of a file or folder in a format of `tinyml.data.readers`.
            Write "./name" for a folder that is named like a set. A public set need not be downloaded.
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
    elif source in public_sets():
        read_options(SourceOptions, options or {}, source)
        description = public_sets()[source].description
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

    Raises `DataError`, as `describe` does, when the data needs more memory than is free, and when a public set is not
    downloaded: this never uses the network, see `download`.

    >>> load("circle").inputs.shape
    (1000, 2)
    """
    preprocessing = preprocessing or Preprocessing()
    if source in built_in_sets():
        entry = built_in_sets()[source]
        dataset = entry.load(read_options(entry.options, options or {}, source), progress)
    elif source in public_sets():
        read_options(SourceOptions, options or {}, source)
        _check_memory(public_sets()[source].description)
        dataset = public_sets()[source].load(progress)
    else:
        reader, request = _request(source, options, preprocessing, progress)
        if not reader.checks_memory:
            _check_memory(reader.describe(replace(request, progress=ignore_progress)))
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
    if source in public_sets():
        return SourceOptions
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


def _check_memory(description: DataDescription) -> None:
    problem = memory_problem(description)
    if problem:
        raise DataError(problem)


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
    if reader is None and path.is_dir():
        raise DataError(f"The folder '{show_path(path.name or source)}' holds no images. Choose {describe_sources()}.")
    if reader is None:
        raise DataError(f"TinyML cannot read '{show_path(source)}' as data. Choose {describe_sources()}.")
    return reader, path


def _describe_missing(source: str) -> str:
    return f"There is no file or folder '{show_path(source)}'. Choose {describe_sources()}."


def _describe_unknown_name(source: str) -> str:
    return (
        f"There is no built-in data '{show_path(source)}' and no file or folder of that name."
        f"{did_you_mean(source, known_names())} Built-in are: {', '.join(sorted(builtin_names()))}; public are: "
        f"{', '.join(public_names())}."
    )
