"""The gain of each number of workers in training, compared with what the machine allows.

On many machines a core becomes slower while its neighbours work: they share memory, the last cache and power, and on
a virtual machine the same core. So the table also has the gain of independent copies: as many processes as workers,
each with one worker, its share of the batch, and nothing to wait for. Each has a processor of its own where the system
allows it. Their gain is what the machine allows for shares of this size.

Each time comes from new processes, because a process that has changed its number of workers is not like a user's.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from tests.benchmarks.compare_processes import ROOT
from tests.benchmarks.settings import Result, Settings, Target, UnavailableError
from tests.benchmarks.tables import NOTHING, Table, milliseconds, reached
from tests.benchmarks.timing import Timing, summarise

BATCHES = {"W3": 128, "W4": 128, "W5": 64}
"""Batch size of each network."""
SMALLEST_SHARE = 0.8
"""Target: gain divided by the number of workers."""
_ROUNDS = 3


def measure(settings: Settings) -> Result:
    """Time the training step with each number of workers, and of independent copies, in turn."""
    rows: list[dict[str, Any]] = []
    counts = sorted({1, *settings.workers})
    for name in (workload.name for workload in settings.networks if workload.name in BATCHES):
        rows += _measure_network(name, BATCHES[name], counts, settings.quick)
    table = Table(
        "Scaling of the training step",
        (
            "network",
            "batch",
            "workers",
            "ms",
            "gain",
            "bar",
            "reached",
            "one copy ms",
            "copies ms",
            "copies gain",
            "of copies",
        ),
        tuple(_cells(row) for row in rows),
        (
            "Gain: the time of one worker / this time. Copies: as many independent processes as workers, at the same "
            "time, each on a processor of its own,",
            "with one worker and batch / workers examples; their gain compares examples per second. One copy: the same "
            "alone. Of copies: gain / gain of the copies.",
        ),
    )
    targets = tuple(
        Target(f"gain of {row['network']} at {row['workers']} workers", row["gain"], SMALLEST_SHARE * row["workers"])
        for row in rows
        if row["workers"] > 1
    )
    return Result(rows, (table,), targets)


def _measure_network(name: str, batch: int, counts: Sequence[int], quick: bool) -> list[dict[str, Any]]:
    alone: dict[int, list[float]] = {count: [] for count in counts}
    copies: dict[int, list[float]] = {count: [] for count in counts if count > 1}
    one_copy: dict[int, list[float]] = {count: [] for count in copies}
    for number in range(1 if quick else _ROUNDS):
        print(f"  {name}, round {number + 1}", file=sys.stderr, flush=True)
        for count in counts:
            alone[count] += _seconds_of_steps(name, batch, workers=count)
        for count, samples in copies.items():
            one_copy[count] += _seconds_of_steps(name, batch // count)
            rates = [1 / seconds for seconds in _seconds_of_steps(name, batch // count, copies=count)]
            samples.append(count / sum(rates))  # the step whose rate is the mean of all copies
    first = summarise(alone[1]).median
    return [
        {
            "network": name,
            "batch": batch,
            "workers": count,
            "seconds": summarise(alone[count]),
            "gain": first / summarise(alone[count]).median,
            "one_copy_seconds": summarise(one_copy[count]) if count in copies else None,
            "copies_seconds": summarise(copies[count]) if count in copies else None,
            "copies_gain": _gain(first, batch, count, summarise(copies[count])) if count in copies else None,
        }
        for count in counts
    ]


def _gain(first: float, batch: int, count: int, copies: Timing) -> float:
    """Return the examples per second of all copies, divided by those of one worker with the whole batch."""
    return (count * (batch // count) / copies.median) / (batch / first)


def _seconds_of_steps(name: str, batch: int, *, workers: int = 1, copies: int = 1) -> list[float]:
    """Return the median step of each of several processes that measure at the same time."""
    program = "tests.benchmarks.one_step"
    command = [sys.executable, "-m", program, name, f"--batch={batch}", f"--workers={workers}"]
    processors = sorted(os.sched_getaffinity(0)) if copies > 1 and hasattr(os, "sched_getaffinity") else []
    with ExitStack() as running:
        started = []
        for number in range(copies):
            place = [f"--processor={processors[number]}"] if number < len(processors) else []
            process = subprocess.Popen(
                command + place,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.append(running.enter_context(process))
        for process in started:
            _read_line(process)
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return [float(_read_line(process)) for process in started]


def _read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        message = process.communicate()[1].strip() or "no message"
        raise UnavailableError(f"A process with a training step failed: {message.splitlines()[-1]}")
    return line


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    cells = (row["network"], str(row["batch"]), str(row["workers"]), milliseconds(row["seconds"]), f"{row['gain']:.2f}")
    if row["copies_gain"] is None:
        return (*cells, *[NOTHING] * 6)
    bar = SMALLEST_SHARE * row["workers"]
    return (
        *(*cells, f"{bar:.1f}", reached(row["gain"], bar)),
        *(milliseconds(row["one_copy_seconds"]), milliseconds(row["copies_seconds"])),
        *(f"{row['copies_gain']:.2f}", f"{row['gain'] / row['copies_gain']:.0%}"),
    )
