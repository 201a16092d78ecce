"""Turns between the processes that run the tests: most tests run beside others, a test marked `alone` runs alone.

The locks are on this file and on its folder, so nothing is written. A test that waits to run alone keeps the entrance
locked, so that no other test can begin before it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_ENTRANCE, _ROOM = Path(__file__), Path(__file__).parent


@contextmanager
def beside_others() -> Iterator[None]:
    """Wait until no test runs alone, then run beside other tests."""
    with ExitStack() as stack:
        with _locked(_ENTRANCE, fcntl.LOCK_EX):
            stack.enter_context(_locked(_ROOM, fcntl.LOCK_SH))
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Wait for the end of the other tests, then run alone."""
    with _locked(_ENTRANCE, fcntl.LOCK_EX), _locked(_ROOM, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
