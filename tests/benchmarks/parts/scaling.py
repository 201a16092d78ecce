"""Training steps with different batch sizes, and with one and two threads."""

import sys
from typing import Any

import torch

from tests.benchmarks import ours, pytorch
from tests.benchmarks.machine import processors
from tests.benchmarks.parts.steps import make_implementations, require_finite
from tests.benchmarks.settings import Result, Settings
from tests.benchmarks.tables import Table, milliseconds, reached
from tests.benchmarks.timing import Effort, Timing, take_turns
from tests.benchmarks.workloads import Workload
from tinyml.core.threads import set_thread_count

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
QUICK_BATCHES = (1, 16, 128)
SMALLEST_RATIO = 0.9
THREADS = (1, 2)
THREADED = {"W3": 128, "W4": 128, "W5": 64}
"""Batch size of each network for the comparison of one and two threads."""


def measure_batches(settings: Settings) -> Result:
    """Time a training step at every batch size."""
    effort = Effort(3, 3) if settings.quick else Effort(9, 15, seconds=1.2)
    rows = []
    for workload in settings.networks:
        print(f"  {workload.name}, all batch sizes", file=sys.stderr, flush=True)
        for batch in QUICK_BATCHES if settings.quick else BATCHES:
            timings = _time_step(workload, batch, effort)
            rows.append({"network": workload.name, "batch": batch, **_entry(timings)})
    smallest = min(rows, key=lambda row: row["ratio"])
    table = Table(
        f"Training step by batch size, {settings.threads} threads",
        ("network", "batch", "ours ms", "PyTorch ms", "ratio", "bar", "reached"),
        tuple((*_cells(row), f"{SMALLEST_RATIO}", reached(row["ratio"], SMALLEST_RATIO)) for row in rows),
        (f"The smallest ratio is {smallest['ratio']:.2f}: {smallest['network']} with {smallest['batch']}.",),
    )
    return Result(rows, (table,))


def measure_threads(settings: Settings) -> Result:
    """Time a training step with one thread and with two, in both frameworks."""
    rows = []
    try:
        for workload in settings.networks:
            for threads in THREADS:
                if workload.name in THREADED and threads <= processors():
                    print(f"  {workload.name}, threads {threads}", file=sys.stderr, flush=True)
                    use_threads(threads)
                    timings = _time_step(workload, THREADED[workload.name], settings.effort)
                    entry = {"network": workload.name, "batch": THREADED[workload.name], "threads": threads}
                    rows.append({**entry, **_entry(timings)})
    finally:
        use_threads(settings.threads)
    single = {row["network"]: row for row in rows if row["threads"] == 1}
    table = Table(
        "Training step by threads",
        ("network", "batch", "threads", "ours ms", "PyTorch ms", "ratio", "ours gains", "PyTorch gains"),
        tuple((*_cells(row, "threads"), *_gains(single[row["network"]], row)) for row in rows),
        ("Gains: the time with one thread / the time with this number of threads.",),
    )
    return Result(rows, (table,))


def use_threads(threads: int) -> None:
    """Set the number of threads of both frameworks."""
    torch.set_num_threads(threads)
    set_thread_count(threads)


def _time_step(workload: Workload, batch: int, effort: Effort) -> dict[str, Timing]:
    implementations = make_implementations(workload, batch, both_layouts=False)
    timings = take_turns({name: implementation.train_step for name, implementation in implementations.items()}, effort)
    require_finite(implementations)
    return timings


def _entry(timings: dict[str, Timing]) -> dict[str, Any]:
    return {"seconds": timings, "ratio": timings[pytorch.NAME].median / timings[ours.NAME].median}


def _cells(row: dict[str, Any], *further: str) -> tuple[str, ...]:
    times = (milliseconds(row["seconds"][name]) for name in (ours.NAME, pytorch.NAME))
    return (row["network"], str(row["batch"]), *(str(row[name]) for name in further), *times, f"{row['ratio']:.2f}")


def _gains(single: dict[str, Any], row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{single['seconds'][name].median / row['seconds'][name].median:.2f}" for name in (ours.NAME, pytorch.NAME)
    )
