"""The folder in which downloaded datasets are kept."""

import os
from pathlib import Path

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path

CACHE_VARIABLE = "TINYML_CACHE"
"""Environment variable that names another folder."""


def cache_folder() -> Path:
    """Return the folder for downloads. It need not exist yet.

    The environment variable TINYML_CACHE names it. Without this variable, it is the folder "tinyml" where the system
    keeps caches, such as ~/.cache/tinyml.

    Raises `DataError` when the variable holds a path that cannot exist.

    >>> import unittest.mock
    >>> with unittest.mock.patch.dict(os.environ, TINYML_CACHE="/scratch/data"):
    ...     cache_folder().as_posix()
    '/scratch/data'
    """
    chosen = os.environ.get(CACHE_VARIABLE, "")
    if chosen:
        try:
            return normalise_path(chosen).absolute()
        except StorageError as error:
            raise DataError(f"{CACHE_VARIABLE} names no folder. {error}") from error
    # Importing it takes 20 ms, which the start of the window need not wait for.
    import platformdirs

    return Path(platformdirs.user_cache_dir("tinyml", appauthor=False))
