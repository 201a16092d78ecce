"""Time of an epoch over 10 000 images, written as users write it in each framework."""

import sys
from typing import Any

import torch

from tests.benchmarks import mnist, ours, pytorch
from tests.benchmarks.parts.steps import use_workers
from tests.benchmarks.readiness import until_helpers_work
from tests.benchmarks.settings import Result, Settings
from tests.benchmarks.tables import Table
from tests.benchmarks.timing import Effort, Timing, take_turns
from tests.benchmarks.workloads import WORKLOADS, Workload

NETWORKS = ("W4", "W3")
BATCH = 128


def measure(settings: Settings) -> Result:
    """Time epochs of both frameworks in turn; the first epoch of each is the warm-up."""
    use_workers(settings.most_workers)
    data = mnist.load(2000 if settings.quick else mnist.COUNT)
    effort = settings.long_effort
    rows: list[dict[str, Any]] = []
    for name in NETWORKS:
        if WORKLOADS[name] in settings.networks:
            print(f"  {name}", file=sys.stderr, flush=True)
            timings = _time_epoch(WORKLOADS[name], data, effort)
            rows.append({"network": name, "images": len(data.inputs), "data": data.source, "seconds": timings})
    table = Table(
        f"One epoch over {len(data.inputs):,} images ({data.source}), batch {BATCH}, workers: {settings.most_workers}",
        ("network", "ours s", "PyTorch s", "ratio", "ours images/s"),
        tuple(_cells(row["network"], row["seconds"], len(data.inputs)) for row in rows),
        ("`Learner.fit`; in PyTorch, a loop over shuffled tensors in the default layout, without a DataLoader.",),
    )
    return Result(rows, (table,))


def _time_epoch(workload: Workload, data: mnist.Images, effort: Effort) -> dict[str, Timing]:
    learner, model = ours.learner(workload), pytorch.network(workload)
    inputs, labels = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
    first = slice(BATCH)

    def prepare() -> None:
        """Wait until helper processes work."""
        until_helpers_work(
            lambda: learner.batch_fit(data.inputs[first], data.labels[first]),
            learner.model,
            (BATCH, *data.inputs.shape[1:]),
        )

    return take_turns(
        {
            ours.NAME: lambda: learner.fit(data.inputs, data.labels, epochs=1, batch_size=BATCH),
            pytorch.NAME: lambda: pytorch.train_epoch(workload, model, inputs, labels, BATCH),
        },
        effort,
        preparations={ours.NAME: prepare},
    )


def _cells(network: str, timings: dict[str, Timing], images: int) -> tuple[str, ...]:
    our_time, other_time = timings[ours.NAME], timings[pytorch.NAME]
    times = (f"{timing.median:.3f} ({timing.lower:.3f}–{timing.upper:.3f})" for timing in (our_time, other_time))
    return (network, *times, f"{other_time.median / our_time.median:.2f}", f"{images / our_time.median:,.0f}")
