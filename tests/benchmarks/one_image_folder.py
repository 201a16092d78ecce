"""Open a folder of images with one framework, in a separate process; read and train for one epoch; print the figures.

`python -m tests.benchmarks.one_image_folder ours FOLDER --workers 4` prints one line of JSON. It does not import the
other framework.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

BATCH = 64
LEARNING_RATE = 0.01
SHAPE = (3, 32, 32)


class MemoryWatch:
    """Notes the largest memory of this process and its child processes, several times per second.

    It adds up the proportional set sizes: memory that several processes share counts once.
    """

    def __init__(self) -> None:
        self.before = self._now()
        self.peak = self.before
        self._end = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def growth(self) -> int:
        """Return the largest growth in bytes up to now."""
        self.peak = max(self.peak, self._now())
        return self.peak - self.before

    def _watch(self) -> None:
        while not self._end.wait(0.2):
            self.growth()

    def _now(self) -> int:
        return sum(map(_proportional_size, ["self", *_children()]))


def _children() -> list[str]:
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            found += path.read_text().split()
        except OSError:
            continue
    return found


def _proportional_size(process: str) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that an action takes, and its result."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def measure_ours(folder: Path, workers: int) -> dict[str, Any]:
    """Measure `tinyml.data.load` and `DataLoader`."""
    from dataclasses import replace

    from tests.benchmarks import ours
    from tests.benchmarks.workloads import WORKLOADS
    from tinyml.core.threads import one_blas_thread, set_thread_count
    from tinyml.data import DataLoader, describe, load

    workload = replace(WORKLOADS["W4"], input_shape=SHAPE)
    set_thread_count(workers)
    watch = MemoryWatch()
    described, _ = timed(lambda: describe(str(folder)))
    opened, dataset = timed(lambda: load(str(folder)))
    after_opening = watch.growth()
    read, _ = timed(lambda: sum(len(batch.inputs) for batch in DataLoader(dataset, BATCH)))
    learner = ours.learner(workload)

    def train() -> None:
        with one_blas_thread():  # as the window and the command line do
            for batch in DataLoader(dataset, BATCH):
                learner.batch_fit(batch.inputs, batch.labels)

    trained, _ = timed(train)
    return {
        "describe": described,
        "open": opened,
        "read": read,
        "train": trained,
        "growth_open": after_opening,
        "growth": watch.growth(),
        "source": "tinyml.data.load",
    }


def measure_pytorch(folder: Path, workers: int) -> dict[str, Any]:
    """Measure ImageFolder and `torch.utils.data.DataLoader`."""
    import torch
    from torch import nn

    torch.set_num_threads(workers)
    watch = MemoryWatch()
    opened, (dataset, source) = timed(lambda: _image_folder(folder))
    after_opening = watch.growth()
    loader: Iterable[Any] = torch.utils.data.DataLoader(
        dataset, BATCH, shuffle=True, num_workers=workers, persistent_workers=True
    )
    first, _ = timed(lambda: sum(len(inputs) for inputs, _ in loader))
    read, _ = timed(lambda: sum(len(inputs) for inputs, _ in loader))
    torch.manual_seed(0)
    network = nn.Sequential(
        *(nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    loss_of, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(network.parameters(), LEARNING_RATE)

    def train() -> None:
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss_of(network(inputs), labels).backward()
            optimizer.step()

    trained, _ = timed(train)
    return {
        "open": opened,
        "first": first,
        "read": read,
        "train": trained,
        "growth_open": after_opening,
        "growth": watch.growth(),
        "source": source,
    }


def _image_folder(folder: Path) -> tuple[Any, str]:
    """Return the dataset of torchvision; if torchvision cannot be used, one that does the same."""
    try:
        from torchvision import datasets, transforms
    except (ImportError, RuntimeError, OSError) as error:
        return _OwnImageFolder(folder), f"a copy of ImageFolder, because torchvision does not start: {error}"
    return datasets.ImageFolder(str(folder), transforms.ToTensor()), "torchvision's ImageFolder"


class _OwnImageFolder:
    """What ImageFolder with ToTensor does: list the files, decode one with Pillow, divide its bytes by 255."""

    def __init__(self, folder: Path) -> None:
        classes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
        self.samples = [
            (str(path), label)
            for label, name in enumerate(classes)
            for path in sorted((folder / name).iterdir())
            if path.suffix == ".png"
        ]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        import numpy as np
        import torch
        from PIL import Image

        path, label = self.samples[index]
        with Path(path).open("rb") as file:
            pixels = np.array(Image.open(file).convert("RGB"))
        return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().div(255), label


def main() -> None:
    """Measure one framework and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["ours", "pytorch"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, required=True)
    arguments = parser.parse_args()
    measure = measure_ours if arguments.framework == "ours" else measure_pytorch
    print(json.dumps(measure(arguments.folder, arguments.workers)))


if __name__ == "__main__":
    main()
