"""`tinyml compare`: say what was added, removed and changed from one file of tensors to another."""

import argparse
import json
import math
import time
from collections import Counter
from typing import Any

from tinyml.command_line.data import printable
from tinyml.command_line.tensor_progress import TensorProgress
from tinyml.core import describe_count, describe_shape
from tinyml.core.files import show_path
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.text_table import format_table
from tinyml.storage import ChangeStatus, TensorChange, compare_files, open_tensors

_MOST_PRINTED = 40
"""The most tensors that are printed for people; the JSON holds all of them."""
_ORDER: tuple[ChangeStatus, ...] = ("other shape", "added", "removed", "unreadable", "changed", "same")
_HEAD = ("tensor", "status", "shape", "relative", "cosine", "largest")


def run(options: argparse.Namespace) -> None:
    """Print the changes as a table, then everything as one line of JSON.

    Arguments:
        options: `first`, `second`; `quiet` to show no progress.

    Raises `TinymlError` when a file cannot be read.
    """
    started = time.perf_counter()
    with open_tensors(options.first) as one, open_tensors(options.second) as other:
        headers, size = (one.header, other.header), one.size + other.size
    changes = []
    with TensorProgress(size, max(_elements(header.tensors) for header in headers), options.quiet) as progress:
        for change in compare_files(options.first, options.second, progress.check, *headers):
            changes.append(change)
            progress.add(_entry(change).count)
    changes.sort(key=_rank)
    counts = Counter(change.status for change in changes)
    print(printable(f"From {show_path(options.first)} to {show_path(options.second)}:"))
    shown = [f"{describe_count(counts[status])} {status}" for status in _ORDER if counts[status]]
    print(printable(", ".join(shown) or "no tensors"))
    _print_table(changes)
    result = {
        "counts": {status: counts[status] for status in _ORDER},
        "tensors": [_as_json(change) for change in changes],
        "seconds": round(time.perf_counter() - started, 3),
    }
    print(json.dumps(result))


def _elements(tensors: tuple[TensorHeader, ...]) -> int:
    return sum(tensor.count for tensor in tensors)


def _entry(change: TensorChange) -> TensorHeader:
    """Return the entry of the second file, or of the first one if only that has the tensor."""
    found = change.second or change.first
    assert found is not None, "a change is of a tensor in one of the files"
    return found


def _rank(change: TensorChange) -> tuple[int, float, str]:
    moved = math.inf if change.relative is None else change.relative
    return _ORDER.index(change.status), -moved if change.status == "changed" else 0.0, change.name


def _print_table(changes: list[TensorChange]) -> None:
    different = [change for change in changes if change.status != "same"]
    if not different:
        return
    rows = []
    for change in different[:_MOST_PRINTED]:
        shape = describe_shape(_entry(change).shape)
        if change.status == "other shape" and change.first is not None:
            shape = f"{describe_shape(change.first.shape)} → {shape}"
        measures = (change.relative, change.cosine, change.largest)
        numbers = ["" if measure is None else f"{measure:.4g}" for measure in measures]
        rows.append([printable(show_path(change.name)), change.status, printable(shape), *numbers])
    print(format_table(_HEAD, rows, "<<<>>>"))
    if len(different) > _MOST_PRINTED:
        print(printable(f"… and {describe_count(len(different) - _MOST_PRINTED)} more"))


def _as_json(change: TensorChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "status": change.status,
        "shapes": [None if entry is None else list(entry.shape) for entry in (change.first, change.second)],
        "dtypes": [None if entry is None else entry.dtype for entry in (change.first, change.second)],
        "relative": change.relative,
        "cosine": change.cosine,
        "largest": change.largest,
        "not_compared": change.not_compared,
        "note": change.note,
    }
