"""Images and labels from a folder of IDX files: MNIST, its relatives, or your own.

The names of the files decide: "images" and "idx3", or "labels" and "idx1", with "-", "." or "_" between them, after any
prefix, in upper or lower case, with or without ".gz". If a file is there twice, the one without ".gz" is read. A prefix
with "train" marks the training part, a prefix with "t10k" or "test" the published test part.

A folder with both parts is one dataset whose test part stays the test part (see `split`). Otherwise its results could
not be compared with published ones. A folder with one part is a dataset that `split` divides.

A text file `classes.txt` in the folder may name the classes, one in each line.
"""

import re
import zlib
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinyml.core import DataError, StorageError, describe_count
from tinyml.core.files import path_exists, path_kind, read_bounded
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.readers.base import Reader, ReadRequest
from tinyml.data.readers.idx_file import is_idx, read_idx, read_idx_shape

_NAME = re.compile(r"(?P<prefix>.*?)(?P<kind>images|labels)[-._]?idx(?P<rank>[0-9])([-._]ubyte)?(\.gz)?", re.IGNORECASE)
_TRAIN = re.compile("train", re.IGNORECASE)
_TEST = re.compile("t10k|test", re.IGNORECASE)
_RANKS = {"images": 3, "labels": 1}
_NAMES_FILE = "classes.txt"
_LARGEST_NAMES_FILE = 100_000
_MOST_FILES = 10_000


class _Pair(NamedTuple):
    images: Path
    labels: Path


def describe_folder(request: ReadRequest) -> DataDescription:
    """Describe the data of a folder from the headers and the labels, without reading an image.

    Arguments:
        request: the folder.

    Raises `DataError` when files are missing, damaged, or do not belong together.
    """
    folder = request.path
    pairs = _find_pairs(folder)
    files = [path for pair in pairs for path in pair]
    return _describe(folder, pairs, tuple(_stamp(path) for path in [*files, folder / _NAMES_FILE]))


def holds_idx_files(folder: Path) -> bool:
    """Return True if a path is a folder with a file that has the name of an IDX file.

    Raises `DataError` when the folder cannot be listed.
    """
    if path_kind(folder) != "a folder":
        return False
    return any(_NAME.fullmatch(path.name) for path in _list_files(folder))


def load_folder(request: ReadRequest) -> Dataset:
    """Read all images and labels of a folder. The images stay bytes; `Dataset.examples` divides them by 255.

    Arguments:
        request: the folder, and who learns of the progress.

    Shapes: inputs `(N, 1, H, W)`, labels `(N,)`.

    Raises `DataError`, as `describe_folder` does.
    """
    description, folder = describe_folder(request), request.path
    pairs = _find_pairs(folder)
    labels = np.concatenate([read_idx(pair.labels, 1) for pair in pairs]).astype(np.int64)
    images = np.empty((description.count, *description.example_shape), np.uint8)
    done = 0
    for pair in pairs:
        count = read_idx_shape(pair.images, 3)[0]

        def report(share: float, done: int = done, count: int = count) -> None:
            request.progress((done + share * count) / len(images))

        read_idx(pair.images, 3, report, into=images[done : done + count, 0])
        done += count
    if done != len(images) or len(labels) != len(images):
        raise DataError(f"The files of '{folder}' were changed while they were being read. Try again.")
    return Dataset(description, images, labels, divisor=255)


@lru_cache(maxsize=32)
def _describe(folder: Path, pairs: tuple[_Pair, ...], stamps: tuple[tuple[int, int], ...]) -> DataDescription:
    """Compute the result of `describe_folder`. The cache forgets it when a file changes, since `stamps` change too."""
    shapes = []
    largest_label = 0
    for pair in pairs:
        shapes.append(read_idx_shape(pair.images, 3))
        (label_count,) = read_idx_shape(pair.labels, 1)
        if shapes[-1][0] != label_count:
            raise DataError(
                f"'{pair.images.name}' holds {describe_count(shapes[-1][0])} images but '{pair.labels.name}' "
                f"{describe_count(label_count)} labels. "
                "They do not belong together. Choose a folder whose files do."
            )
        largest_label = max(largest_label, int(read_idx(pair.labels, 1).max()))
    count, height, width = sum(shape[0] for shape in shapes), *shapes[0][1:]
    if any(shape[1:] != (height, width) for shape in shapes):
        raise DataError(
            f"The images of '{folder}' have different sizes: {shapes[0][1:]} and {shapes[1][1:]}. "
            "Put each size into its own folder."
        )
    own_test = shapes[1][0] if len(pairs) == 2 else 0
    return DataDescription(
        name=str(folder),
        title=f"{folder.resolve().name or folder} {height}×{width}",
        example_shape=(1, height, width),
        class_names=_class_names(folder, largest_label + 1),
        count=count,
        about=f"{count} images of {height}×{width} pixels from {folder}"
        + (f". The last {own_test} are the published test part." if own_test else "."),
        test_count=own_test,
        bytes_per_number=1,
        encoding=ImageEncoding(height=height, width=width, channels=1),
        default_scale="unit",
    )


def _find_pairs(folder: Path) -> tuple[_Pair, ...]:
    """Find the files: one pair of images and labels, or the training pair followed by the test pair."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in _list_files(folder):
        match = _NAME.fullmatch(path.name)
        if match and _RANKS[match["kind"].lower()] == int(match["rank"]):
            found[match["prefix"].lower()].setdefault(match["kind"].lower(), path)
    if not found:
        raise DataError(f"'{folder}' holds no IDX files, such as 'images-idx3-ubyte.gz' and 'labels-idx1-ubyte.gz'.")
    pairs = {prefix: _pair(folder, files) for prefix, files in found.items()}
    if len(pairs) == 1:
        return tuple(pairs.values())
    train = [pair for prefix, pair in pairs.items() if _TRAIN.search(prefix)]
    test = [pair for prefix, pair in pairs.items() if _TEST.search(prefix) and not _TRAIN.search(prefix)]
    if len(pairs) == 2 and len(train) == len(test) == 1:
        return train[0], test[0]
    raise DataError(
        f"'{folder}' holds several sets: {', '.join(sorted(pair.images.name for pair in pairs.values()))}. "
        "Put each set into its own folder."
    )


def _stamp(path: Path) -> tuple[int, int]:
    """Return time and size of a file, which change when the file changes."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _list_files(folder: Path) -> list[Path]:
    """Return the files of a folder, sorted by name, so that a file comes before its gzipped copy."""
    try:
        files = []
        for path in folder.iterdir():
            files.append(path)
            if len(files) > _MOST_FILES:
                raise DataError(
                    f"'{folder}' holds more than {describe_count(_MOST_FILES)} files. Choose a folder of data only."
                )
        return sorted(files)
    except OSError as error:
        raise DataError(f"Could not read the folder '{folder}': {error.strerror or error}.") from error


def _pair(folder: Path, files: dict[str, Path]) -> _Pair:
    for kind, other in (("images", "labels"), ("labels", "images")):
        if kind not in files:
            raise DataError(
                f"'{folder}' holds '{files[other].name}', but the file of the {kind} that belongs to it is missing. "
                "Put it into the same folder."
            )
    return _Pair(files["images"], files["labels"])


def _class_names(folder: Path, count: int) -> tuple[str, ...]:
    """Read the names of the classes. Without a file of names, the labels are the names."""
    path = folder / _NAMES_FILE
    if not path_exists(path):
        return tuple(str(label) for label in range(count))
    try:
        text = read_bounded(path, _LARGEST_NAMES_FILE).decode("utf-8-sig")
    except StorageError as error:
        raise DataError(str(error)) from error
    except UnicodeDecodeError as error:
        raise DataError(f"Could not read '{path}': {error}. It should be text, one name in each line.") from error
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(names) < count:
        raise DataError(
            f"'{path}' names {len(names)} classes, but the labels go up to {count - 1}. Name {count} classes."
        )
    return names


def _is_part(prefix: bytes) -> bool:
    """Return True if a file begins as an IDX file does, gzipped or not."""
    if prefix.startswith(b"\x1f\x8b"):
        try:
            prefix = zlib.decompressobj(wbits=31).decompress(prefix, 16)
        except zlib.error:
            return False
    return is_idx(prefix)


IDX = Reader(
    name="idx",
    title="IDX",
    source="a folder of IDX files",
    help="A folder with images and labels as IDX files, as MNIST has: images-idx3-ubyte and labels-idx1-ubyte, "
    "gzipped or not.",
    recognises=holds_idx_files,
    describe=describe_folder,
    load=load_folder,
    is_part=_is_part,
)
