"""What the gallery shows that needs the disk or computing: pictures, and which of the user's data is still there."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.datasets.gallery_pictures import built_in_picture, public_picture
from app.jobs import BackgroundRunner
from tinyml.core.files import path_kind
from tinyml.data import builtin_descriptions


class GalleryFacts(QObject):
    """Reads the facts off the GUI thread. A folder that does not answer delays no picture.

    Attributes:
        pictures: pictures of sets by name.
        kinds: what is at a path of the user: "a file", "a folder", or None for nothing.

    Signals:
        changed(): there is another picture, or another kind.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pictures: dict[str, QImage] = {}
        self.kinds: dict[str, str | None] = {}
        self._painter, self._reader = BackgroundRunner(), BackgroundRunner()
        self._requested: set[str] = set()

    def request_built_in(self) -> None:
        """Paint the built-in sets, once; those that take longest come last."""
        for description in sorted(builtin_descriptions(), key=lambda data: data.memory):
            self._request(description.name, built_in_picture)

    def request_public(self, complete: Mapping[str, bool]) -> None:
        """Paint the public sets that are downloaded, and forget the pictures of the others.

        Arguments:
            complete: True for each set that is downloaded, by name.
        """
        for name, downloaded in complete.items():
            if downloaded:
                self._request(name, public_picture)
            else:
                self._requested.discard(name)
                self.pictures.pop(name, None)

    def request_kinds(self, paths: Sequence[str]) -> None:
        """Look up again what is at the paths of the user.

        Arguments:
            paths: of files and folders.
        """
        # A path that did not answer must not delay the others of the next request.
        self._reader.abandon()
        for path in paths:
            job = self._reader.submit(partial(path_kind, path))
            job.returned.connect(partial(self._on_kind_returned, path))

    def shutdown(self) -> None:
        """Stop. The window calls it when it closes."""
        for runner in (self._painter, self._reader):
            runner.shutdown()

    def _request(self, name: str, paint: Callable[[str], QImage | None]) -> None:
        if name not in self._requested:
            self._requested.add(name)
            job = self._painter.submit(partial(paint, name))
            job.returned.connect(partial(self._on_picture_returned, name))

    def _on_picture_returned(self, name: str, picture: QImage | None) -> None:
        if picture is not None and name in self._requested:
            self.pictures[name] = picture
            self.changed.emit()

    def _on_kind_returned(self, path: str, kind: str | None) -> None:
        if self.kinds.get(path, "unknown") != kind:
            self.kinds[path] = kind
            self.changed.emit()
