"""Lists a folder with all folders in it: names, sizes and times of the images, without opening one.

Links to files and folders are followed, but each folder is listed only once. So links in circles end, and the folder is
not listed again where such a link stands; `Listing.repeated` names these links.
"""

import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tinyml.core import DataError, describe_count
from tinyml.core.files import show_path

SUFFIXES = frozenset(
    ".png .apng .jpg .jpeg .jpe .jfif .bmp .dib .gif .webp .tif .tiff".split()  # noqa: SIM905 (it reads better)
)
"""The ends of the names of images, in lower case."""
MOST_ENTRIES = 1_000_000
"""The most files and folders that are listed. Listing them takes a few seconds."""

_DEEPEST = 64
_MOST_LOOKED_AT = 50_000
_MOST_LOOKED_AT_IN_FOLDER = 5000
"""A folder of annotations beside the images should not hide them."""
_SYSTEM = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin"})
"""Names, in lower case, of files and folders that systems make."""
_REPORT_EVERY = 500


class ImageFile(NamedTuple):
    """A file that has the name of an image.

    Attributes:
        name: its path from the listed folder, with "/" between the parts.
        size: its bytes; 0 if it cannot be looked up.
        time: time of its last change, in nanoseconds; 0 if it cannot be looked up.
    """

    name: str
    size: int
    time: int


@dataclass
class Folder:
    """A folder in a listing.

    Attributes:
        name: its path from the listed folder, as in `ImageFile`; "" for the listed folder itself.
        images: the images directly in it, sorted by name.
        others: the names of the other files directly in it, sorted; hidden files are not among them.
        folders: the folders in it, sorted by name; hidden ones are not among them.
        count: number of images in it and in all folders below it.
    """

    name: str
    images: list[ImageFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    folders: list["Folder"] = field(default_factory=list)
    count: int = 0

    @property
    def label(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    def all_images(self) -> list[ImageFile]:
        """Return the images in the folder, then those in the folders below it, in the order of the names."""
        return [*self.images, *(image for folder in self.folders for image in folder.all_images())]

    def all_others(self) -> list[str]:
        """Return the names of the files that are no images, in the folder and below it."""
        return [*self.others, *(name for folder in self.folders for name in folder.all_others())]


@dataclass
class Listing:
    """All images in a folder.

    Attributes:
        root: the folder.
        hidden: number of hidden files and folders, and of those that systems make, such as Thumbs.db.
        repeated: names of links to folders that are listed elsewhere.
    """

    root: Folder
    hidden: int = 0
    repeated: list[str] = field(default_factory=list)


def list_images(path: Path, progress: Callable[[float], None], most: int = MOST_ENTRIES) -> Listing:
    """List a folder and all folders in it.

    Arguments:
        path: the folder.
        progress: called from time to time with 0. An exception from it cancels the listing.
        most: the most files and folders.

    Raises `DataError` when a folder cannot be listed, there are more than `most` entries, or folders are nested too
    deep.

    >>> list_images(Path("resources/icons"), lambda share: None).root.name
    ''
    """
    return _Walk(path, progress, most).listing()


def holds_image(path: Path) -> bool:
    """Return True if a folder, or a folder in it, holds an image. It looks at a limited number of entries.

    Arguments:
        path: the folder.

    Raises `DataError` when the folder cannot be listed.
    """
    waiting = [path]
    left = _MOST_LOOKED_AT
    for folder in waiting:
        try:
            with os.scandir(folder) as entries:
                for entry in itertools.islice(entries, min(left, _MOST_LOOKED_AT_IN_FOLDER)):
                    left -= 1
                    if _is_hidden(entry.name):
                        continue
                    if is_image_name(entry.name):
                        return True
                    if entry.is_dir():
                        waiting.append(Path(entry.path))
        except OSError as error:
            if folder == path:
                raise DataError(f"Could not read the folder '{show_path(path)}': {error.strerror or error}.") from error
        if not left:
            break
    return False


def files_stamp(files: Iterable[ImageFile]) -> str:
    """Return a text that changes when a file is added, removed, renamed or changed.

    Arguments:
        files: the images, in order.

    >>> files_stamp([ImageFile("a.png", 1, 1)]) == files_stamp([ImageFile("a.png", 1, 2)])
    False
    """
    stamp = hashlib.blake2b(digest_size=20)
    for file in files:
        stamp.update(b"\0%b\0%d %d" % (os.fsencode(file.name), file.size, file.time))
    return stamp.hexdigest()


def is_image_name(name: str) -> bool:
    """Return True if a file name ends as those of images do.

    >>> is_image_name("photo.JPG"), is_image_name("notes.txt")
    (True, False)
    """
    return os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 (pathlib is four times slower)


class _Walk:
    """The state of one listing: what was seen, and how much."""

    def __init__(self, path: Path, progress: Callable[[float], None], most: int) -> None:
        self.path, self.progress, self.most = path, progress, most
        self.entries = 0
        self.seen: set[tuple[int, int]] = set()
        self.links: list[tuple[Folder, str, str]] = []
        self.result = Listing(Folder(""))

    def listing(self) -> Listing:
        root = self.result.root
        self._visit(root, str(self.path), 0)
        # After all other folders, so that a folder is listed where it is, not where a link to it is.
        for parent, name, place in self.links:
            if self._is_seen(place):
                self.result.repeated.append(name)
            else:
                self._enter(parent, name, place)
        _finish(root)
        return self.result

    def _visit(self, folder: Folder, path: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise DataError(
                f"'{self._shown()}' has more than {_DEEPEST} folders inside each other. Choose another one."
            )
        below: list[tuple[str, str]] = []
        try:
            status = os.stat(path)  # noqa: PTH116 (a text here)
            self.seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    self._count()
                    name = f"{folder.name}/{entry.name}" if folder.name else entry.name
                    if _is_hidden(entry.name):
                        self.result.hidden += 1
                    elif is_image_name(entry.name) and not entry.is_dir():
                        self._add_image(folder, entry, name)
                    elif not entry.is_dir():
                        folder.others.append(name)
                    elif entry.is_symlink():
                        self.links.append((folder, name, entry.path))
                    else:
                        below.append((name, entry.path))
        except OSError as error:
            raise DataError(
                f"Could not read the folder '{show_path(path)}': {error.strerror or error}. "
                "Give yourself the right to read it, or choose another folder."
            ) from error
        for name, place in below:
            self._enter(folder, name, place)

    def _enter(self, parent: Folder, name: str, path: str) -> None:
        folder = Folder(name)
        self._visit(folder, path, name.count("/") + 1)
        parent.folders.append(folder)

    def _add_image(self, folder: Folder, entry: "os.DirEntry[str]", name: str) -> None:
        try:
            status = entry.stat()
            if stat.S_ISREG(status.st_mode):
                folder.images.append(ImageFile(name, status.st_size, status.st_mtime_ns))
            else:
                folder.others.append(name)
        except OSError:  # a link to a missing file, or a file that was removed now: loading reports it
            folder.images.append(ImageFile(name, 0, 0))

    def _is_seen(self, path: str) -> bool:
        try:
            status = os.stat(path)  # noqa: PTH116 (a text here)
        except OSError:
            return False  # the visit reports it
        return (status.st_dev, status.st_ino) in self.seen

    def _count(self) -> None:
        self.entries += 1
        if self.entries > self.most:
            raise DataError(
                f"'{self._shown()}' holds more than {describe_count(self.most)} files and folders. Choose a folder of "
                "data only."
            )
        if self.entries % _REPORT_EVERY == 0:
            self.progress(0.0)

    def _shown(self) -> str:
        return show_path(self.path)


def _finish(folder: Folder) -> None:
    """Sort and count."""
    for inner in folder.folders:
        _finish(inner)
    folder.images.sort()
    folder.others.sort()
    folder.folders.sort(key=lambda inner: inner.name)
    folder.count = len(folder.images) + sum(inner.count for inner in folder.folders)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _SYSTEM
