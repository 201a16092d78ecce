"""Reading and writing files so that no failure, at any moment, harms what is already there."""

import contextlib
import glob
import os
import secrets
from pathlib import Path

from tinyml.core.errors import StorageError


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a whole file, or leave the old one untouched.

    The bytes go to a temporary file in the same folder, are forced to disk (fsync), and then replace `path` in one
    step of the file system. An existing file keeps its permissions; a link keeps pointing to its file, which is
    replaced.

    Raises `StorageError`, with the reason and the remedy, when the folder is missing or not writable, or the disk is
    full. No temporary file is left behind, whatever interrupts the writing.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_atomically(path, b"kept")
    >>> path.read_bytes()
    b'kept'
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            # Created with the permissions that the user's umask gives to any new file.
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            os.replace(temporary, target)  # noqa: PTH105 (tests make exactly this call fail)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"Could not save '{path}': {reason}. Choose another folder or free some space; nothing was changed."
        ) from error
    _force_folder_to_disk(target.parent)


def remove_leftovers(path: str | Path) -> None:
    """Remove the temporary files that a killed process left when it was just writing `path`.

    Call it when nobody else is writing that file. What cannot be removed stays.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> path.with_name(".note.txt.0123abcd.tmp").touch()
    >>> remove_leftovers(path)
    >>> list(path.parent.iterdir())
    []
    """
    target = Path(os.path.realpath(path))
    with contextlib.suppress(OSError):
        for leftover in target.parent.glob(f".{glob.escape(target.name[:100])}.{'[0-9a-f]' * 8}.tmp"):
            leftover.unlink(missing_ok=True)


def check_can_save(path: str | Path) -> None:
    """Find out before a long run whether a file can be saved afterwards.

    Raises `StorageError` when the folder is missing, is not a folder, or takes no new file, or `path` is a folder.

    >>> check_can_save("no such folder/model.safetensors")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: Could not save ...: there is no folder 'no such folder'. Make it first, or ...
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise StorageError(
            f"Could not save '{path}': there is no folder '{Path(path).parent}'. Make it first, or choose another."
        )
    if target.is_dir():
        raise StorageError(f"Could not save '{path}': it is a folder. Give the file a name.")
    if not os.access(target.parent, os.W_OK):
        raise StorageError(f"Could not save '{path}': the folder takes no new files. Choose another folder.")


def read_bounded(path: str | Path, largest: int) -> bytes:
    """Read a whole file of at most `largest` bytes.

    Raises `StorageError` when it is missing, larger, a folder, or cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(largest + 1)
    except FileNotFoundError as error:
        raise StorageError(f"There is no file '{path}'. Check its name and folder.") from error
    except IsADirectoryError as error:
        raise StorageError(f"'{path}' is a folder. Choose a file in it.") from error
    except OSError as error:
        raise StorageError(f"Could not read '{path}': {error.strerror or error}.") from error
    if len(content) > largest:
        raise StorageError(f"'{path}' is larger than {largest:,} bytes, so it is not a file of this kind.")
    return content


def _force_folder_to_disk(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can (Windows cannot, and does not need it)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
