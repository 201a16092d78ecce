"""The processor time that other programs use while a test measures times."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Return the processor time of all programs on the machine, plus the time that a hypervisor took away."""
    user, nice, system, _idle, _waiting, *others = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + sum(others)) / _TICKS


def processor_seconds(process_id: int) -> float:
    """Return the processor time of a process with all its threads, in seconds."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class OtherLoad:
    """Measures the processor time of all programs that do not belong to the test, from now on.

    Arguments:
        process_ids: the processes that belong to the test, apart from this one.
    """

    def __init__(self, process_ids: Sequence[int]) -> None:
        self._process_ids = [*process_ids, os.getpid()]
        self._start, self._others = time.monotonic(), self._other_seconds()

    def cores(self) -> float:
        """Return the mean number of cores that the other programs used."""
        return (self._other_seconds() - self._others) / (time.monotonic() - self._start)

    def _other_seconds(self) -> float:
        return busy_seconds() - sum(map(processor_seconds, self._process_ids))
