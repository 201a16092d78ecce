"""Time of each layer in a plain pass, compared with its least time in the cost model.

The pass calls `forward` of each layer, and then `backward` of each layer in reverse order, on one thread. The first
layer only calls `accumulate_parameter_gradients`, because the gradient of the images is not used. As in a training
step, the layers up to Flatten get a part of the batch, and their times are multiplied by the number of parts; the other
layers get the whole batch. The limits are those of one thread. A training step uses all workers; the part `scaling`
shows the gain.
"""

import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.benchmarks import ours
from tests.benchmarks.cost_model import LayerCost, network_cost
from tests.benchmarks.machine import Limits
from tests.benchmarks.settings import Result, Settings
from tests.benchmarks.tables import NOTHING, Table, milliseconds
from tests.benchmarks.timing import Timing, summarise
from tests.benchmarks.workloads import Workload, draw_batch
from tinyml.core.threads import set_thread_count
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer

NETWORKS = {"W3": 128, "W4": 128, "W5": 64}
"""Batch size of each network."""
PART = 32
"""Number of examples in a part, for the layers up to Flatten."""

Seconds = dict[str, list[float]]


def measure(settings: Settings) -> Result:
    """Time the passes and compare them with the cost model."""
    limits = settings.limits(1)
    rows: list[dict[str, Any]] = []
    set_thread_count(1)
    try:
        for workload in settings.networks:
            if workload.name in NETWORKS:
                print(f"  {workload.name}", file=sys.stderr, flush=True)
                rows += _measure_network(workload, NETWORKS[workload.name], limits, 5 if settings.quick else 15)
    finally:
        set_thread_count(settings.most_workers)
    table = Table(
        "Layers in a plain pass on one thread, and their least time",
        ("network", "layer", "forward ms", "least ms", "of limit", "backward ms", "least ms", "of limit"),
        tuple(_cells(row) for row in rows),
        (
            "Least: the longer of operations and bytes of the cost model. Over 100 %: the arrays stayed in a cache. "
            f"One thread: {limits.operations / 1e9:.0f} GFLOP/s in a large matrix product, "
            f"{limits.bytes / 1e9:.0f} GB/s in a copy. "
            f"Batches of {', '.join(f'{batch} ({name})' for name, batch in NETWORKS.items())}.",
        ),
    )
    return Result({"limits": limits, "rows": rows}, (table,))


def _measure_network(workload: Workload, batch: int, limits: Limits, repeats: int) -> list[dict[str, Any]]:
    layers, inferred_layers = ours.network(workload).layers, ours.inferred_layers(workload)
    _give_workspace(layers)
    dense = 1 + next(
        index for index, inferred in enumerate(inferred_layers) if inferred.specification.type == "Flatten"
    )
    images, _ = draw_batch(workload, PART)
    vectors = np.random.default_rng(0).random((batch, *(inferred_layers[dense].input_shape or ())), np.float32)
    timings = {
        **_time(layers[:dense], images, repeats, batch / PART, lowest=layers[0]),
        **_time(layers[dense:], vectors, repeats, 1.0),
    }
    costs = network_cost(inferred_layers, batch, workload.momentum > 0)
    return [_row(workload.name, cost, *timings[cost.name], limits) for cost in costs]


def _give_workspace(layers: Sequence[Layer]) -> None:
    """Give the layers a workspace, so that they use their arrays again in each pass, as in a training loop."""
    workspace = Workspace()
    for layer in layers:
        layer.workspace = workspace


def _time(
    layers: Sequence[Layer], inputs: np.ndarray, repeats: int, parts: float, lowest: Layer | None = None
) -> dict[str, tuple[Timing, Timing]]:
    """Repeat the pass; return the times of each layer for the whole batch, forward and backward."""
    forward: Seconds = {layer.name: [] for layer in layers}
    backward: Seconds = {layer.name: [] for layer in layers}
    for _ in range(repeats + 2):
        _pass(layers, inputs, forward, backward, lowest)
    return {
        layer.name: (_summarise(forward[layer.name][2:], parts), _summarise(backward[layer.name][2:], parts))
        for layer in layers  # the first two passes are the warm-up
    }


def _pass(
    layers: Sequence[Layer], inputs: np.ndarray, forward: Seconds, backward: Seconds, lowest: Layer | None
) -> None:
    value = inputs
    for layer in layers:
        start = time.perf_counter()
        value = layer.forward(value)
        forward[layer.name].append(time.perf_counter() - start)
    gradient = np.full_like(value, 0.01)
    for layer in reversed(layers):
        start = time.perf_counter()
        if layer is lowest:
            layer.accumulate_parameter_gradients(gradient)
        else:
            gradient = layer.backward(gradient)
        backward[layer.name].append(time.perf_counter() - start)
        layer.zero_grad()


def _summarise(samples: list[float], parts: float) -> Timing:
    return summarise([parts * seconds for seconds in samples])


def _row(network: str, cost: LayerCost, forward: Timing, backward: Timing, limits: Limits) -> dict[str, Any]:
    return {
        "network": network,
        "layer": cost.name,
        "cost": cost,
        "forward_seconds": forward,
        "backward_seconds": backward,
        "least_forward_seconds": cost.forward.least_seconds(limits),
        "least_backward_seconds": cost.least_backward_seconds(limits),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    cells = [row["network"], row["layer"]]
    for way in ("forward", "backward"):
        timing, least = row[f"{way}_seconds"], row[f"least_{way}_seconds"]
        cells += [milliseconds(timing), f"{1e3 * least:.2f}", f"{least / timing.median:.0%}" if least else NOTHING]
    return tuple(cells)
