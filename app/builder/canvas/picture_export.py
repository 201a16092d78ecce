"""The command that saves a picture of the network."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.builder.canvas.picture import NetworkPicture
from app.document import Document
from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.training.inspection import Inspection
from app.widgets.images.png import encode_png
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core.files import write_atomically

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
        """Paint the network now, and write the file in the background.

        Arguments:
            path: the file; the picture has pixels if it ends in .png, else it is an SVG.
        """
        self.message.emit(f"Saving {path.name} …")
        picture = NetworkPicture(self._document, self._inspection)
        painted = picture.paint_image() if path.suffix.lower() == ".png" else picture.paint_svg()
        picture.close()
        self._job.start(partial(_save, painted, path))

    def shutdown(self) -> None:
        """Wait until a running export is written. The window calls it when it closes."""
        self._runner.shutdown(LONGEST_SAVE)

    @Slot(object)
    def _on_job_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")


def _save(picture: QImage | bytes, path: Path) -> Path:
    """Write a picture, and return its path. `picture` holds pixels or the content of an SVG file."""
    write_atomically(path, picture if isinstance(picture, bytes) else encode_png(picture))
    return path
