"""The own images of the user: a canvas to draw one, buttons to open and paste one, and a strip of all of them."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.samples.drawing.drawing_panel import DrawingPanel
from app.jobs import LatestJob
from app.training import Inspection, OwnImage
from app.training.drawing import OwnDrawing
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from tinyml.core import TinymlError
from tinyml.data import Dataset
from tinyml.data.preprocessing import ImageEncoding

_FITS = {"crop": "cut to its middle, ", "pad": "given a black border, ", "stretch": "stretched, "}
_IMAGE_SIZE = 36
_STRIP_HEIGHT = 5 * GRID + GRID // 2
_DROP = "Or drop an image anywhere on the window."


class OwnImagesPanel(QWidget):
    """Lets the user give images to the network. A click on one of them chooses it, Del removes it.

    Arguments:
        inspection: holds the own examples.

    Signals:
        open_requested(): the user wants to open an image file.
        paste_requested(): the user wants to paste an image.
    """

    open_requested = Signal()
    paste_requested = Signal()

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._pictures: dict[OwnImage | OwnDrawing, QImage] = {}
        self._pictures_of: Dataset | None = None
        self._job = LatestJob(inspection.quick_jobs, self)
        self._job.returned.connect(self._on_pictures_made)
        self._drawing = DrawingPanel(inspection)
        self._open = with_names(QPushButton("Open…"), "inspector_open_image", "Open an image of your own")
        self._paste = with_names(QPushButton("Paste"), "inspector_paste_image", "Paste an image of your own")
        self._remove = with_names(QPushButton("Remove"), "inspector_remove_own", "Remove the chosen image of your own")
        self._strip = with_names(_Strip(image_size=_IMAGE_SIZE), "inspector_own_images", "Your own images")
        self._note = make_label("inspector_own_size", style_class="muted", wraps=True, selectable=True)
        self._fit = with_names(
            QPushButton("Place it as the data do"), "inspector_fit_image", "Place the image as the data do"
        )
        self._fit.setToolTip("Take the strokes of this image as a drawing, and scale and shift them as the data do")
        for button in (self._open, self._paste, self._remove, self._fit):
            button.setProperty("link", True)
        self._open.setToolTip(_DROP)
        self._paste.setToolTip(_DROP)
        self._arrange()
        self._open.clicked.connect(self.open_requested)
        self._paste.clicked.connect(self.paste_requested)
        self._remove.clicked.connect(self._on_remove_clicked)
        self._fit.clicked.connect(self._on_fit_clicked)
        self._drawing.refused.connect(self._on_refused)
        self._drawing.style_measured.connect(self._show_note)
        self._strip.delete_pressed.connect(self._on_remove_clicked)
        self._strip.picked.connect(self._on_strip_picked)
        self._strip.clicked.connect(self._on_strip_clicked)
        inspection.own_examples.changed.connect(self._refresh)
        inspection.own_examples.failed.connect(self._on_failed)
        inspection.samples_changed.connect(self._refresh)
        inspection.sample_trace_changed.connect(self._mark_chosen)
        self._refresh()

    @property
    def images(self) -> tuple[OwnImage | OwnDrawing, ...]:
        """The own images and drawings of the session, in order."""
        examples = self._inspection.own_examples.examples
        return tuple(each for each in examples if isinstance(each, OwnImage | OwnDrawing))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _arrange(self) -> None:
        header = make_row()
        header.addWidget(make_label("inspector_own_heading", "Or draw one", "heading"))
        header.addStretch()
        header.addWidget(self._open)
        header.addWidget(make_label("", "·", "muted"))
        header.addWidget(self._paste)
        self._strip.setFixedHeight(_STRIP_HEIGHT)
        row = make_row()
        row.addWidget(self._strip, 1)
        row.addWidget(self._remove)
        layout = make_column(self)
        add_layout(layout, header)
        layout.addWidget(self._drawing)
        add_layout(layout, row)
        layout.addWidget(self._note)
        layout.addWidget(self._fit)

    @Slot()
    def _refresh(self) -> None:
        samples = self._inspection.samples
        if samples is not self._pictures_of:
            # Other data prepares the same images in another way.
            self._pictures.clear()
            self._pictures_of = samples
        self._pictures = {image: self._pictures[image] for image in self.images if image in self._pictures}
        missing = []
        for image in self.images:
            if isinstance(image, OwnDrawing) and samples is not None:
                # It is small, and it changes while the pen moves: a job for it would delay the prediction.
                self._pictures.setdefault(image, sample_image(image.encode(samples)[0]))
            elif isinstance(image, OwnImage) and image not in self._pictures:
                missing.append(image)
        if missing and samples is not None and self.isVisible() and not self._job.busy:
            self._job.start(partial(_make_pictures, missing, samples))
        self._show()

    def _show(self) -> None:
        known = [image for image in self.images if image in self._pictures]
        self._strip.set_images([GridImage(self._pictures[image], tooltip=image.title) for image in known])
        self._strip.setVisible(bool(self.images))
        self._mark_chosen()

    @Slot()
    def _mark_chosen(self) -> None:
        own = self._inspection.own
        known = [image for image in self.images if image in self._pictures]
        self._strip.set_current(known.index(own) if own in known else -1)
        self._remove.setVisible(own is not None)
        self._show_note()

    @Slot()
    def _show_note(self) -> None:
        """Say how an image of another size was fitted, and offer to place its strokes as those of a drawing."""
        samples, own, style = self._inspection.samples, self._inspection.own, self._drawing.drawing_style
        known = isinstance(own, OwnImage) and samples is not None
        self._fit.setVisible(known and style is not None and style.has_rule)
        self._say(_describe_fit(own, samples) if isinstance(own, OwnImage) and samples is not None else "")

    @Slot()
    def _on_fit_clicked(self) -> None:
        if isinstance(self._inspection.own, OwnImage):
            self._drawing.draw_image(self._inspection.own)

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self._say(sentence, failed=True)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._say(sentence, failed=True)

    def _say(self, sentence: str, failed: bool = False) -> None:
        show_text(self._note, sentence)
        set_style_property(self._note, "danger", failed)

    @Slot(object)
    def _on_pictures_made(self, made: "_Pictures") -> None:
        if made.samples is self._inspection.samples:
            self._pictures |= {image: sample_image(picture) for image, picture in made.pictures.items()}
        self._refresh()

    @Slot(int)
    def _on_strip_picked(self, position: int) -> None:
        known = [image for image in self.images if image in self._pictures]
        if 0 <= position < len(known):
            self._inspection.select_own(known[position])

    @Slot()
    def _on_strip_clicked(self) -> None:
        """Continue the chosen drawing if its canvas was cleared."""
        if self._inspection.own is not None:
            self._drawing.continue_drawing(self._inspection.own)

    @Slot()
    def _on_remove_clicked(self) -> None:
        if self._inspection.own is not None:
            self._inspection.own_examples.remove(self._inspection.own)


class _Strip(ImageGrid):
    """A grid whose images the Del key removes.

    Signals:
        delete_pressed(): the user pressed Del.
    """

    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class _Pictures:
    """Own images as the network sees them.

    Attributes:
        samples: the data that prepared them.
        pictures: `(C, H, W)` of each image; one pixel for an image that cannot be decoded.
    """

    def __init__(self, samples: Dataset, pictures: dict[OwnImage, np.ndarray]) -> None:
        self.samples, self.pictures = samples, pictures


def _describe_fit(image: OwnImage, samples: Dataset) -> str:
    """Return how an image got the size of the data; an empty text if it has it already."""
    (width, height), encoding = image.size, samples.description.encoding
    if not isinstance(encoding, ImageEncoding) or (height, width) == (encoding.height, encoding.width):
        return ""
    how = _FITS[encoding.resize] if width * encoding.height != height * encoding.width else ""
    return f"{short(image.title)} has {width}×{height} pixels: {how}scaled to {encoding.width}×{encoding.height}."


def _make_pictures(images: list[OwnImage], samples: Dataset) -> _Pictures:
    return _Pictures(samples, {image: _picture(image, samples) for image in images})


def _picture(image: OwnImage, samples: Dataset) -> np.ndarray:
    try:
        return np.asarray(image.encode(samples)[0])
    except TinymlError:
        return np.zeros((1, 1, 1), np.float32)
