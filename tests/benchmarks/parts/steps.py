"""Training steps and inference of the five networks, compared with PyTorch in both its layouts."""

import math
import sys
from collections.abc import Mapping
from typing import Any

import torch

from tests.benchmarks import ours, pytorch
from tests.benchmarks.cost_model import network_cost, total
from tests.benchmarks.machine import Limits
from tests.benchmarks.settings import Result, Settings, Target
from tests.benchmarks.tables import NOTHING, Table, milliseconds, reached
from tests.benchmarks.timing import Effort, Timing, take_turns
from tests.benchmarks.workloads import Workload, draw_batch
from tinyml.core.threads import set_thread_count

Implementations = dict[str, ours.Implementation | pytorch.Implementation]


def measure(settings: Settings) -> Result:
    """Time training step and inference for each network, batch size and number of workers."""
    rows: dict[str, list[dict[str, Any]]] = {"training": [], "inference": []}
    for workers in settings.workers:
        use_workers(workers)
        for workload in settings.networks:
            for batch in workload.batches:
                # Batch sizes without a bar are measured once, with all workers.
                if batch in workload.bars or (workers == settings.most_workers and not settings.quick):
                    _measure_batch(workload, batch, workers, settings, rows)
    targets = tuple(
        Target(f"{kind} of {row['network']} ({row['batch']}) at {row['workers']} workers", row["ratio"], row["bar"])
        for kind, entries in rows.items()
        for row in entries
        if row["bar"] is not None
    )
    limits = {workers: settings.limits(workers) for workers in settings.workers}
    titles = {"training": "Training step", "inference": "Inference"}
    tables = tuple(_table(titles[kind], entries, limits) for kind, entries in rows.items())
    return Result({"limits": limits, **rows}, tables, targets)


def use_workers(count: int) -> None:
    """Set the number of workers: threads of PyTorch; processes and threads of tinyml."""
    torch.set_num_threads(count)
    set_thread_count(count)


def _measure_batch(
    workload: Workload, batch: int, workers: int, settings: Settings, rows: dict[str, list[dict[str, Any]]]
) -> None:
    """Append a row for training and one for inference."""
    print(f"  {workload.name}, batch {batch}, workers {workers}", file=sys.stderr, flush=True)
    implementations = make_implementations(workload, batch)
    operations, bars = _operations(workload, batch), workload.bars.get(batch)
    for kind in rows:
        time_it = time_training if kind == "training" else _time_inference
        timings = time_it(implementations, settings.effort)
        require_finite(implementations)
        bar = getattr(bars, kind) if bars is not None and workers >= bars.workers else None
        ratio = timings[pytorch.NAME].median / timings[ours.NAME].median
        rows[kind].append(
            {
                "network": workload.name,
                "batch": batch,
                "workers": workers,
                "seconds": timings,
                "operations": operations[kind],
                "ratio": ratio,
                "bar": bar,
            }
        )


def make_implementations(workload: Workload, batch: int, *, both_layouts: bool = True) -> Implementations:
    """Build the networks for one batch, and check that their parameters have the same shapes."""
    inputs, targets = draw_batch(workload, batch)
    implementations: Implementations = {
        ours.NAME: ours.Implementation(workload, inputs, targets),
        pytorch.NAME: pytorch.Implementation(workload, inputs, targets),
    }
    if both_layouts and workload.has_maps:
        implementations[pytorch.CHANNELS_LAST] = pytorch.Implementation(workload, inputs, targets, channels_last=True)
    shapes = {name: implementation.parameter_shapes for name, implementation in implementations.items()}
    if any(others != shapes[ours.NAME] for others in shapes.values()):
        raise AssertionError(f"{workload.name} is not the same network in both frameworks: {shapes}.")
    return implementations


def require_finite(implementations: Implementations) -> None:
    """Raise `AssertionError` if a training diverged, because then it has less to compute."""
    for name, implementation in implementations.items():
        if not math.isfinite(implementation.last_loss()):
            raise AssertionError(f"{name} diverged, so its times mean nothing.")


def time_training(implementations: Implementations, effort: Effort) -> dict[str, Timing]:
    """Time the training step of each implementation, in turn."""
    return take_turns(
        {name: implementation.train_step for name, implementation in implementations.items()},
        effort,
        preparations={
            name: implementation.prepare_training
            for name, implementation in implementations.items()
            if isinstance(implementation, ours.Implementation)
        },
    )


def _time_inference(implementations: Implementations, effort: Effort) -> dict[str, Timing]:
    preparations = {}
    for name, implementation in implementations.items():
        if isinstance(implementation, pytorch.Implementation):
            implementation.model.eval()
        else:
            preparations[name] = implementation.prepare_inference
    with torch.no_grad():
        return take_turns(
            {name: implementation.infer for name, implementation in implementations.items()},
            effort,
            preparations=preparations,
        )


def _operations(workload: Workload, batch: int) -> Mapping[str, int]:
    costs = network_cost(ours.inferred_layers(workload), batch, workload.momentum > 0)
    return {
        "training": total([cost.training for cost in costs]).operations,
        "inference": total([cost.forward for cost in costs]).operations,
    }


def _table(title: str, rows: list[dict[str, Any]], limits: Mapping[int, Limits]) -> Table:
    rates = ", ".join(f"{limit.operations / 1e9:.0f} ({workers})" for workers, limit in limits.items())
    return Table(
        title,
        (
            *("network", "batch", "workers", "ours ms", "PyTorch ms", "channels_last ms", "ratio"),
            *("ours GFLOP/s", "of sgemm", "bar", "reached"),
        ),
        tuple(_cells(row, limits[row["workers"]].operations) for row in rows),
        (
            "Medians with quartiles. Ratio: PyTorch in its default layout / ours. "
            f"sgemm: GFLOP/s in one large matrix product, by threads: {rates}.",
        ),
    )


def _cells(row: dict[str, Any], limit: float) -> tuple[str, ...]:
    timings: dict[str, Timing] = row["seconds"]
    rate = row["operations"] / timings[ours.NAME].median
    times = (milliseconds(timings.get(name)) for name in (ours.NAME, pytorch.NAME, pytorch.CHANNELS_LAST))
    return (
        *(row["network"], str(row["batch"]), str(row["workers"]), *times, f"{row['ratio']:.2f}"),
        *(f"{rate / 1e9:.1f}", f"{rate / limit:.0%}"),
        *(NOTHING if row["bar"] is None else f"{row['bar']:.2f}", reached(row["ratio"], row["bar"])),
    )
