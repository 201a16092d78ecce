"""Numbers of runs that no two windows use: a counter in the folder of all runs, which one program at a time changes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile

from tinyml.core import StorageError
from tinyml.core.files import read_bounded, show_path, write_atomically

_COUNTER, _LOCK = ".last-number", ".last-number.lock"
_WAIT_MS = 5000
"""How long a program waits for another one to take its number; that takes some milliseconds."""
_LONGEST = 20
"""Most bytes of the counter."""


def take_number(folder: Path, wanted: int, find_largest: Callable[[], int]) -> int:
    """Return a number for a new run that no other run has, and none will get.

    Arguments:
        folder: of all runs; made if it is missing.
        wanted: the smallest number to take.
        find_largest: returns the largest number of all runs. Called if the counter is missing or damaged.

    Raises `StorageError` if the counter cannot be written, or if another program does not let go of it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The run cannot be kept in '{show_path(folder)}': {error.strerror}.") from error
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # that of a program that died is stale all the same
    if not lock.tryLock(_WAIT_MS):
        raise StorageError(f"The run gets no number of its own: '{show_path(folder / _LOCK)}' cannot be locked.")
    try:
        last = _read(folder / _COUNTER)
        number = max(wanted, (find_largest() if last is None else last) + 1)
        write_atomically(folder / _COUNTER, str(number).encode())
        return number
    finally:
        lock.unlock()


def _read(path: Path) -> int | None:
    try:
        text = read_bounded(path, _LONGEST)
    except StorageError:
        return None
    return int(text) if text.isdigit() else None
