"""Finds the image that a text in a table means."""

import unicodedata
from collections.abc import Iterable

from tinyml.data.images.listing import ImageFile


class FileIndex:
    """The images of a folder by the names that tables use for them.

    A table can name an image by its path, its name, or its name without suffix; "\\\\" counts as "/". If no image has
    exactly this name, upper and lower case do not matter. A name that fits several images means none of them.

    Arguments:
        files: the images.

    Attributes:
        example: the path of an image; empty if there are none.

    >>> index = FileIndex([ImageFile("images/a.png", 1, 1), ImageFile("images/b.png", 1, 1)])
    >>> index.find("A").name
    'images/a.png'
    >>> index.find("c.png") is None
    True
    """

    def __init__(self, files: Iterable[ImageFile]) -> None:
        self._exact: dict[str, ImageFile | None] = {}
        self._folded: dict[str, ImageFile | None] = {}
        self.example = ""
        for file in files:
            self.example = self.example or file.name
            for name in dict.fromkeys(_names(_tidy(file.name))):
                _add(self._exact, name, file)
                _add(self._folded, name.casefold(), file)

    def find(self, text: str) -> ImageFile | None:
        """Return the image that a text means; None if there is no such image, or several.

        Arguments:
            text: a path, a name, or a name without suffix.
        """
        if not text:
            return None
        path = _tidy(text)
        for name in (path, path.rpartition("/")[2]):
            found = self._exact.get(name) or self._folded.get(name.casefold())
            if found is not None:
                return found
        return None


def _names(path: str) -> Iterable[str]:
    name = path.rpartition("/")[2]
    return path, path.rpartition(".")[0], name, name.rpartition(".")[0]


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\\", "/").removeprefix("./")


def _add(index: dict[str, ImageFile | None], name: str, file: ImageFile) -> None:
    index[name] = file if index.get(name, file) == file else None
