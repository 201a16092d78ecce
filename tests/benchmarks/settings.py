"""Settings and results of the parts of the benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
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
        workers: numbers of workers to measure, in ascending order: threads of PyTorch; processes and threads of tinyml.
        networks: the networks to measure.
        quick: True for fewer repeats and sizes, which takes some minutes.
    """

    workers: tuple[int, ...]
    networks: tuple[Workload, ...]
    quick: bool = False

    @property
    def most_workers(self) -> int:
        """The largest number of workers, for parts that measure with one number."""
        return self.workers[-1]

    def limits(self, workers: int) -> Limits:
        """Return the highest rates of so many threads; they are measured once."""
        return _limits(workers, 5 if self.quick else 9)

    @property
    def effort(self) -> Effort:
        """Number and length of the repeats of one comparison."""
        return Effort(fewest=6, most=6) if self.quick else Effort(fewest=9, most=45, seconds=3.0)

    @property
    def long_effort(self) -> Effort:
        """The same for a comparison whose repeat is a pass over all images; it needs no warm-up in each turn."""
        fewest, most = (1, 3) if self.quick else (3, 7)
        return Effort(fewest, most, seconds=2.0 if self.quick else 7.0, by_turn=1, rehearses=False)


@dataclass(frozen=True)
class Target:
    """A figure that should reach a bar.

    Attributes:
        name: of the figure.
        value: what was measured.
        bar: what it should be at least, or at most.
        at_most: True if the bar is a maximum.
    """

    name: str
    value: float
    bar: float
    at_most: bool = False

    @property
    def is_reached(self) -> bool:
        """True if the value is on the right side of the bar."""
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def __str__(self) -> str:
        return f"{self.name} {self.value:.2f} (bar {self.bar:.2f})"


@dataclass(frozen=True)
class Result:
    """Result of a part: all data for the JSON file, with times in seconds, the tables to print, and the targets."""

    data: Any
    tables: tuple[Table, ...] = field(default=())
    targets: tuple[Target, ...] = field(default=())


def describe_targets(targets: Sequence[Target]) -> str:
    """Say in one line which targets are reached.

    >>> describe_targets([Target("W1", 4.2, 4.0), Target("W2", 1.9, 2.0), Target("memory", 300, 200, at_most=True)])
    'Bars reached: 1 of 3. Not reached: W2 1.90 (bar 2.00), memory 300.00 (bar 200.00).'
    """
    missed = [str(target) for target in targets if not target.is_reached]
    count = f"Bars reached: {len(targets) - len(missed)} of {len(targets)}."
    return f"{count} Not reached: {', '.join(missed)}." if missed else count


@cache
def _limits(workers: int, repeats: int) -> Limits:
    return measure_limits(workers, repeats)
