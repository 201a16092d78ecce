"""Images and labels from a folder of IDX files, as MNIST and its relatives come, or as one makes them oneself.

Files are recognised by their names: "images", "idx3" and "labels", "idx1" with "-", "." or "_" between, any prefix,
any upper or lower case, gzipped or not (the unpacked one is taken when both are there). Prefixes with "train" mark a
training part, prefixes with "t10k" or "test" the test part that was published with it.

A folder that holds both parts is one dataset whose own test part stays its test part (see `split`); mixing the two
would give results that nobody else's can be compared with. A folder that holds one part only is a dataset to be split.

A text file `classes.txt` beside them may name the classes, one in each line.
"""

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path, path_exists, path_kind, read_bounded, show_path
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.idx_file import read_idx, read_idx_shape

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


def describe_folder(source: str) -> DataDescription:
    """Read what a folder holds: the headers and the labels, but no image.

    Raises `DataError` when files are missing, damaged, or do not belong together.
    """
    pairs = _find_pairs(source)
    files = [path for pair in pairs for path in pair]
    names = _find_folder(source) / _NAMES_FILE
    return _describe(source, pairs, tuple(_stamp(path) for path in [*files, names]))


def holds_idx_files(folder: str | Path) -> bool:
    """Return True if a folder holds files with names as IDX files have, whether they can be read or not."""
    try:
        return any(_NAME.fullmatch(path.name) for path in _list_files(Path(folder)))
    except DataError:
        return False


def load_folder(source: str, progress: ProgressCallback | None = None) -> Dataset:
    """Read all images and labels of a folder. The images stay bytes, which count as 0 … 1.

    Shapes: inputs `(N, 1, H, W)`, labels `(N,)`.

    Raises `DataError`, as `describe_folder` does.
    """
    description = describe_folder(source)
    pairs = _find_pairs(source)
    labels = np.concatenate([read_idx(pair.labels, 1) for pair in pairs]).astype(np.int64)
    images = np.empty((description.count, *description.example_shape), np.uint8)
    done = 0
    for pair in pairs:
        count = read_idx_shape(pair.images, 3)[0]

        def report(share: float, done: int = done, count: int = count) -> None:
            if progress is not None:
                progress((done + share * count) / len(images))

        read_idx(pair.images, 3, report, into=images[done : done + count, 0])
        done += count
    if done != len(images) or len(labels) != len(images):
        raise DataError(f"The files of '{source}' were changed while they were being read. Try again.")
    return Dataset(description, images, labels, divisor=255)


@lru_cache(maxsize=32)
def _describe(source: str, pairs: tuple[_Pair, ...], stamps: tuple[tuple[int, int], ...]) -> DataDescription:
    """Do the work of `describe_folder`; `stamps` are new when a file has changed."""
    shapes = []
    largest_label = 0
    for pair in pairs:
        shapes.append(read_idx_shape(pair.images, 3))
        (label_count,) = read_idx_shape(pair.labels, 1)
        if shapes[-1][0] != label_count:
            raise DataError(
                f"'{pair.images.name}' holds {shapes[-1][0]:,} images but '{pair.labels.name}' {label_count:,} labels. "
                "They do not belong together."
            )
        largest_label = max(largest_label, int(read_idx(pair.labels, 1).max()))
    count, height, width = sum(shape[0] for shape in shapes), *shapes[0][1:]
    if any(shape[1:] != (height, width) for shape in shapes):
        raise DataError(f"The images of '{source}' have different sizes: {shapes[0][1:]} and {shapes[1][1:]}.")
    own_test = shapes[1][0] if len(pairs) == 2 else 0
    folder = _find_folder(source)
    return DataDescription(
        name=source,
        title=f"{folder.resolve().name or source} {height}×{width}",
        example_shape=(1, height, width),
        class_names=_class_names(folder, largest_label + 1),
        count=count,
        about=f"{count} images of {height}×{width} pixels from {folder}"
        + (f", of which the last {own_test} are the set's own test part." if own_test else "."),
        test_count=own_test,
        bytes_per_number=1,
    )


def _find_pairs(source: str) -> tuple[_Pair, ...]:
    """Find the files: one pair of images and labels, or the training pair followed by the test pair."""
    folder = _find_folder(source)
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in _list_files(folder):
        match = _NAME.fullmatch(path.name)
        if match and _RANKS[match["kind"].lower()] == int(match["rank"]):
            found[match["prefix"].lower()].setdefault(match["kind"].lower(), path)
    if not found:
        raise DataError(f"'{source}' holds no IDX files, such as 'images-idx3-ubyte.gz' and 'labels-idx1-ubyte.gz'.")
    pairs = {prefix: _pair(source, files) for prefix, files in found.items()}
    if len(pairs) == 1:
        return tuple(pairs.values())
    train = [pair for prefix, pair in pairs.items() if _TRAIN.search(prefix)]
    test = [pair for prefix, pair in pairs.items() if _TEST.search(prefix) and not _TRAIN.search(prefix)]
    if len(pairs) == 2 and len(train) == len(test) == 1:
        return train[0], test[0]
    raise DataError(
        f"'{source}' holds several sets: {', '.join(sorted(pair.images.name for pair in pairs.values()))}. "
        "Put each into a folder of its own."
    )


def _find_folder(source: str) -> Path:
    try:
        folder = normalise_path(source)
    except StorageError as error:
        raise DataError(str(error)) from error
    kind = path_kind(folder)
    if kind != "a folder":
        wrong = f"'{show_path(source)}' is {kind}" if kind else f"There is no folder '{show_path(source)}'"
        raise DataError(f"{wrong}. Choose the folder that holds the images and labels as IDX files.")
    return folder


def _stamp(path: Path) -> tuple[int, int]:
    """Return what is another when a file has changed."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _list_files(folder: Path) -> list[Path]:
    """List the folder by name, which puts a file in front of its gzipped copy."""
    try:
        files = []
        for path in folder.iterdir():
            files.append(path)
            if len(files) > _MOST_FILES:
                raise DataError(
                    f"'{folder}' holds more than {_MOST_FILES:,} files. Choose the folder of the data only."
                )
        return sorted(files)
    except OSError as error:
        raise DataError(f"Could not read the folder '{folder}': {error.strerror or error}.") from error


def _pair(source: str, files: dict[str, Path]) -> _Pair:
    for kind, other in (("images", "labels"), ("labels", "images")):
        if kind not in files:
            raise DataError(
                f"'{source}' holds '{files[other].name}', but the file of the {kind} that belongs to it is missing."
            )
    return _Pair(files["images"], files["labels"])


def _class_names(folder: Path, count: int) -> tuple[str, ...]:
    """Read the names of the classes, or count them."""
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
        raise DataError(f"'{path}' names {len(names)} classes, but the labels go up to {count - 1}.")
    return names
