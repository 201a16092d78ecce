"""The lines of a script while it is written, and the layers that they belong to."""

from collections.abc import Iterator
from contextlib import contextmanager

from tinyml.scripts.script import LayerPath, Script
from tinyml.scripts.source_text import INDENT


class SourceLines:
    """Collects lines of source code."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._layers: dict[LayerPath, range] = {}

    def add(self, *lines: str, depth: int = 0) -> None:
        """Add lines.

        Arguments:
            lines: one text for each line, or texts of several lines.
            depth: number of indents.
        """
        for text in lines:
            self._lines += [f"{INDENT * depth}{line}" if line else "" for line in text.split("\n")]

    @contextmanager
    def layer(self, path: LayerPath) -> Iterator[None]:
        """Note that the lines that are added within this context belong to a layer.

        Arguments:
            path: of the layer.
        """
        first = len(self._lines)
        yield
        self._layers[path] = range(first, len(self._lines))

    def append(self, other: "SourceLines") -> None:
        """Add the lines of another collection, with their layers.

        Arguments:
            other: the other collection.
        """
        first = len(self._lines)
        self._lines += other._lines
        self._layers |= {path: range(first + at.start, first + at.stop) for path, at in other._layers.items()}

    def script(self) -> Script:
        """Return the script with all lines."""
        return Script("\n".join(self._lines) + "\n", self._layers)
