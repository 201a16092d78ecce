"""Sets that are published as MNIST is: four zipped IDX files with images and labels for training and test."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinyml.core import DataError, StorageError
from tinyml.core.files import open_for_reading
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.downloads import PublishedFile
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.public.base import PublicSet
from tinyml.data.readers.idx_file import read_idx

IDX_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
"""The names of the four files: the images and labels for training, and those for the test."""
_HEADER = 16
"""Bytes before the first image: what the file holds, and three sizes."""


@dataclass(frozen=True)
class IdxSet:
    """What differs between the sets that are published in the form of MNIST: 60 000 and 10 000 gray 28×28 images.

    Attributes:
        name, title: for programs and for people.
        class_names: the names of the labels 0, 1, 2 …
        content: what the images show, and the source.
        folders: addresses of folders with all four files; the first one that answers is used.
        sizes: of the files in bytes, in the order of `IDX_NAMES`.
        hashes: their SHA-256, in hexadecimal.
        licence, homepage: of the set.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    content: str
    folders: tuple[str, ...]
    sizes: tuple[int, int, int, int]
    hashes: tuple[str, str, str, str]
    licence: str
    homepage: str

    def published(self) -> PublicSet:
        """Return the set as the framework offers it."""
        description = DataDescription(
            name=self.name,
            title=self.title,
            example_shape=(1, 28, 28),
            class_names=self.class_names,
            count=70_000,
            about=f"70 000 {self.content}. The last 10 000 are its test part.",
            test_count=10_000,
            bytes_per_number=1,
            encoding=ImageEncoding(height=28, width=28, channels=1),
            default_scale="unit",
        )
        files = zip(IDX_NAMES, self.sizes, self.hashes, strict=True)
        published = tuple(PublishedFile(name, size, sha256, self.folders) for name, size, sha256 in files)
        return PublicSet(
            description, published, read_idx_parts, sample_idx, licence=self.licence, homepage=self.homepage
        )


def read_idx_parts(folder: Path, description: DataDescription, progress: ProgressCallback | None = None) -> Dataset:
    """Read the training examples, then the test examples. The images stay bytes.

    Arguments:
        folder: holds the four files.
        description: of the data.
        progress: called with the share of the images that is read, from 0 to 1.

    Shapes: inputs `(N, 1, H, W)`, labels `(N,)`.

    Raises `DataError` when the files are damaged or do not hold what the description says.
    """
    _, height, width = description.example_shape
    images = np.empty((description.count, 1, height, width), np.uint8)
    train = description.count - description.test_count
    labels = []
    for start, end, pair in ((0, train, IDX_NAMES[:2]), (train, description.count, IDX_NAMES[2:])):

        def report(share: float, start: int = start, end: int = end) -> None:
            if progress is not None:
                progress((start + share * (end - start)) / description.count)

        read_idx(folder / pair[0], 3, report, into=images[start:end, 0])
        labels.append(read_idx(folder / pair[1], 1))
        if len(labels[-1]) != end - start or labels[-1].max() >= len(description.class_names):
            raise DataError(f"'{pair[1]}' does not hold the labels of {description.title}. Download it again.")
    return Dataset(description, images, np.concatenate(labels).astype(np.int64), divisor=255)


def sample_idx(folder: Path, description: DataDescription, count: int) -> np.ndarray:
    """Read the first training images.

    Arguments:
        folder: holds the four files.
        description: of the data.
        count: number of images.

    Shapes: `(K, 1, H, W)` bytes.

    Raises `DataError` when the file is damaged.
    """
    size = int(np.prod(description.example_shape))
    try:
        with open_for_reading(folder / IDX_NAMES[0]) as file, gzip.GzipFile(fileobj=file) as content:
            read = content.read(_HEADER + count * size)[_HEADER:]
    except (StorageError, OSError, EOFError, zlib.error) as error:
        raise DataError(f"Could not read '{IDX_NAMES[0]}': {error}") from error
    complete = len(read) // size
    return np.frombuffer(read, np.uint8, complete * size).reshape(complete, *description.example_shape)
