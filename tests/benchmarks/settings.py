"""Settings and results of the parts of the benchmark."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.benchmarks.machine import Limits, measure_limits
from tests.benchmarks.tables import Table
from tests.benchmarks.timing import Effort
from tests.benchmarks.workloads import Workload


class UnavailableError(Exception):
    """A part cannot run; the message names the thing that is missing."""


@dataclass(frozen=True)
class Settings:
    """Settings of a measurement.

    Attributes:
        threads: number of threads of each framework.
        networks: the networks to measure.
        quick: True for fewer repeats and sizes, which takes a minute or two.
    """

    threads: int
    networks: tuple[Workload, ...]
    quick: bool = False

    @cached_property
    def limits(self) -> Limits:
        """Highest rates of these threads, measured once."""
        return measure_limits(self.threads, 5 if self.quick else 9)

    @property
    def effort(self) -> Effort:
        """Number and length of the repeats of one comparison."""
        return Effort(fewest=6, most=6) if self.quick else Effort()

    @property
    def long_effort(self) -> Effort:
        """The same for a comparison whose repeat is a pass over all images; it needs no warm-up in each turn."""
        fewest, most = (1, 3) if self.quick else (3, 7)
        return Effort(fewest, most, seconds=2.0 if self.quick else 7.0, by_turn=1, rehearses=False)


@dataclass(frozen=True)
class Result:
    """Result of a part: all data for the JSON file, with times in seconds, and the tables to print."""

    data: Any
    tables: tuple[Table, ...] = field(default=())
