"""Paths of the files that come with the program: built-in data, example networks, icons."""

from pathlib import Path

from tinyml.core.errors import StorageError

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")
"""Where `resources` can be: inside an installed package, or beside the package in a checkout of the repository."""


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder in `resources`.

    Arguments:
        parts: names below the folder `resources`, e.g. `"data", "digits"`.

    Raises `StorageError` if it does not exist, which means that the installation is incomplete.

    >>> resource_path("data", "digits").name
    'digits'
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    raise StorageError(f"'{'/'.join(parts)}' is missing from the installation. Install TinyML Studio again.")
