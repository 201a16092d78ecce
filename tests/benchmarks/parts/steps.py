"""Training steps and inference of the five networks, compared with PyTorch in both its layouts."""

import math
import sys
from collections.abc import Mapping
from typing import Any

import torch

from tests.benchmarks import ours, pytorch
from tests.benchmarks.cost_model import network_cost, total
from tests.benchmarks.settings import Result, Settings
from tests.benchmarks.tables import NOTHING, Table, milliseconds, reached
from tests.benchmarks.timing import Timing, take_turns
from tests.benchmarks.workloads import Workload, draw_batch

Implementations = dict[str, ours.Implementation | pytorch.Implementation]


def measure(settings: Settings) -> Result:
    """Time training step and inference for each network and batch size."""
    rows: dict[str, list[dict[str, Any]]] = {"training step": [], "inference": []}
    for workload in settings.networks:
        for batch in workload.batches:
            if settings.quick and batch not in workload.bars:
                continue
            print(f"  {workload.name}, batch {batch}", file=sys.stderr, flush=True)
            implementations = make_implementations(workload, batch)
            steps = {name: implementation.train_step for name, implementation in implementations.items()}
            rows["training step"].append(
                _row(workload, batch, take_turns(steps, settings.effort), _operations(workload, batch)["training"])
            )
            require_finite(implementations)
            timings = _time_inference(implementations, settings)
            rows["inference"].append(_row(workload, batch, timings, _operations(workload, batch)["inference"]))
    return Result(
        {"limits": settings.limits, **rows},
        tuple(_table(title, entries, settings) for title, entries in rows.items()),
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


def _time_inference(implementations: Implementations, settings: Settings) -> dict[str, Timing]:
    for implementation in implementations.values():
        if isinstance(implementation, pytorch.Implementation):
            implementation.model.eval()
    with torch.no_grad():
        return take_turns(
            {name: implementation.infer for name, implementation in implementations.items()}, settings.effort
        )


def _operations(workload: Workload, batch: int) -> Mapping[str, int]:
    costs = network_cost(ours.inferred_layers(workload), batch, workload.momentum > 0)
    return {
        "training": total([cost.training for cost in costs]).operations,
        "inference": total([cost.forward for cost in costs]).operations,
    }


def _row(workload: Workload, batch: int, timings: dict[str, Timing], operations: int) -> dict[str, Any]:
    bar, ratio = workload.bars.get(batch), timings[pytorch.NAME].median / timings[ours.NAME].median
    return {
        "network": workload.name,
        "batch": batch,
        "seconds": timings,
        "operations": operations,
        "ratio": ratio,
        "bar": bar,
        "reached": None if bar is None else ratio >= bar,
    }


def _table(title: str, rows: list[dict[str, Any]], settings: Settings) -> Table:
    return Table(
        f"{title.capitalize()}, {settings.threads} threads",
        (
            *("network", "batch", "ours ms", "PyTorch ms", "channels_last ms", "ratio"),
            *("ours GFLOP/s", "of sgemm", "bar", "reached"),
        ),
        tuple(_cells(row, settings.limits.operations) for row in rows),
        (
            "Medians with quartiles. Ratio: PyTorch in its default layout / ours. "
            f"sgemm: {settings.limits.operations / 1e9:.0f} GFLOP/s in one large matrix product.",
        ),
    )


def _cells(row: dict[str, Any], limit: float) -> tuple[str, ...]:
    timings: dict[str, Timing] = row["seconds"]
    rate = row["operations"] / timings[ours.NAME].median
    times = (milliseconds(timings.get(name)) for name in (ours.NAME, pytorch.NAME, pytorch.CHANNELS_LAST))
    return (
        *(row["network"], str(row["batch"]), *times, f"{row['ratio']:.2f}"),
        *(f"{rate / 1e9:.1f}", f"{rate / limit:.0%}"),
        *(NOTHING if row["bar"] is None else f"{row['bar']:.2f}", reached(row["ratio"], row["bar"])),
    )
