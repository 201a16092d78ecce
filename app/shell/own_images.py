"""Images that the user drops on the window, pastes or opens: Inspect shows what the network predicts for them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.inspector import InspectPage
from app.shell.dialogs import show_problem
from app.shell.file_drops import FileDrops
from app.shell.files import Files
from app.shell.window_layout import WindowLayout
from app.training import Inspection, OwnImage
from app.training.own_examples import read_image_file
from app.widgets.images.png import encode_png
from tinyml.core import DataError
from tinyml.core.files import normalise_path

PASTED = "pasted image"
"""Title of an image without a file."""


class OwnImages(QObject):
    """Makes an own example of each image, and shows it in Inspect. If the network takes no images, a sentence says so.

    Arguments:
        inspection: gets the own examples.
        pages: of the window.
        window: parent of the dialogs.
    """

    def __init__(self, inspection: Inspection, pages: WindowLayout, window: QWidget) -> None:
        super().__init__(window)
        self._page: InspectPage | None = None
        self._own_examples, self._pages, self._window = inspection.own_examples, pages, window
        inspection.own_examples.failed.connect(self._on_failed)

    def attach(self, drops: FileDrops, files: Files, page: InspectPage) -> None:
        """Take the images of these parts of the window.

        Arguments:
            drops: images that are dropped or pasted.
            files: image files that are dropped or opened.
            page: its buttons open and paste an image.
        """
        self._page = page
        drops.image_dropped.connect(self.take)
        files.image_opened.connect(self.open_file)
        page.image_chosen.connect(self.open_file)
        page.paste_requested.connect(drops.paste)

    @Slot(Path)
    def open_file(self, path: Path) -> None:
        """Show what the network predicts for an image file.

        Arguments:
            path: of the file.
        """
        self._read(partial(read_image_file, normalise_path(path)))

    @Slot(QImage)
    def take(self, image: QImage) -> None:
        """Show what the network predicts for an image without a file.

        Arguments:
            image: the pixels.
        """
        self._read(partial(_image_of_pixels, image))

    def _read(self, read: "partial[OwnImage]") -> None:
        if not self._own_examples.image_obstacle:
            self._pages.show_page("inspect")
        self._own_examples.read_image(read)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        """Say it in a dialog, unless the user can read it on the page."""
        if self._page is None or not self._page.shows_own_images:
            show_problem(self._window, "Own image", sentence)


def _image_of_pixels(image: QImage) -> OwnImage:
    try:
        return OwnImage(PASTED, encode_png(image))
    except ValueError as error:
        raise DataError("The pasted image has no pixels. Copy it again.") from error
