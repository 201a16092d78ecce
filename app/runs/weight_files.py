"""The weights of a kept run: those of its best epoch, and its last ones if they are others. Both are model files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.training.run import Run
from app.training.snapshot import Snapshot
from app.training.snapshot_files import export_snapshot, load_snapshot
from tinyml.core import StorageError
from tinyml.core.files import show_path
from tinyml.data import DataDescription
from tinyml.learner import EpochFinished

BEST, LAST = "weights.safetensors", "last.safetensors"


@dataclass(frozen=True, eq=False)
class RunWeights:
    """Weights of one run.

    Attributes:
        best: of its best epoch.
        last: its last ones; None while the run is trained.
    """

    best: Snapshot
    last: Snapshot | None = None

    @staticmethod
    def of(run: Run, foreign: Snapshot | None, ended: bool) -> "RunWeights | None":
        """Return the weights to keep; None if the run has none of its own.

        Arguments:
            run: the run.
            foreign: the weights of the run before it, which it shows at first.
            ended: True to keep the last weights too.
        """
        own = run.last or run.snapshot
        last = own if own is not foreign else None
        best = run.best or last
        return RunWeights(best, last if ended else None) if best is not None else None


def write_weights(folder: Path, weights: RunWeights) -> None:
    """Write weights. If the last ones are the best ones, one file holds them.

    Arguments:
        folder: of the run.
        weights: of the run.

    Raises `StorageError` if a file cannot be written.
    """
    best, last = weights.best, weights.last
    if last is None:
        _export(folder / BEST, best)
    elif _same(best.tensors, last.tensors):
        _export(folder / BEST, last)  # it also knows the result on the test set
        try:
            (folder / LAST).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"'{show_path(folder / LAST)}' cannot be removed: {error.strerror}.") from error
    else:
        _export(folder / BEST, best)
        _export(folder / LAST, last)


def read_weights(folder: Path, description: DataDescription, history: tuple[EpochFinished, ...]) -> RunWeights | None:
    """Return the weights of a run, with their history; None if it has none.

    Arguments:
        folder: of the run.
        description: of its data.
        history: its epochs. The model files only say which one was the last before their weights.

    Raises `StorageError` if a file cannot be read.
    """
    found = []
    for name in (BEST, LAST):
        if os.path.lexists(folder / name):  # a link that leads nowhere is damage
            saved = load_snapshot(folder / name, description)
            epochs = saved.history[-1].epoch if saved.history else 0
            found.append(replace(saved, history=history[:epochs] or saved.history))
    if not found:
        return None
    best, last = found[0], found[-1]
    # A run that was continued, and interrupted then, has newer best weights than its file of the last ones.
    return RunWeights(best, last if len(last.history) >= len(best.history) else best)


def _export(path: Path, snapshot: Snapshot) -> None:
    """Write a model file with the last epoch only: to describe ten thousand would take longer than all else."""
    export_snapshot(path, replace(snapshot, history=snapshot.history[-1:]))


def _same(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)
