"""Training steps and inference of the five networks, beside PyTorch in both its layouts."""

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

Contestants = dict[str, ours.Contestant | pytorch.Contestant]


def measure(settings: Settings) -> Result:
    """Time them, one network and batch size after the other."""
    rows: dict[str, list[dict[str, Any]]] = {"training step": [], "inference": []}
    for workload in settings.networks:
        for batch in workload.batches:
            if settings.quick and batch not in workload.bars:
                continue
            print(f"  {workload.name}, batch {batch}", file=sys.stderr, flush=True)
            contestants = make_contestants(workload, batch)
            steps = {name: contestant.train_step for name, contestant in contestants.items()}
            rows["training step"].append(
                _row(workload, batch, take_turns(steps, settings.effort), _operations(workload, batch)["training"])
            )
            require_finite(contestants)
            timings = _time_inference(contestants, settings)
            rows["inference"].append(_row(workload, batch, timings, _operations(workload, batch)["inference"]))
    return Result(
        {"limits": settings.limits, **rows},
        tuple(_table(title, entries, settings) for title, entries in rows.items()),
    )


def make_contestants(workload: Workload, batch: int, *, both_layouts: bool = True) -> Contestants:
    """Make the networks, all for the same batch, and see that they are the same on paper."""
    inputs, targets = draw_batch(workload, batch)
    contestants: Contestants = {
        ours.NAME: ours.Contestant(workload, inputs, targets),
        pytorch.NAME: pytorch.Contestant(workload, inputs, targets),
    }
    if both_layouts and workload.has_maps:
        contestants[pytorch.CHANNELS_LAST] = pytorch.Contestant(workload, inputs, targets, channels_last=True)
    shapes = {name: contestant.parameter_shapes for name, contestant in contestants.items()}
    if any(others != shapes[ours.NAME] for others in shapes.values()):
        raise AssertionError(f"{workload.name} is not the same network everywhere: {shapes}.")
    return contestants


def require_finite(contestants: Contestants) -> None:
    """See that training went on to the end: one that diverged has less to do."""
    for name, contestant in contestants.items():
        if not math.isfinite(contestant.last_loss()):
            raise AssertionError(f"{name} diverged, so its times mean nothing.")


def _time_inference(contestants: Contestants, settings: Settings) -> dict[str, Timing]:
    for contestant in contestants.values():
        if isinstance(contestant, pytorch.Contestant):
            contestant.model.eval()
    with torch.no_grad():
        return take_turns({name: contestant.infer for name, contestant in contestants.items()}, settings.effort)


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
