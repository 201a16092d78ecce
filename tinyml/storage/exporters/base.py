"""An exporter writes a trained network in one file format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tinyml.net import Sequential
from tinyml.storage.model import SavedModel


@dataclass(frozen=True)
class Exporter:
    """A file format for trained networks.

    A file of this package that holds an `Exporter` adds a format. The command `tinyml export` and the window's dialog
    "Export weights" ask the exporters, so no other file has to change.

    Attributes:
        name: word on the command line, e.g. "safetensors". Each exporter has a different name.
        title: what the file holds, for the dialog, e.g. "Weights".
        suffix: end of the file's name without the dot, in lower case, e.g. "safetensors". Each exporter has a
            different one, because the suffix that a user types chooses the exporter.
        help: one sentence about what the file holds and which programs read it.
        export: writes a network to a path: `export(path, net, about)`. `about` describes the network, its data and its
            training. It writes atomically (see `tinyml.core.files.write_atomically`) and raises `StorageError` if the
            file cannot be written or the format cannot hold the network.
    """

    name: str
    title: str
    suffix: str
    help: str
    export: Callable[[str | Path, Sequential, SavedModel], None]
