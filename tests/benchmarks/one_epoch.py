"""Train W3 for one epoch with one framework, in a separate process, and print its peak memory.

`python -m tests.benchmarks.one_epoch ours --threads 2` prints one line of JSON. It does not import the other framework.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks import mnist
from tests.benchmarks.workloads import WORKLOADS

BATCH = 128
IMAGES = 8000


def peak_bytes() -> int:
    """Return the peak memory of this process in bytes.

    On Linux it is read from /proc, because `ru_maxrss` starts there with the peak of the parent process.

    Raises `ModuleNotFoundError` if the system does not measure it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def train_ours(data: mnist.Images, threads: int) -> None:
    """Train with tinyml."""
    from tests.benchmarks import ours
    from tinyml.core.threads import set_thread_count

    set_thread_count(threads)
    ours.learner(WORKLOADS["W3"]).fit(data.inputs, data.labels, epochs=1, batch_size=BATCH)


def train_pytorch(data: mnist.Images, threads: int) -> None:
    """Train with PyTorch."""
    import torch

    from tests.benchmarks import pytorch

    torch.set_num_threads(threads)
    workload = WORKLOADS["W3"]
    inputs, labels = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
    pytorch.train_epoch(workload, pytorch.network(workload), inputs, labels, BATCH)


def main() -> None:
    """Train with one framework and print the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["ours", "pytorch"])
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    data = mnist.load(IMAGES)
    before = peak_bytes()
    (train_ours if arguments.framework == "ours" else train_pytorch)(data, arguments.threads)
    print(json.dumps({"peak_bytes": peak_bytes(), "before_bytes": before, "data": data.source}))


if __name__ == "__main__":
    main()
