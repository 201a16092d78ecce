"""What every part of the benchmark is told, and what it gives back."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.benchmarks.machine import Limits, measure_limits
from tests.benchmarks.tables import Table
from tests.benchmarks.timing import Effort
from tests.benchmarks.workloads import Workload


class UnavailableError(Exception):
    """Something that a part needs is not there; the message says what."""


@dataclass(frozen=True)
class Settings:
    """How to measure.

    Attributes:
        threads: for both frameworks.
        networks: which of the five.
        quick: for a look in a minute: fewer repeats and fewer sizes.
    """

    threads: int
    networks: tuple[Workload, ...]
    quick: bool = False

    @cached_property
    def limits(self) -> Limits:
        """The most that these threads can do, measured once."""
        return measure_limits(self.threads, 5 if self.quick else 9)

    @property
    def effort(self) -> Effort:
        """How long one contest may take."""
        return Effort(fewest=6, most=6) if self.quick else Effort()

    @property
    def long_effort(self) -> Effort:
        """How long a contest may take where one repeat is a pass over all images, which is its own rehearsal."""
        fewest, most = (1, 3) if self.quick else (3, 7)
        return Effort(fewest, most, seconds=2.0 if self.quick else 7.0, by_turn=1, rehearses=False)


@dataclass(frozen=True)
class Result:
    """What a part measured: everything, as plain data for the JSON file, and tables for people. Times are seconds."""

    data: Any
    tables: tuple[Table, ...] = field(default=())
