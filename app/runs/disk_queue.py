"""A queue of work on the disk in a background thread. What must be written is written even if the window closes."""

import sys
from collections import deque
from collections.abc import Callable
from threading import Event
from typing import Any

from app.jobs import LONGEST_SAVE, BackgroundRunner, Job
from tinyml.core import TinymlError


class Write:
    """A change of the disk that must happen even if the window closes before its turn comes.

    Arguments:
        function: called once, without arguments.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function, self._begun = function, Event()

    @property
    def waits(self) -> bool:
        """True until the call."""
        return not self._begun.is_set()

    def __call__(self) -> Any:
        self._begun.set()
        return self._function()


class DiskQueue:
    """Calls functions one after the other in a background thread."""

    def __init__(self) -> None:
        self._runner = BackgroundRunner()
        self._writes: deque[Write] = deque()

    def submit(self, function: Callable[[], Any]) -> Job:
        """Queue a function, and return the handle of its call.

        Arguments:
            function: called without arguments. `shutdown` calls a `Write` that still waits.
        """
        while self._writes and not self._writes[0].waits:
            self._writes.popleft()
        if isinstance(function, Write):
            self._writes.append(function)
        return self._runner.submit(function)

    def shutdown(self) -> None:
        """Cancel all reading, finish all writing, and end the thread. No signal of a job follows."""
        self._runner.shutdown(LONGEST_SAVE)
        for write in self._writes:
            if write.waits:
                try:
                    write()
                except TinymlError as error:
                    # The window is closing, so there is no place to show it.
                    print(error, file=sys.stderr)
        self._writes.clear()
