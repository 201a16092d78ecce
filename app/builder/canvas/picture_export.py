"""The command that saves a picture of the network."""

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.builder.canvas.picture import NetworkPicture
from app.document import Document
from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.training.inspection import Inspection
from app.widgets.images.png import encode_png
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import TinymlError
from tinyml.core.files import write_atomically

_STEP_SECONDS = 0.02
"""Cards are painted for this time before the window handles its events again."""
_FILE_KINDS = {"svg": "Picture for print and slides", "png": "Picture in pixels"}


class PictureExport(QObject):
    """Asks for a file, and saves a picture of the whole network in it.

    Arguments:
        document: has the network.
        inspection: gives the activations on the cards; None for cards without activations.
        window: parent of the dialog; it owns this object.

    Signals:
        message(sentence): the state of the export.
        failed(sentence): why there is no picture.
    """

    message = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, inspection: Inspection | None, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._inspection, self._window = document, inspection, window
        self._picture: NetworkPicture | None = None
        self._painting: Iterator[QImage | bytes | None] = iter(())
        self._path = Path()
        self._timer = QTimer(self, interval=0)
        self._timer.setObjectName("picture_timer")
        self._timer.timeout.connect(self._on_timeout)
        self._runner = BackgroundRunner()
        self._job = LatestJob(self._runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self.failed)

    @Slot()
    def ask_and_export(self) -> None:
        """Ask for a file and save the picture in it."""
        if not self._document.project.network.layers:
            self.failed.emit("The network has no layers yet, so there is nothing to draw. Add a layer first.")
            return
        path = self._document.path
        start = path.with_name(f"{path.name.split('.')[0]}.svg") if path else Path.home() / "network.svg"
        chosen = ask_where_to_save(self._window, "Export picture of the network", start, _FILE_KINDS)
        if chosen is not None:
            self.export_to(chosen)

    def export_to(self, path: Path) -> None:
        """Paint the network of this moment, and write the file in the background.

        The window paints some cards at a time, so that a long network does not block it. A second export takes the
        place of one that is still being painted.

        Arguments:
            path: the file; the picture has pixels if it ends in .png, else it is an SVG.
        """
        self._forget_picture()
        self.message.emit(f"Saving {path.name} …")
        picture = NetworkPicture(self._document, self._inspection)
        self._painting = picture.paint_image() if path.suffix.lower() == ".png" else picture.paint_svg()
        self._picture, self._path = picture, path
        self._timer.start()

    def shutdown(self) -> None:
        """Wait until a running export is written. The window calls it when it closes."""
        for painted in self._painting:
            if painted is not None:
                with suppress(TinymlError):  # the window, which would show the reason, is closing
                    _save(painted, self._path)
        self._forget_picture()
        self._runner.shutdown(LONGEST_SAVE)

    @Slot()
    def _on_timeout(self) -> None:
        """Paint some cards. After the last one, write the file."""
        end = time.perf_counter() + _STEP_SECONDS
        for painted in self._painting:
            if painted is not None:
                self._job.start(partial(_save, painted, self._path))
                self._forget_picture()
                return
            if time.perf_counter() > end:
                return

    def _forget_picture(self) -> None:
        self._timer.stop()
        self._painting = iter(())
        if self._picture is not None:
            self._picture.close()
            self._picture = None

    @Slot(object)
    def _on_job_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")


def _save(picture: QImage | bytes, path: Path) -> Path:
    """Write a picture, and return its path. `picture` holds pixels or the content of an SVG file."""
    write_atomically(path, picture if isinstance(picture, bytes) else encode_png(picture))
    return path
