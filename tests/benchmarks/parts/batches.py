"""Training steps with batches of 1 to 1024 examples, compared with PyTorch."""

import sys
from typing import Any

from tests.benchmarks import ours, pytorch
from tests.benchmarks.parts.steps import make_implementations, require_finite, time_training, use_workers
from tests.benchmarks.settings import Result, Settings, Target
from tests.benchmarks.tables import Table, milliseconds, reached
from tests.benchmarks.timing import Effort
from tests.benchmarks.workloads import Workload

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
QUICK_BATCHES = (1, 16, 128)
SMALLEST_RATIO = 0.9
_EFFORT = Effort(3, 15, seconds=1.2)
_QUICK_EFFORT = Effort(3, 3)


def measure(settings: Settings) -> Result:
    """Time a training step at every batch size, for each number of workers."""
    rows: list[dict[str, Any]] = []
    tables = []
    for workers in settings.workers:
        use_workers(workers)
        found = [row for workload in settings.networks for row in _measure_network(workload, workers, settings.quick)]
        tables.append(_table(found, workers))
        rows += found
    targets = tuple(
        Target(f"{row['network']} ({row['batch']}) at {row['workers']} workers", row["ratio"], SMALLEST_RATIO)
        for row in rows
    )
    return Result(rows, tuple(tables), targets)


def _measure_network(workload: Workload, workers: int, quick: bool) -> list[dict[str, Any]]:
    print(f"  {workload.name}, all batch sizes, workers {workers}", file=sys.stderr, flush=True)
    rows = []
    for batch in QUICK_BATCHES if quick else BATCHES:
        implementations = make_implementations(workload, batch, both_layouts=False)
        timings = time_training(implementations, _QUICK_EFFORT if quick else _EFFORT)
        require_finite(implementations)
        ratio = timings[pytorch.NAME].median / timings[ours.NAME].median
        rows.append({"network": workload.name, "batch": batch, "workers": workers, "seconds": timings, "ratio": ratio})
    return rows


def _table(rows: list[dict[str, Any]], workers: int) -> Table:
    smallest = min(rows, key=lambda row: row["ratio"])
    return Table(
        f"Training step by batch size, workers: {workers}",
        ("network", "batch", "ours ms", "PyTorch ms", "ratio", "bar", "reached"),
        tuple(_cells(row) for row in rows),
        (f"The smallest ratio is {smallest['ratio']:.2f}: {smallest['network']} with {smallest['batch']}.",),
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    times = (milliseconds(row["seconds"][name]) for name in (ours.NAME, pytorch.NAME))
    bar = f"{SMALLEST_RATIO}", reached(row["ratio"], SMALLEST_RATIO)
    return (row["network"], str(row["batch"]), *times, f"{row['ratio']:.2f}", *bar)
