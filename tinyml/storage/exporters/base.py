"""An exporter writes a trained network in one file format."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinyml.core import StorageError
from tinyml.core.file_groups import check_new_folder
from tinyml.core.files import check_can_save, show_path
from tinyml.net import Sequential
from tinyml.storage.model import SavedModel

_IMPORTED = sys.stdlib_module_names | {
    *("jax", "keras", "numpy", "pydantic", "safetensors", "tensorflow", "threadpoolctl", "tinyml", "torch"),
    *("PIL", "absl", "annotated_types", "colorama", "h5py", "ml_dtypes", "mpmath", "namex", "optree", "packaging"),
    *("pydantic_core", "rich", "torchgen", "tqdm", "typing_extensions", "typing_inspection"),
}
"""What scripts import, and what that imports. Python would take a script of such a name for the package."""

Progress = Callable[[float], object]
"""Called with the finished share, 0 to 1. It raises an exception to cancel; then nothing is written."""


@dataclass(frozen=True)
class Preview:
    """What a file will look like, for the window.

    Attributes:
        text: the content, or its beginning; empty if there is a picture, or nothing to show.
        picture: a PNG file; empty if there is none.
    """

    text: str = ""
    picture: bytes = b""


def no_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return no obstacles: the format can hold every network.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return ()


def no_preview(net: Sequential, about: SavedModel) -> Preview:
    """Return an empty preview.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return Preview()


@dataclass(frozen=True)
class Exporter:
    """A file format for trained networks.

    A file of this package that holds an `Exporter` adds a format. The command `tinyml export` and the window's dialog
    "Export" ask the exporters, so no other file has to change.

    Attributes:
        name: word on the command line, e.g. "safetensors". Each exporter has a different name.
        title: what the file holds, for the dialog, e.g. "Weights".
        suffix: end of the file's name without the dot, in lower case, e.g. "safetensors". Several exporters may have
            the same one, because the user chooses the exporter by its name. Empty if the exporter writes a folder.
        help: one sentence about what the file holds and which programs read it.
        export: writes a network: `export(path, net, about)`. `about` describes the network, its data and its training.
            It writes all or nothing (see `tinyml.core.files.write_atomically` and `tinyml.core.file_groups`) and
            raises `StorageError` if that fails. A slow export also takes `progress`, of the type `Progress`.
        obstacles: `obstacles(net, about)` returns one sentence for each layer or setting that the format has no word
            for, with its name; no sentence if the network can be exported. Must be fast.
        preview: `preview(net, about)` returns what the file will look like. Must take less than a second; it is
            called only if there are no obstacles.
        companions: ends of the files that are written beside the chosen one, without the dot: "weights.safetensors"
            for `net.weights.safetensors` beside `net.py`.
    """

    name: str
    title: str
    suffix: str
    help: str
    export: Callable[..., None]
    obstacles: Callable[[Sequential, SavedModel], tuple[str, ...]] = no_obstacles
    preview: Callable[[Sequential, SavedModel], Preview] = no_preview
    companions: tuple[str, ...] = ()

    @property
    def writes_folder(self) -> bool:
        """True if the exporter writes a folder."""
        return not self.suffix

    @property
    def reports_progress(self) -> bool:
        """True if the export takes `progress`, so that it can be cancelled."""
        return "progress" in inspect.signature(self.export).parameters

    def targets(self, path: str | Path) -> tuple[Path, ...]:
        """Return everything that an export to a path writes: the path itself first, then its companions.

        Arguments:
            path: the file or folder.

        >>> exporter = Exporter("a", "A", "py", "…", print, companions=("weights.safetensors",))
        >>> [target.name for target in exporter.targets("lenet.py")]
        ['lenet.py', 'lenet.weights.safetensors']
        """
        first = Path(path)
        return (first, *(first.with_name(f"{first.stem}.{suffix}") for suffix in self.companions))

    def check(self, path: str | Path) -> None:
        """Check that the export can be written to a path, before a long computation.

        Arguments:
            path: the file or folder.

        Raises `StorageError` with the reason and the remedy.
        """
        if self.writes_folder:
            check_new_folder(path)
            return
        stem = Path(path).stem
        if self.suffix == "py" and stem in _IMPORTED:
            raise StorageError(
                f"Could not save '{show_path(path)}': Python would take this script for the package '{stem}', which "
                "scripts import. Choose another name."
            )
        for target in self.targets(path):
            check_can_save(target)

    def write(self, path: str | Path, net: Sequential, about: SavedModel, progress: Progress | None = None) -> None:
        """Export a network if there is no obstacle. After an error, nothing was written.

        Arguments:
            path: the file or folder. Older files are replaced, a folder must be new or empty.
            net: the network.
            about: its data and its training.
            progress: told how far a slow export is.

        Raises `StorageError` with all obstacles, or with the reason why the file cannot be written.
        """
        self.check(path)
        obstacles = self.obstacles(net, about)
        if obstacles:
            raise StorageError(f"'{show_path(path)}' was not written. {' '.join(obstacles)}")
        reports = self.reports_progress and progress is not None
        arguments: dict[str, Any] = {"progress": progress} if reports else {}
        self.export(path, net, about, **arguments)
