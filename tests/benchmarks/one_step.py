"""Time the training step of one network in a process of its own, which imports only tinyml.

`python -m tests.benchmarks.one_step W3 --batch 128 --workers 4` warms up until helper processes work, and prints
"ready". When it reads a line, it trains for some time and prints the median of its steps in seconds. So several of
these processes can measure at the same time.
"""

import argparse
import os
import statistics
import sys
import time

from tests.benchmarks import ours
from tests.benchmarks.workloads import WORKLOADS, draw_batch
from tinyml.core.threads import set_thread_count

_REHEARSAL = 0.15
"""Seconds of training before the measurement."""
_FEWEST = 7
"""Number of steps to measure at least."""


def main() -> None:
    """Read the command line, warm up, wait, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=WORKLOADS)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=1.0, help="of the measurement")
    parser.add_argument("--processor", type=int, help="run only on this processor")
    arguments = parser.parse_args()
    if arguments.processor is not None:
        os.sched_setaffinity(0, {arguments.processor})
    set_thread_count(arguments.workers)
    workload = WORKLOADS[arguments.network]
    implementation = ours.Implementation(workload, *draw_batch(workload, arguments.batch))
    implementation.prepare_training()
    _train(implementation, _REHEARSAL)
    print("ready", flush=True)
    sys.stdin.readline()
    _train(implementation, _REHEARSAL)
    print(statistics.median(_train(implementation, arguments.seconds)), flush=True)


def _train(implementation: ours.Implementation, seconds: float) -> list[float]:
    """Train for some time; return the seconds of each step."""
    steps: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(steps) < _FEWEST:
        start = time.perf_counter()
        implementation.train_step()
        steps.append(time.perf_counter() - start)
    return steps


if __name__ == "__main__":
    main()
