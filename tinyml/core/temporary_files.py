"""Temporary files for atomic writing, and the removal of those that killed processes left.

A temporary file is called `.NAME.xxxxxxxx.tmp`: NAME is the file that it will replace, and the x are eight random
hexadecimal digits. The process that writes it holds a lock, which the system releases when the process ends, even by a
kill. So a file without a lock is abandoned. Process ids would not work: systems use them again, and another machine or
container that shares the folder does not know them. If a file system has no locks, a file is abandoned when it is old.

Python's `tempfile` has no such locks, so it cannot know which files are abandoned.
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
"""No file takes so long to write."""
_NAME = re.compile(r"\.(?P<label>.*)\.[0-9a-f]{8}\.tmp", re.DOTALL)
_LONGEST_LABEL = 200
"""In bytes; file systems allow names of 255 bytes."""


def create_temporary(target: Path) -> tuple[int, Path]:
    """Make an empty temporary file that will replace `target`.

    It has the permissions of any new file of this user. Returns its open descriptor, which holds the lock, and its
    path. Raises `OSError`, as `os.open` does.
    """
    while True:
        temporary = target.with_name(f".{_label(target)}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            # Another process may have removed it as abandoned before it was locked.
            if try_to_lock(descriptor) is not False and temporary.exists():
                return descriptor, temporary
        except BaseException:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise
        os.close(descriptor)


def remove_leftovers(target: Path, others_after: float = OLD_SECONDS) -> None:
    """Remove the temporary files that killed processes left in the folder of `target`.

    Files that a running process is writing stay, and so do files that cannot be removed.

    Arguments:
        target: a file; its path has no links. Abandoned files that should replace it are removed at any age.
        others_after: age in seconds from which abandoned files of other names are removed too.

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
        locked = try_to_lock(descriptor)
        if sys.platform != "win32" and (locked or (locked is None and age >= OLD_SECONDS)):
            path.unlink()
    finally:
        os.close(descriptor)
    # Windows cannot remove an open file, of this or another process.
    if sys.platform == "win32" and age >= OLD_SECONDS:
        path.unlink()


def try_to_lock(descriptor: int) -> bool | None:
    """Lock an open file until it is closed.

    Arguments:
        descriptor: of the open file.

    Returns False if another process holds the lock, None if there are no locks.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return False if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
        return True
    return None


def _label(target: Path) -> str:
    """Return the target's name, cut so that the temporary name is not too long."""
    return os.fsencode(target.name)[:_LONGEST_LABEL].decode("utf-8", "ignore")
