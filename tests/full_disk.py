"""A disk that is full: writing, forcing to disk and renaming fail from a chosen operation on."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tinyml.core import StorageError

_MOST = 1000


@contextmanager
def full_disk_after(operations: int = _MOST, renames: int = _MOST) -> Iterator[None]:
    """Let operations on files fail after some of them.

    A rename that fails is followed by renames that succeed: to put an old file back takes no space.

    Arguments:
        operations: making a file or folder, forcing it to disk, and renaming it succeed so many times together.
        renames: renaming succeeds so many times.
    """
    real = {"fsync": os.fsync, "replace": os.replace, "open": os.open, "mkdir": os.mkdir}
    tried: list[str] = []

    def fails(name: str) -> bool:
        tried.append(name)
        if name == "replace":
            return len(tried) == operations + 1 or tried.count(name) == renames + 1
        return len(tried) > operations

    def guarded(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            only_reads = name == "open" and not arguments[1] & os.O_CREAT
            if not only_reads and fails(name):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real[name](*arguments, **named)  # type: ignore[operator]

        return call

    with patch.multiple(os, **{name: guarded(name) for name in real}):
        yield


def every_full_disk(action: Callable[[], object]) -> Iterator[str]:
    """Repeat an action on a disk that fills at its first operation, at its second one, …, until the action succeeds.

    Arguments:
        action: writes files.

    Yields the message of each error, so that the caller can check what is there.
    """
    for operations in range(_MOST):
        with full_disk_after(operations):
            try:
                action()
            except StorageError as error:
                message = str(error)
            else:
                return
        yield message
    raise AssertionError("The action never succeeded.")
