"""How much of the machine other programs take while a test measures times."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Return the processor time that everything on the machine has taken, and what a hypervisor took from it."""
    user, nice, system, _idle, _waiting, *others = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + sum(others)) / _TICKS


def processor_seconds(process_id: int) -> float:
    """Return the processor time that a process has taken, with all its threads."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class OtherLoad:
    """Measures from now on what programs other than these processes and this one take.

    Arguments:
        process_ids: of the processes that belong to the test.
    """

    def __init__(self, process_ids: Sequence[int]) -> None:
        self._process_ids = [*process_ids, os.getpid()]
        self._start, self._others = time.monotonic(), self._other_seconds()

    def cores(self) -> float:
        """Return how many cores the others have kept busy, on average."""
        return (self._other_seconds() - self._others) / (time.monotonic() - self._start)

    def _other_seconds(self) -> float:
        return busy_seconds() - sum(map(processor_seconds, self._process_ids))
