"""Where the files that come with the project are: built-in data, example networks, icons."""

from pathlib import Path

from tinyml.core.errors import StorageError

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")
"""Inside an installed package first, beside it in a checkout next."""


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder that comes with the project.

    Arguments:
        parts: names below the folder `resources`, e.g. `"data", "digits"`.

    Raises `StorageError` when it is not there, which means that the installation is incomplete.

    >>> resource_path("data", "digits").name
    'digits'
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    raise StorageError(f"'{'/'.join(parts)}' is missing from the installation. Install TinyML Studio again.")
