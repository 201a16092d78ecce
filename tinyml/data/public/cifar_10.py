"""CIFAR-10: 60 000 colour photographs of 32×32 pixels (Krizhevsky 2009), in the binary version.

The binary version is read, and never the one for Python: that one is a pickle, which executes what it reads. The author
publishes the MD5 c32a1d4ab5d03f1284b67883e8d87530 (cs.toronto.edu/~kriz/cifar.html). TensorFlow Datasets publishes the
SHA-256 and the size; GoMLX and torchvision for Ruby publish the same SHA-256.
"""

import tarfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import open_for_reading
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.downloads import PublishedFile
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.public.base import PublicSet

ARCHIVE = "cifar-10-binary.tar.gz"
"""Name of the published file."""
BATCHES = tuple(
    f"cifar-10-batches-bin/{name}.bin" for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")
)
"""The files in it, of equal size: five with the training examples, then the test examples."""
_MOST_MEMBERS = 50
_LARGEST_OTHER = 10**6
"""Bytes of a file in the archive that is not read: it also holds the names of the classes, and a page of text."""
_CHUNK = 1000
"""Number of examples that are read together."""


def read_cifar(folder: Path, description: DataDescription, progress: ProgressCallback | None = None) -> Dataset:
    """Read the archive without unpacking it: the training examples, then the test examples. The images stay bytes.

    An example is one byte with its label, then 1024 red, 1024 green and 1024 blue pixels.

    Arguments:
        folder: holds the archive.
        description: of the data; its test part has the size of every batch.
        progress: called with the share of the images that is read, from 0 to 1.

    Shapes: inputs `(N, 3, 32, 32)`, labels `(N,)`.

    Raises `DataError` when the archive is damaged or does not hold what the description says.
    """
    images = np.empty((description.count, *description.example_shape), np.uint8)
    labels = np.empty(description.count, np.int64)
    size, done = description.test_count, 0
    missing = list(BATCHES)
    try:
        with open_for_reading(folder / ARCHIVE) as file, tarfile.open(fileobj=file, mode="r|gz") as archive:
            for number, member in enumerate(archive):
                if number >= _MOST_MEMBERS or (member.name not in missing and member.size > _LARGEST_OTHER):
                    raise DataError(_damaged("holds files that do not belong to it"))
                if member.name not in missing:
                    continue
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or member.size != size * (1 + images[0].size):
                    raise DataError(_damaged(f"'{member.name}' has another size than {describe_count(size)} examples"))
                missing.remove(member.name)
                start = BATCHES.index(member.name) * size
                for first in range(start, start + size, _CHUNK):
                    rows = slice(first, min(first + _CHUNK, start + size))
                    _read_examples(content, images[rows], labels[rows])
                    done += rows.stop - rows.start
                    if progress is not None:
                        progress(done / description.count)
    except StorageError as error:
        raise DataError(str(error)) from error
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(_damaged(str(error))) from error
    if missing:
        raise DataError(_damaged(f"'{missing[0]}' is missing"))
    if labels.max() >= len(description.class_names):
        raise DataError(_damaged(f"one of its labels is {labels.max()}"))
    return Dataset(description, images, labels, divisor=255)


def sample_cifar(folder: Path, description: DataDescription, count: int) -> np.ndarray:
    """Read the first images of the first file with examples.

    Arguments:
        folder: holds the archive.
        description: of the data.
        count: number of images, at most as many as a file holds.

    Shapes: `(K, 3, 32, 32)` bytes.

    Raises `DataError` when the archive is damaged.
    """
    images = np.empty((min(count, description.test_count), *description.example_shape), np.uint8)
    try:
        with open_for_reading(folder / ARCHIVE) as file, tarfile.open(fileobj=file, mode="r|gz") as archive:
            members = (member for _, member in zip(range(_MOST_MEMBERS), archive, strict=False))
            first = next((member for member in members if member.name in BATCHES), None)
            content = archive.extractfile(first) if first is not None and first.isreg() else None
            if content is None:
                raise DataError(_damaged("it holds no examples"))
            _read_examples(content, images, np.empty(len(images), np.int64))
    except StorageError as error:
        raise DataError(str(error)) from error
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(_damaged(str(error))) from error
    return images


def _read_examples(content: IO[bytes], images: np.ndarray, labels: np.ndarray) -> None:
    """Read some examples into a part of the arrays."""
    length = 1 + images[0].size
    read = content.read(len(images) * length)
    if len(read) != len(images) * length:
        raise DataError(_damaged("it is cut off"))
    examples = np.frombuffer(read, np.uint8).reshape(len(images), length)
    labels[:] = examples[:, 0]
    images[:] = examples[:, 1:].reshape(images.shape)


def _damaged(reason: str) -> str:
    return f"'{ARCHIVE}' is damaged: {reason}. Clear the download and download it again."


CIFAR_10 = PublicSet(
    DataDescription(
        name="cifar-10",
        title="CIFAR-10",
        example_shape=(3, 32, 32),
        class_names=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        count=60_000,
        about="60 000 colour photographs of 32×32 pixels (Krizhevsky 2009). The last 10 000 are its test part.",
        test_count=10_000,
        bytes_per_number=1,
        encoding=ImageEncoding(height=32, width=32, channels=3),
        default_scale="unit",
    ),
    (
        PublishedFile(
            ARCHIVE,
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                "https://www.cs.toronto.edu/~kriz/",
                "https://cave.cs.toronto.edu/kriz/",
                "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/",
            ),
        ),
    ),
    read_cifar,
    sample_cifar,
    licence="none stated; its author asks to cite Krizhevsky (2009)",
    homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
)
