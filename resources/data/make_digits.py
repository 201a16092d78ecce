"""Write the built-in digits as gzipped IDX files, from the copy that scikit-learn ships.

Run it only to write the files again: `python resources/data/make_digits.py`. It needs scikit-learn. Every run writes
the same bytes, because the files contain no time stamp and no file name.
"""

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

FOLDER = Path(__file__).parent / "digits"
UNSIGNED_BYTE = 0x08  # the IDX code of the element type
LARGEST_VALUE = 16


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write `array` in the IDX format: two zero bytes, element type, rank, the sizes (big endian), the elements."""
    header = struct.pack(">BBBB", 0, 0, UNSIGNED_BYTE, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with path.open("wb") as file, gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as compressed:
        compressed.write(header + np.ascontiguousarray(array).tobytes())


def main() -> None:
    """Check scikit-learn's copy and write both files."""
    digits = load_digits()
    images, labels = digits.images, digits.target
    if images.shape != (1797, 8, 8) or not np.array_equal(images, images.astype(np.uint8)):
        raise SystemExit(f"expected 1797 images of 8×8 whole numbers, got {images.shape} {images.dtype}")
    if images.min() != 0 or images.max() != LARGEST_VALUE or set(labels) != set(range(10)):
        raise SystemExit(f"expected values 0 to {LARGEST_VALUE} and labels 0 to 9")
    FOLDER.mkdir(exist_ok=True)
    write_idx(FOLDER / "images-idx3-ubyte.gz", images.astype(np.uint8))
    write_idx(FOLDER / "labels-idx1-ubyte.gz", labels.astype(np.uint8))
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")
    print("images of each digit:", *np.bincount(labels))


if __name__ == "__main__":
    main()
