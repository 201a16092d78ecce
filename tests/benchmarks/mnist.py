"""The 10 000 test images of MNIST, or random images of the same shape if MNIST is missing.

The module uses only the standard library and NumPy, because the benchmark measures the memory of its process.
"""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "mnist"
COUNT = 10_000
_HEADER_BYTES = {"images-idx3": 16, "labels-idx1": 8}


class Images(NamedTuple):
    """Images `(N, 1, 28, 28)` float32 from 0 to 1, labels `(N,)` int64, and their source in words."""

    inputs: np.ndarray
    labels: np.ndarray
    source: str


def load(count: int = COUNT) -> Images:
    """Read the first `count` images of MNIST, or draw random ones."""
    if FOLDER.is_dir():
        pixels = _read("images-idx3").reshape(-1, 1, 28, 28)[:count]
        return Images(pixels.astype(np.float32) / 255, _read("labels-idx1")[:count].astype(np.int64), "MNIST")
    rng = np.random.default_rng(0)
    source = "random images, because MNIST is not at ../shared/data/mnist"
    return Images(rng.random((count, 1, 28, 28), np.float32), rng.integers(10, size=count), source)


def _read(kind: str) -> np.ndarray:
    path = FOLDER / f"t10k-{kind}-ubyte.gz"
    with gzip.open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=_HEADER_BYTES[kind])
