"""Processes and the processes that they have started: their memory and their processor time, from /proc on Linux."""

import os
import threading
from pathlib import Path

SAMPLED_EVERY = 0.02
"""Seconds from one measurement of the memory to the next."""

_ROOT = Path("/proc")


def descendants(process: int) -> list[int]:
    """Return the ids of all processes that a process has started, and of those that these have started.

    Arguments:
        process: its id.

    Processes that have ended are left out. The list is empty if the system does not tell.
    """
    found: list[int] = []
    for children in _ROOT.glob(f"{process}/task/*/children"):
        for child in map(int, _read(children).split()):
            found += [child, *descendants(child)]
    return found


def processor_seconds(process: int) -> float:
    """Return the processor seconds of a running process, without those of its children; 0 if it has ended."""
    fields = _read(_ROOT / str(process) / "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def memory_is_measured() -> bool:
    """Return True if this system tells the memory of a process with its share of what several processes use."""
    return bool(_read(_ROOT / "self" / "smaps_rollup"))


def memory_of(processes: list[int]) -> int:
    """Return the sum of the proportional set sizes, in bytes.

    A page that several processes use counts for each of them by its share. So the sum counts shared memory once.

    Arguments:
        processes: their ids. One that has ended counts nothing.
    """
    total = 0
    for process in processes:
        for line in _read(_ROOT / str(process) / "smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


class PeakMemory:
    """Samples the memory of a process and its descendants in a thread, until `stop`.

    Arguments:
        process: its id.

    Attributes:
        peak: the largest sum so far, in bytes.
        processes: the largest number of processes so far.
        samples: how often it was measured.
    """

    def __init__(self, process: int) -> None:
        self.peak = self.processes = self.samples = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the sampling."""
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLED_EVERY):
            processes = [self._process, *descendants(self._process)]
            self.peak = max(self.peak, memory_of(processes))
            self.processes = max(self.processes, len(processes))
            self.samples += 1


def _read(path: Path) -> str:
    """Return the text of a file; empty if it does not exist, because the process has ended or the system has none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
