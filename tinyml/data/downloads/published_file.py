"""A file that is published on the internet, with its size and its hash."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tinyml.core.files import open_for_reading

PART_SUFFIX = ".part"
"""End of the name of a file that is not complete."""
_PIECE = 2**20


@dataclass(frozen=True)
class PublishedFile:
    """A published file of a dataset.

    Attributes:
        name: of the file.
        size: in bytes.
        sha256: its hash, in hexadecimal digits.
        folders: addresses of the folders that hold it on different servers, in the order in which they are tried. Each
            ends with "/".
        first_bytes: its first bytes: a login page of a network is recognised before it is received.
    """

    name: str
    size: int
    sha256: str
    folders: tuple[str, ...]
    first_bytes: bytes = b"\x1f\x8b"

    def is_complete(self, folder: Path) -> bool:
        """Return True if a folder holds a file of this name and size. The hash is not compared.

        Arguments:
            folder: of the downloaded files.

        >>> PublishedFile("a.gz", 3, "", ()).is_complete(Path("no such folder"))
        False
        """
        try:
            return (folder / self.name).stat().st_size == self.size
        except OSError:
            return False

    def has_published_hash(self, folder: Path) -> bool:
        """Return True if the file in a folder has the published SHA-256. This reads the whole file.

        Arguments:
            folder: of the downloaded files.

        Raises `StorageError` when the file cannot be read.
        """
        digest = hashlib.sha256()
        with open_for_reading(folder / self.name) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest() == self.sha256

    def part(self, folder: Path) -> Path:
        """Return the path of the file while it is being received, for later resuming.

        Arguments:
            folder: of the downloaded files.

        >>> PublishedFile("a.gz", 3, "", ()).part(Path("cache")).name
        'a.gz.part'
        """
        return folder / (self.name + PART_SUFFIX)

    def received(self, folder: Path) -> int:
        """Return the number of bytes that are in a folder: all of them, those of the part, or 0.

        Arguments:
            folder: of the downloaded files.
        """
        if self.is_complete(folder):
            return self.size
        try:
            return min(self.part(folder).stat().st_size, self.size)
        except OSError:
            return 0
