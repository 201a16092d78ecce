"""Which project unsaved changes belong to: its file, its title, and what the file was when it was read or saved."""

import json
from dataclasses import dataclass
from pathlib import Path

from app.document import UNTITLED, Document
from tinyml.core import StorageError
from tinyml.core.files import read_bounded, write_atomically
from tinyml.core.json_text import read_json_object
from tinyml.storage import PROJECT_SUFFIX

_LARGEST = 2**16


@dataclass(frozen=True)
class Origin:
    """The project that unsaved changes belong to.

    Attributes:
        path: of its file; None when it has none.
        title: what a project without a file is called.
        fingerprint: size in bytes and time of the last change, in nanoseconds, of the file; None when it is not known.
    """

    path: Path | None = None
    title: str = UNTITLED
    fingerprint: tuple[int, int] | None = None

    @classmethod
    def of(cls, document: Document) -> "Origin":
        """Describe the file of a document that has just been read or saved."""
        if document.path is None:
            return cls(None, document.title)
        path = document.path.absolute()
        return cls(path, document.title, _fingerprint(path))

    def warning(self) -> str:
        """Return a sentence about a file that is gone or was changed since; empty when it is as it was."""
        if self.path is None:
            return ""
        now = _fingerprint(self.path)
        if now is None:
            return f"The file '{self.path}' is gone; saving writes it again."
        if now != self.fingerprint:
            return f"The file '{self.path}' was changed since; saving replaces it, Save as keeps both."
        return ""

    def write(self, copy: Path) -> None:
        """Write this beside a copy of unsaved changes; raises `StorageError`."""
        content = {"path": str(self.path) if self.path else None, "title": self.title, "fingerprint": self.fingerprint}
        write_atomically(origin_file(copy), json.dumps(content).encode())

    @classmethod
    def read(cls, copy: Path) -> "Origin":
        """Read what was written beside a copy; a project without a file, when there is nothing that can be read."""
        path = origin_file(copy)
        try:
            content = read_json_object(read_bounded(path, _LARGEST), str(path))
        except StorageError:
            return cls()
        match content:
            case {"path": str(name), "title": str(title), "fingerprint": [int(size), int(changed)]} if name:
                return cls(Path(name), title, (size, changed))
            case {"path": str(name), "title": str(title)} if name:
                return cls(Path(name), title)
            case {"title": str(title)} if title:
                return cls(None, title)
        return cls()


def origin_file(copy: Path) -> Path:
    """Return the path of what is written beside a copy."""
    return copy.with_name(f"{copy.name.removesuffix(PROJECT_SUFFIX)}.origin.json")


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
