"""Digits: 1797 handwritten digits of 8×8 pixels, and the same digits in the size of MNIST."""

import numpy as np

from tinyml.core import Array
from tinyml.core.resources import resource_path
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.readers.idx_file import read_idx

_LARGEST_VALUE = 16
_NAMES = tuple("0123456789")

_SMALL = DataDescription(
    name="digits",
    title="Digits 8×8",
    example_shape=(1, 8, 8),
    class_names=_NAMES,
    count=1797,
    about="1797 handwritten digits of 13 people, 8×8 pixels (Alpaydin and Kaynak 1998, UCI repository, CC BY 4.0).",
    bytes_per_number=1,
    encoding=ImageEncoding(height=8, width=8, channels=1),
)
_LARGE = DataDescription(
    name="digits-28",
    title="Digits 28×28",
    example_shape=(1, 28, 28),
    class_names=_NAMES,
    count=1797,
    about="The 8×8 digits, enlarged to 20×20 pixels in a frame of 28×28 as in MNIST.",
    encoding=ImageEncoding(height=28, width=28, channels=1),
)


def load_digits(options: SourceOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Read the digits. A pixel is the number of inked points in a 4×4 block, divided by 16.

    Arguments:
        options: there are none.
        progress: not used, because reading takes no time.

    Shapes: inputs `(1797, 1, 8, 8)` in 0 … 1, labels `(1797,)`.

    Raises `DataError` or `StorageError` when the installation is damaged.
    """
    folder = resource_path("data", "digits")
    images = read_idx(folder / "images-idx3-ubyte.gz", rank=3)
    labels = read_idx(folder / "labels-idx1-ubyte.gz", rank=1).astype(np.int64)
    return Dataset(_SMALL, images[:, np.newaxis], labels, divisor=_LARGEST_VALUE)


def load_large_digits(options: SourceOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Read the digits and enlarge them with bilinear interpolation.

    Arguments:
        options: there are none.
        progress: not used, because this takes no time.

    Shapes: inputs `(1797, 1, 28, 28)` in 0 … 1, labels `(1797,)`.
    """
    small = load_digits()
    weights = _interpolation(8, 20)
    images = np.pad(weights @ small.inputs @ weights.T, ((0, 0), (0, 0), (4, 4), (4, 4)))
    return Dataset(_LARGE, images, small.labels)


def _interpolation(size: int, new_size: int) -> Array:
    """Return the `(new_size, size)` matrix that interpolates linearly between pixel centres."""
    centres = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    distance = np.abs(np.clip(centres, 0, size - 1)[:, np.newaxis] - np.arange(size))
    weights: Array = np.maximum(1 - distance, 0).astype(np.float32)
    return weights


DIGITS = BuiltInSet(_SMALL, load_digits)
LARGE_DIGITS = BuiltInSet(_LARGE, load_large_digits)
