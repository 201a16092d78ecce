"""Augmented versions of one example: live, with the settings of the next run."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.datasets.example_index import Example
from app.document import Document
from app.jobs import BackgroundRunner, LatestJob
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.data import Augmentation, augmented_examples

SAMPLES = 12
"""Number of pictures."""
_IMAGE_SIZE = 56
_NONE = "No augmentation is chosen."


class AugmentationPanel(QWidget):
    """Shows one example as it could look in different epochs. A hidden panel computes nothing.

    Arguments:
        document: its training settings say how to augment.
        runner: computes the pictures.
    """

    def __init__(self, document: Document, runner: BackgroundRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_augmentation")
        self._document = document
        self._example: Example | None = None
        self._draw = 0
        self._shown: tuple[object, ...] | None = None
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self._about = make_label("data_page_augmentation_about", style_class="muted", ignores_width=True)
        self._again = QPushButton("Draw again")
        self._again.setObjectName("data_page_draw_again")
        self._again.setAccessibleName("Draw other augmented samples")
        self._again.clicked.connect(self._on_again_clicked)
        self._grid = ImageGrid(image_size=_IMAGE_SIZE)
        self._grid.setObjectName("data_page_augmented")
        self._grid.setAccessibleName("Augmented samples")
        self._grid.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._grid.setFixedHeight(_IMAGE_SIZE + 2 * GRID)
        self._grid.setWrapping(False)
        self._grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(make_label("data_page_augmentation_heading", "Augmented samples", "heading"))
        header.addWidget(self._about, 1)
        header.addWidget(self._again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout(layout, header)
        layout.addWidget(self._grid)
        document.changed.connect(self.refresh)

    @property
    def images(self) -> tuple[QImage, ...]:
        """The augmented pictures; empty if none are shown."""
        return tuple(item.image for item in self._grid.images) if not self._grid.isHidden() else ()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 4 * GRID)

    def show_example(self, example: Example | None) -> None:
        """Augment another example.

        Arguments:
            example: an image; None for none.
        """
        self._example = example
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Follow the settings, if the panel is visible and something changed."""
        if not self.isVisible() or self._example is None:
            return
        training = self._document.project.training
        augmentations = training.make_augmentations()
        wanted = self._example.number, id(self._example.dataset.stored_inputs), augmentations, training.seed, self._draw
        if wanted == self._shown:
            return
        self._shown = wanted
        self._again.setVisible(bool(augmentations))
        self._grid.setVisible(bool(augmentations))
        self._about.setText("new each epoch" if augmentations else _NONE)
        if not augmentations:
            self._job.cancel()
            self._grid.set_images([])
            return
        self._job.start(partial(_augment, self._example, augmentations, training.seed + self._draw))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot()
    def _on_again_clicked(self) -> None:
        self._draw += 1
        self.refresh()

    @Slot(object)
    def _on_job_returned(self, images: list[QImage]) -> None:
        self._grid.set_images([GridImage(image, tooltip=f"epoch {epoch + 1}") for epoch, image in enumerate(images)])

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._about.setText(sentence)
        self._grid.hide()


def _augment(example: Example, augmentations: tuple[Augmentation, ...], seed: int) -> list[QImage]:
    """Return pictures of the example as it could look in as many epochs."""
    versions = augmented_examples(example.dataset, example.row, augmentations, SAMPLES, seed)
    return [sample_image(version) for version in versions]
