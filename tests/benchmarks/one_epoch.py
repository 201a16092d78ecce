"""Train W3 for one epoch with one framework, in a separate process whose memory can be watched.

`python -m tests.benchmarks.one_epoch ours --threads 2` prints one line of JSON. It does not import the other framework.
"""

import argparse
import json
import os

from tests.benchmarks import mnist
from tests.benchmarks.process_tree import memory_of
from tests.benchmarks.workloads import WORKLOADS

BATCH = 128
IMAGES = 8000


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
    """Train with one framework; print the memory before, and the source of the images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["ours", "pytorch"])
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    data = mnist.load(IMAGES)
    before = memory_of([os.getpid()])
    (train_ours if arguments.framework == "ours" else train_pytorch)(data, arguments.threads)
    print(json.dumps({"before_bytes": before, "data": data.source}))


if __name__ == "__main__":
    main()
