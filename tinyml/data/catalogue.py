"""Finding data by its source: the name of a built-in set, or the path of a folder."""

import os

from tinyml.core import DataError
from tinyml.core.files import path_exists, show_path
from tinyml.core.memory import available_memory, describe_bytes
from tinyml.core.suggestions import did_you_mean
from tinyml.data.built_in import built_in_sets
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.idx_folder import describe_folder, load_folder


def builtin_names() -> tuple[str, ...]:
    """Return the names of all built-in sets.

    >>> builtin_names()
    ('circle', 'digits-28', 'digits', 'sine', 'shapes')
    """
    return tuple(built_in_sets())


def builtin_descriptions() -> tuple[DataDescription, ...]:
    """Return what is known of every built-in set, sorted by title.

    >>> [description.name for description in builtin_descriptions() if description.example_shape == (1, 8, 8)]
    ['digits']
    """
    return tuple(entry.description for entry in built_in_sets().values())


def describe(source: str) -> DataDescription:
    """Tell what a dataset holds, without loading it: a few milliseconds, also for a folder.

    Arguments:
        source: name of a built-in set, or path of a folder of IDX files (see `tinyml.data.idx_folder`). A folder that
            has the name of a built-in set is meant by "./name".

    Raises `DataError`, with one sentence that names the culprit, when there is no such data or it is damaged.

    >>> describe("digits").example_shape
    (1, 8, 8)
    """
    if source in built_in_sets():
        return built_in_sets()[source].description
    _refuse_unknown_name(source)
    return describe_folder(source)


def load(source: str, progress: ProgressCallback | None = None) -> Dataset:
    """Load a dataset into memory.

    Arguments:
        source: as in `describe`.
        progress: told from time to time which share is done, 0 to 1; what it raises cancels the loading.

    Raises `DataError`, as `describe` does, and when the data needs more memory than is free.

    >>> load("circle").inputs.shape
    (1000, 2)
    """
    if source in built_in_sets():
        return built_in_sets()[source].load(progress)
    _refuse_unknown_name(source)
    problem = memory_problem(describe_folder(source))
    if problem:
        raise DataError(problem)
    return load_folder(source, progress)


def memory_problem(description: DataDescription) -> str:
    """Return a sentence when a dataset needs more memory than is free now, and otherwise an empty text.

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


def _refuse_unknown_name(source: str) -> None:
    """Tell a misspelt name from a path that is not there."""
    looks_like_a_path = source.startswith("~") or any(mark in source for mark in ("/", "\\", os.sep))
    if not looks_like_a_path and not path_exists(source):
        names = builtin_names()
        raise DataError(
            f"There is no built-in data '{show_path(source)}' and no folder of that name.{did_you_mean(source, names)} "
            f"Built-in are: {', '.join(sorted(names))}."
        )
