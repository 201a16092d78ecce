"""Temporary files beside the files that they will replace, and the removal of those that a killed process left.

A temporary file is called `.NAME.xxxxxxxx.tmp`, with NAME of the file that it will replace and eight random hexadecimal
digits. The process that writes it holds a lock on it, which the system takes away when the process ends, however it
ends. A file whose lock is free is therefore abandoned. Process ids would not do: they come back, and mean nothing to
another machine or container that shares the folder. Where there are no such locks, a file is abandoned when it is old.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import fcntl

OLD_SECONDS = 3600.0
"""Nothing takes so long to write."""
_NAME = re.compile(r"\.(?P<label>.*)\.[0-9a-f]{8}\.tmp", re.DOTALL)
_LONGEST_LABEL = 200
"""In bytes: file systems allow names of 255."""


def create_temporary(target: Path) -> tuple[int, Path]:
    """Make an empty temporary file that will replace `target`; return its open descriptor, which holds the lock, and
    its path. It has the permissions that the user's umask gives to any new file.

    Raises `OSError`, as `os.open` does.
    """
    while True:
        temporary = target.with_name(f".{_label(target)}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            # Another process may have taken it for an abandoned one before it was locked.
            if _try_to_lock(descriptor) is not False and temporary.exists():
                return descriptor, temporary
        except BaseException:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise
        os.close(descriptor)


def remove_leftovers(target: Path, others_after: float = OLD_SECONDS) -> None:
    """Remove the temporary files that killed processes left in the folder of `target`.

    Arguments:
        target: a file, with a path free of links. What was to replace it is removed as soon as it is abandoned.
        others_after: the age, in seconds, from which temporary files of other names are removed too.

    What a living process is writing stays, and so does whatever cannot be removed.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> path.with_name(".note.txt.0123abcd.tmp").touch()
    >>> remove_leftovers(path)
    >>> list(path.parent.iterdir())
    []
    """
    label = _label(target)
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match is not None:
                with contextlib.suppress(OSError):
                    _remove_if_abandoned(Path(entry.path), 0 if match["label"] == label else others_after)


def _remove_if_abandoned(path: Path, from_age: float) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return
    age = time.time() - found.st_mtime
    if age < from_age:
        return
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        locked = _try_to_lock(descriptor)
        if sys.platform != "win32" and (locked or (locked is None and age >= OLD_SECONDS)):
            path.unlink()
    finally:
        os.close(descriptor)
    # Windows removes no open file, neither one of ours nor one of another process.
    if sys.platform == "win32" and age >= OLD_SECONDS:
        path.unlink()


def _try_to_lock(descriptor: int) -> bool | None:
    """Lock an open file until it is closed; False when another holds the lock, None where there are no locks."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return False if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
        return True
    return None


def _label(target: Path) -> str:
    """Return the target's name, cut so that the temporary name stays possible."""
    return os.fsencode(target.name)[:_LONGEST_LABEL].decode("utf-8", "ignore")
