"""Measure the search for the strongest examples of each layer: `python -m tests.benchmarks.top_activations`.

The unit is one forward pass of the whole network over the same images. A search runs only the layers up to the chosen
one, so it can take less than one pass. The module also measures the longest time between two steps of a search: after
a cancel, it ends within that time.
"""

import argparse
import itertools
import os
import time

import numpy as np

from tests.benchmarks import mnist, ours
from tests.benchmarks.machine import processors
from tests.benchmarks.tables import Table, as_text, reached
from tests.benchmarks.timing import Effort, take_turns
from tests.benchmarks.workloads import WORKLOADS
from tinyml.core.threads import set_thread_count
from tinyml.net import Sequential
from tinyml.visualize import search_strongest, strongest_examples

LARGEST_FACTOR = 1.5
"""Target for the search over all images, in forward passes."""
LONGEST_STEP = 0.2
"""Target for the time between two steps of a search, in seconds."""
BATCH = 128


def main() -> None:
    """Measure all layers of the named network, and print a table with the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=("W3", "W4"), default="W4", help="default: W4, the LeNet")
    parser.add_argument("--images", type=int, default=mnist.COUNT)
    parser.add_argument("--threads", type=int, default=processors())
    arguments = parser.parse_args()
    set_thread_count(arguments.threads)
    net, data = ours.network(WORKLOADS[arguments.network]), mnist.load(arguments.images)
    rows = tuple(_measure(net, data.inputs, layer.name) for layer in net.layers)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    notes = (f"{len(data.inputs):,} images ({data.source}), {arguments.threads} threads. Load of the machine: {load}.",)
    head = ("layer", "search ms", "forward pass ms", "ratio", "at most", "longest step ms", "at most", "reached")
    print(as_text(Table(f"The nine strongest examples of each map or unit of {arguments.network}", head, rows, notes)))


def _measure(net: Sequential, images: np.ndarray, layer: str) -> tuple[str, ...]:
    timing = take_turns(
        {
            "search": lambda: strongest_examples(net, images, layer, batch_size=BATCH),
            "forward pass": lambda: net.predict(images, BATCH),
        },
        Effort(fewest=6, most=12, seconds=4.0),
    )
    search, forward = timing["search"].median, timing["forward pass"].median
    step = _longest_step(net, images, layer)
    is_fast = reached(search / forward, LARGEST_FACTOR, at_most=True)
    is_prompt = reached(step, LONGEST_STEP, at_most=True)
    return (
        *(layer, f"{1e3 * search:.0f}", f"{1e3 * forward:.0f}", f"{search / forward:.2f}", f"{LARGEST_FACTOR}"),
        *(f"{1e3 * step:.0f}", f"{1e3 * LONGEST_STEP:.0f}", f"{is_fast}, {is_prompt}"),
    )


def _longest_step(net: Sequential, images: np.ndarray, layer: str) -> float:
    times = [time.perf_counter()]
    for _ in search_strongest(net, images, layer, batch_size=BATCH):
        times.append(time.perf_counter())
    return max(later - earlier for earlier, later in itertools.pairwise(times))


if __name__ == "__main__":
    main()
