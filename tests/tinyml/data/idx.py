"""Makes correct and wrong IDX files for the tests."""

import gzip
import struct
from pathlib import Path

import numpy as np


def idx_bytes(array: np.ndarray, sizes: tuple[int, ...] | None = None, type_code: int = 8) -> bytes:
    """Return `array` in the IDX format; `sizes` makes the header lie."""
    shape = array.shape if sizes is None else sizes
    header = struct.pack(">BBBB", 0, 0, type_code, len(shape)) + struct.pack(f">{len(shape)}I", *shape)
    return header + array.astype(np.uint8).tobytes()


def write_pair(
    folder: Path, count: int = 20, prefix: str = "", size: tuple[int, int] = (4, 5), zipped: bool = True
) -> None:
    """Write random images and labels 0, 1, 2, 0, 1, … under the usual names."""
    rng = np.random.default_rng(count)
    content = {
        "images-idx3-ubyte": rng.integers(0, 256, (count, *size)),
        "labels-idx1-ubyte": np.arange(count) % 3,
    }
    for name, array in content.items():
        data = idx_bytes(array)
        (folder / f"{prefix}{name}{'.gz' if zipped else ''}").write_bytes(gzip.compress(data) if zipped else data)
