"""The worst mistakes as small images, below the runs."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.monitor.predictions.predicted_examples import show_in
from app.monitor.predictions.predictions import ClassPredictions
from app.monitor.predictions.predictor import Predictor
from app.monitor.predictions.side_section import SideSection
from app.widgets.labels import make_label, show_text
from app.widgets.predictions.example_gallery import ExampleGallery
from app.widgets.theme.theme import GRID
from tinyml.data import DataDescription

_ROWS, _MOST_COLUMNS = 3, 8


class MistakesSection(SideSection):
    """The most confident mistakes of the newest weights, if the inputs are images.

    Arguments:
        predictor: computes the predictions.

    Attributes:
        gallery: the images.

    Signals:
        picked(position): the user wants to inspect the example at this position among the predicted ones.
    """

    picked = Signal(int)

    def __init__(self, predictor: Predictor) -> None:
        self.gallery = ExampleGallery("side_mistakes", "Worst mistakes, the most confident one first")
        self._caption = make_label("side_mistakes_caption", style_class="muted", wraps=True)
        self._shown: ClassPredictions | None = None
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.gallery)
        layout.addWidget(self._caption)
        super().__init__("mistakes_section", "Worst mistakes", content, predictor)
        self.setContentsMargins(GRID // 2, 0, 0, GRID)
        self.gallery.picked.connect(self.picked)

    @property
    def caption(self) -> str:
        """The sentence instead of images, if there are none."""
        return "" if self._caption.isHidden() else self._caption.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._shown is not None and not self.folded:
            self._show_predictions(self._shown)

    def _suits(self, description: DataDescription) -> bool:
        return description.has_classes and len(description.example_shape) == 3

    def _show_predictions(self, predictions: ClassPredictions) -> None:
        if not len(predictions.mistakes):
            self._show_message(f"No mistakes among {predictions.examples.describe()}.")
            return
        self._shown = predictions
        self._show_first(_ROWS * _MOST_COLUMNS)
        cell = self.gallery.cell_size  # known as soon as there are images with captions
        columns = max(self.contentsRect().width() // cell.width(), 1)
        rows = min(-(-len(predictions.mistakes) // columns), _ROWS)
        self._show_first(rows * columns)
        self.gallery.setFixedHeight(rows * cell.height())
        self.gallery.show()
        self._caption.hide()

    def _show_first(self, count: int) -> None:
        """Show so many mistakes, or all if there are fewer."""
        shown = self._shown
        if shown is not None:
            show_in(self.gallery, shown, shown.mistakes[:count], shown.mistake_inputs[:count])

    def _show_message(self, message: str) -> None:
        self._shown = None
        self.gallery.hide()
        show_text(self._caption, message)
