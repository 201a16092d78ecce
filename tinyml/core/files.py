"""Writing files so that a failure at any moment leaves the old file as it was."""

import os
import tempfile
from pathlib import Path

from tinyml.core.errors import StorageError


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a whole file, or leave the old one untouched.

    The bytes go to a temporary file in the same folder, are forced to disk (fsync), and then replace `path` in one
    step of the file system.

    Raises `StorageError`, with the reason and the remedy, when the folder is missing or not writable, or the disk is
    full. No temporary file is left behind.
    """
    path = Path(path)
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        reason = error.strerror or str(error)
        raise StorageError(
            f"Could not save '{path}': {reason}. Choose another folder or free some space; nothing was changed."
        ) from error


def _umask() -> int:
    """Read the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
