"""The trained network that the export dialog writes: the weights of a run, or those of a file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.training import Snapshot
from app.training.snapshot_files import describe_model
from tinyml.net import Sequential
from tinyml.storage import SavedModel, load_model


@dataclass(frozen=True)
class ModelSource:
    """A trained network to export.

    Attributes:
        title: says on screen whose weights they are.
        stem: proposed name of the file, without its end.
        load: returns the network and everything that is known of it; called in a background thread. It raises
            `TinymlError` if the network cannot be read.
        folder: where the file dialog starts; None for the folder of the last export.
        file: the file that the network comes from, which no export replaces; None if there is none.
    """

    title: str
    stem: str
    load: Callable[[], tuple[Sequential, SavedModel]]
    folder: Path | None = None
    file: Path | None = None


def source_of_snapshot(snapshot: Snapshot, stem: str, title: str) -> ModelSource:
    """Return the weights of a run as a source.

    Arguments:
        snapshot: the weights.
        stem: proposed name of the file.
        title: says on screen whose weights they are.
    """

    def load() -> tuple[Sequential, SavedModel]:
        return snapshot.make_net(), describe_model(snapshot)

    return ModelSource(title, stem, load)


def source_of_file(path: Path) -> ModelSource:
    """Return a model file as a source.

    Arguments:
        path: of the file.
    """
    return ModelSource(
        f"Weights of {path.name}", path.name.split(".")[0] or "model", partial(load_model, path), file=path
    )
