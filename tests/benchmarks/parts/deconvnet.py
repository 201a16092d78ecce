"""The deconvnet on a network of W3's size: one reconstruction, and the strongest images of every map."""

import sys
from importlib import import_module
from typing import Any

import numpy as np

from tests.benchmarks import mnist, ours
from tests.benchmarks.readiness import until_helpers_work
from tests.benchmarks.settings import Result, Settings, Target
from tests.benchmarks.tables import NOTHING, Table, milliseconds, reached
from tests.benchmarks.timing import Effort, take_turns
from tests.benchmarks.workloads import WORKLOADS
from tinyml.core.threads import set_thread_count
from tinyml.net import Sequential, record
from tinyml.visualize import reconstruct

LONGEST_RECONSTRUCTION = 0.030
"""Target for one reconstruction, with its forward pass, in seconds."""
LARGEST_FACTOR = 1.5
"""Target for the search for the strongest images, in forward passes."""
RECONSTRUCTED = ("conv2d_2", "maxpool2d_1")
SEARCHED = ("relu_2", "maxpool2d_1")
PREDICTION_BATCH = 128


def measure(settings: Settings) -> Result:
    """Time the recorded pass with the reconstruction, then the search, and compare with a forward pass."""
    set_thread_count(settings.most_workers)
    data = mnist.load(1000 if settings.quick else mnist.COUNT)
    net = ours.network(WORKLOADS["W3"])
    rows = [_reconstruction(net, data.inputs[:1], layer, settings) for layer in RECONSTRUCTED]
    try:
        strongest = import_module("tinyml.visualize.strongest").strongest_examples
    except ImportError:
        note = "The strongest images are skipped, because tinyml.visualize.strongest is missing."
    else:
        note = f"The search reads {len(data.inputs):,} images ({data.source}); a forward pass over them is `predict`."
        for layer in SEARCHED:
            print(f"  strongest images of {layer}", file=sys.stderr, flush=True)
            rows.append(_search(strongest, net, data.inputs, layer, settings.long_effort))
    table = Table(
        f"Deconvnet on W3, workers: {settings.most_workers}",
        ("what", "layer", "ms", "forward pass ms", "figure", "bar", "reached"),
        tuple(_cells(row) for row in rows),
        (note,),
    )
    targets = tuple(Target(f"{row['what']}, {row['layer']}", row["figure"], row["bar"], at_most=True) for row in rows)
    return Result({"rows": rows, "note": note}, (table,), targets)


def _reconstruction(net: Sequential, image: np.ndarray, layer: str, settings: Settings) -> dict[str, Any]:
    strongest_map = int(record(net, image).entry(layer).output[0].max(axis=(1, 2)).argmax())
    timing = take_turns({"ours": lambda: reconstruct(record(net, image), layer, strongest_map)}, settings.effort)
    return {
        "what": "one reconstruction",
        "layer": layer,
        "seconds": timing["ours"],
        "figure": timing["ours"].median,
        "bar": LONGEST_RECONSTRUCTION,
    }


def _search(strongest: Any, net: Sequential, images: np.ndarray, layer: str, effort: Effort) -> dict[str, Any]:
    batch = images[:PREDICTION_BATCH]
    timings = take_turns(
        {
            "search": lambda: strongest(net, images, layer, count=9),
            "forward pass": lambda: net.predict(images, PREDICTION_BATCH),
        },
        effort,
        preparations={"search": lambda: until_helpers_work(lambda: net.predict(batch), net, batch.shape)},
    )
    return {
        "what": "nine strongest images of each map",
        "layer": layer,
        "seconds": timings["search"],
        "forward_seconds": timings["forward pass"],
        "figure": timings["search"].median / timings["forward pass"].median,
        "bar": LARGEST_FACTOR,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    forward = row.get("forward_seconds")
    figure, bar = (
        (f"{1e3 * row['figure']:.1f} ms", f"{1e3 * row['bar']:.0f} ms")
        if forward is None
        else (f"{row['figure']:.2f}×", f"{row['bar']}×")
    )
    return (
        *(row["what"], row["layer"], milliseconds(row["seconds"])),
        *(NOTHING if forward is None else milliseconds(forward), figure, bar),
        reached(row["figure"], row["bar"], at_most=True),
    )
