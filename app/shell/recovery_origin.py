"""Remembers which project a recovery copy of unsaved changes belongs to, and if its file has changed since."""

import json
from dataclasses import dataclass
from pathlib import Path

from app.document import UNTITLED, Document
from tinyml.core import StorageError
from tinyml.core.files import read_bounded, write_atomically
from tinyml.core.json_text import read_json_object
from tinyml.storage import PROJECT_SUFFIX

_LARGEST = 2**16
"""Largest size of an origin file, in bytes."""


@dataclass(frozen=True)
class Origin:
    """The project that unsaved changes belong to.

    Attributes:
        path: of the project file; None if it has none.
        title: name of the project on screen; used if it has no file.
        fingerprint: size of the project file in bytes, and time of its last change in nanoseconds; None if unknown.
    """

    path: Path | None = None
    title: str = UNTITLED
    fingerprint: tuple[int, int] | None = None

    @classmethod
    def of(cls, document: Document) -> "Origin":
        """Return the origin of changes to a document that has just been read or saved.

        Arguments:
            document: the document.
        """
        if document.path is None:
            return cls(None, document.title)
        path = document.path.absolute()
        return cls(path, document.title, _fingerprint(path))

    def warning(self) -> str:
        """Return a sentence if the file is missing or does not match the fingerprint; empty if it is unchanged."""
        if self.path is None:
            return ""
        now = _fingerprint(self.path)
        if now is None:
            return f"The file '{self.path}' no longer exists. Save writes it again."
        if now != self.fingerprint:
            return f"The file '{self.path}' has changed since then. Save replaces it, Save as keeps both."
        return ""

    def write(self, copy: Path) -> None:
        """Write this origin to a file beside a copy of unsaved changes.

        Arguments:
            copy: path of the copy.

        Raises `StorageError` if the file cannot be written.
        """
        content = {"path": str(self.path) if self.path else None, "title": self.title, "fingerprint": self.fingerprint}
        write_atomically(origin_file(copy), json.dumps(content).encode())

    @classmethod
    def read(cls, copy: Path) -> "Origin":
        """Return the origin that was written beside a copy. If it cannot be read, return that of an untitled project.

        Arguments:
            copy: path of the copy.
        """
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
    """Return the path of the origin file beside a copy.

    Arguments:
        copy: path of the copy.
    """
    return copy.with_name(f"{copy.name.removesuffix(PROJECT_SUFFIX)}.origin.json")


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
