"""The list of the samples: how many there are, filters, thumbnails, and a search by number."""

import numpy as np
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.formatting import format_count
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.samples.sample_filter import matching_samples, read_number
from app.inspector.samples.sample_filters import SampleFilters
from app.inspector.samples.sample_thumbnails import SampleThumbnails
from app.training import Inspection, Snapshot
from app.training.sample_points import labels_of
from app.widgets.images.picture_table import PictureTable
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.data import Dataset

_NO_PREDICTIONS = (
    "The mistakes are known when all samples have predictions. During training, only the chosen sample has one."
)
_NO_MISTAKES = "No mistakes: all these samples are predicted correctly. Switch “mistakes” off to see them."


class SampleBrowser(QWidget):
    """Lets the user choose a sample by its thumbnail or its number. Points have no thumbnails, only the filters.

    Arguments:
        inspection: the samples. A choice of the user becomes its sample.

    Attributes:
        shown: `(K,)` indices of the samples that pass the filters.
        predictions: `(N,)` the predicted classes that the filters use; None while they are unknown.
        awaits_predictions: True while newer predictions are being computed.

    Signals:
        filtered(): `shown` changed.
    """

    filtered = Signal()

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._thumbnails: SampleThumbnails | None = None
        self._predicted_with: Snapshot | None = None
        self.shown: np.ndarray = np.zeros(0, np.intp)
        self.predictions: np.ndarray | None = None
        self.awaits_predictions = False
        self._count = make_label("inspector_sample_count", style_class="muted", ignores_width=True)
        self._back = with_names(QPushButton("Back to the test set"), "inspector_test_set", "Show the test set again")
        self._back.setProperty("link", True)
        self._filters = SampleFilters()
        self._grid = with_names(PictureTable(), "inspector_samples", "Samples")
        self._note = make_label("inspector_filtered_out", style_class="muted", wraps=True)
        self._arrange()
        self._back.clicked.connect(self._on_back_clicked)
        self._filters.changed.connect(self._on_filters_changed)
        self._filters.number_entered.connect(self._on_number_entered)
        self._grid.picked.connect(self._on_grid_picked)
        self._grid.opened.connect(self._on_grid_picked)
        self._grid.typed.connect(self._filters.start_number)

    def _arrange(self) -> None:
        header = make_row()
        header.addWidget(make_label("inspector_sample_heading", "Sample", "heading"))
        header.addWidget(self._count, 1)
        header.addWidget(self._back)
        layout = make_column(self)
        layout.setSpacing(GRID)
        add_layout(layout, header)
        layout.addWidget(self._filters)
        layout.addWidget(self._grid, 1)
        layout.addWidget(self._note)

    def use(self, samples: Dataset | None) -> None:
        """Show other samples.

        Arguments:
            samples: the samples; None until they are loaded.
        """
        images = samples is None or len(samples.description.example_shape) == 3
        self._thumbnails = SampleThumbnails(samples) if samples is not None and images else None
        self.predictions = self._inspection.predictions
        self._back.setVisible(self._inspection.part != "test")
        self._filters.use(samples)
        self._grid.setVisible(images)
        self._grid.setAccessibleName(f"Samples of the {self._inspection.part} set")
        self._grid.scrollToTop()
        self._filter()
        self.show_chosen()

    def show_predictions(self, snapshot: Snapshot | None, predictions: np.ndarray | None) -> None:
        """Use other predictions for the filter of mistakes.

        Arguments:
            snapshot: the weights that predicted them.
            predictions: `(N,)` the predicted classes; None while they are unknown.
        """
        self._predicted_with, self.predictions = snapshot, predictions
        self._filter()

    def show_chosen(self) -> None:
        """Mark the chosen sample, and say so if it does not pass the filters. It stays until another one is picked."""
        samples, index = self._inspection.samples, self._inspection.index
        chosen = samples is not None and self._inspection.own is None
        positions: list[int] = np.flatnonzero(self.shown == index).tolist() if chosen else []
        self._grid.set_current(positions[0] if positions else -1)
        hidden = chosen and not positions
        show_text(self._note, f"Sample {index} is still shown, but it does not pass the filters." if hidden else "")
        if samples is not None:
            self._count.setText(self._describe_count(len(samples)))

    def _filter(self) -> None:
        """Show the samples that pass the filters."""
        samples = self._inspection.samples
        if samples is None:
            self.shown = np.zeros(0, np.intp)
            self._count.setText("")
            self._grid.set_placeholder("The samples are being loaded.")
        else:
            self.shown = matching_samples(
                labels_of(samples), self.predictions, self._filters.class_index, self._filters.mistakes_only
            )
            self._count.setText(self._describe_count(len(samples)))
            self._grid.set_placeholder(self._describe_empty_grid())
        self._show_grid()
        self.filtered.emit()

    def _show_grid(self) -> None:
        source = self._thumbnails
        if source is None:
            self._grid.show_pictures(None, QSize(GRID, GRID))
        else:
            source.shown, source.predictions = self.shown, self.predictions
            self._grid.show_pictures(source, source.cell)
        self.show_chosen()

    def _describe_count(self, count: int) -> str:
        found, part = len(self.shown), self._inspection.part
        if self._filters.mistakes_only and self.predictions is None:
            return f"{part} set · {format_count(count)}"
        some = f"{format_count(found)} of " if found != count else ""
        text = f"{part} set · {some}{format_count(count)}"
        sample_trace = self._inspection.sample_trace
        outdated = sample_trace is not None and sample_trace.snapshot is not self._predicted_with
        if self._filters.mistakes_only and outdated and not self.awaits_predictions:
            # During training, only the prediction for the chosen sample is computed again.
            text += " · mistakes of earlier weights"
        return text

    def _describe_empty_grid(self) -> str:
        if self._filters.mistakes_only:
            return _NO_PREDICTIONS if self.predictions is None else _NO_MISTAKES
        return f"The {self._inspection.part} set has no sample of this class. Choose another class."

    @Slot()
    def _on_back_clicked(self) -> None:
        self._inspection.inspect_example("test", 0)

    @Slot()
    def _on_filters_changed(self) -> None:
        self._filter()
        self._scroll_to_chosen()

    def _scroll_to_chosen(self) -> None:
        if self._grid.current >= 0:
            self._grid.scroll_to(self._grid.current)

    @Slot(int)
    def _on_grid_picked(self, position: int) -> None:
        if 0 <= position < len(self.shown):
            self._inspection.select_sample(int(self.shown[position]))

    @Slot(str)
    def _on_number_entered(self, text: str) -> None:
        samples = self._inspection.samples
        if samples is None:
            return
        index, problem = read_number(text, len(samples), self._inspection.part)
        if problem:
            show_text(self._note, problem)
            return
        self._inspection.select_sample(index)
        self.show_chosen()
        self._scroll_to_chosen()
