"""The recent files: stored in the settings, shown in the File menu."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QMenu

from app.widgets.plain_text import button_text, tool_tip
from tinyml.core.files import path_kind
from tinyml.storage import tensor_patterns

WEIGHT_SUFFIXES = (".safetensors", ".safetensors.index.json", ".npz", ".npy", ".onnx")
"""Ends of the names of files of weights."""
WEIGHTS_FILTER = f"Weights ({' '.join(tensor_patterns())});;All files (*)"
"""The filter of a dialog that asks for such a file."""
MOST_RECENT = 8
"""Number of files that are stored."""


def read_list(settings: QSettings, key: str) -> list[str]:
    """Return a list of texts from the settings; an empty list if there is none.

    Arguments:
        settings: of the window.
        key: name of the list.
    """
    stored = settings.value(key, [])
    # An INI file returns a list with one entry as a plain string.
    return [str(text) for text in stored] if isinstance(stored, list) else [stored] if isinstance(stored, str) else []


class RecentFiles(QObject):
    """The files that were opened or saved last.

    Arguments:
        settings: stores the paths.

    Signals:
        changed(): the list changed.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> list[Path]:
        """Return the recent files that still exist, newest first."""
        return [path for path in self.remembered() if path_kind(path) == "a file"]

    def remembered(self, suffixes: tuple[str, ...] = ("",)) -> list[Path]:
        """Return the recent files, newest first, also those that do not exist any more. The disk is not asked.

        Arguments:
            suffixes: only files whose names end in one of them.
        """
        names = read_list(self._settings, "recent_files")
        return [path for path in map(Path, names) if path.name.lower().endswith(suffixes)]

    def last_folder(self) -> Path:
        """Return the folder of the newest file, or the home folder; dialogs start there."""
        paths = self.paths()
        return paths[0].parent if paths else Path.home()

    @Slot(Path)
    def remember(self, path: Path) -> None:
        """Put `path` first in the list."""
        path = path.resolve()
        others = [str(other) for other in self.paths() if other != path]
        self._settings.setValue("recent_files", [str(path), *others][:MOST_RECENT])
        self.changed.emit()

    @Slot(Path)
    def forget(self, path: Path) -> None:
        """Remove `path` from the list."""
        others = [str(other) for other in self.remembered() if other != path]
        self._settings.setValue("recent_files", others)
        self.changed.emit()

    def fill_menu(self, menu: QMenu, open_path: Callable[[Path], object]) -> None:
        """List the recent files in a menu.

        Arguments:
            menu: loses its old entries.
            open_path: called with the file that the user chooses.
        """
        menu.clear()
        menu.setToolTipsVisible(True)
        for path in self.paths():
            menu.addAction(button_text(path.name), partial(open_path, path)).setToolTip(tool_tip(str(path)))
        if menu.isEmpty():
            menu.addAction("No files yet").setEnabled(False)
