"""The first column of the inspector: the samples, filters for them, and the prediction for the chosen one."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QSignalBlocker, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QWidget

from app.formatting import format_count
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.samples.decision_map_controller import DecisionMapController
from app.inspector.samples.own_images_panel import OwnImagesPanel
from app.inspector.samples.own_row_panel import OwnRowPanel
from app.inspector.samples.prediction_panel import PredictionPanel
from app.inspector.samples.sample_filter import ALL_CLASSES, matching_samples, own_point
from app.inspector.samples.scatter_plot import ScatterPlot
from app.training import Inspection, Snapshot
from app.training.decision_map import Curve, DecisionMap
from app.training.sample_points import labels_of, points_of
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.data import Dataset

_POINTS_HINT = (
    "These samples are points, not images, so no feature map can be reconstructed in pixels. The bars show the output "
    "of each layer for the chosen point. The coloured background or the curve shows the prediction for other points."
)
_ROWS_HINT = (
    "These samples are rows of numbers, not images, so no feature map can be reconstructed in pixels. The bars show "
    "the output of each layer for the chosen row. The plot shows the first two of the {count} numbers."
)
LARGEST_GRID = 3000
"""Largest number of thumbnails in the grid. The class filter leads to the other samples."""
_LOWEST_PART = 8 * GRID
"""Lowest height of the samples and of the prediction, in pixels."""
_BATCH_SIZE = 150
"""Thumbnails that are painted at a time, which takes a few milliseconds."""


class SamplePanel(QWidget):
    """Lets the user choose a sample: thumbnails for images, a scatter plot for points, and filters for both.

    Arguments:
        inspection: the samples. A choice of the user becomes its sample.

    Attributes:
        points: the scatter plot. The page places it where there is room, since it is more than a choice.
        own_images: the own images of the user.
    """

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._thumbnails: dict[int, QImage] = {}
        self._shown = np.zeros(0, np.intp)
        self._found = 0
        self._predictions: np.ndarray | None = None
        self._predicted_with: Snapshot | None = None
        self._decision_maps = DecisionMapController(inspection, self)
        self._thumbnail_timer = QTimer(self, interval=0)
        self._thumbnail_timer.timeout.connect(self._on_thumbnail_timer_timeout)
        self._offered = 0
        self._make_widgets()
        self._arrange()
        self._decision_maps.decision_map_computed.connect(self._on_decision_map_computed)
        self._decision_maps.curve_computed.connect(self._on_curve_computed)
        inspection.samples_changed.connect(self._on_samples_changed)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        inspection.predictions_changed.connect(self._on_predictions_changed)
        inspection.own_examples.notice.connect(self._on_notice)
        inspection.own_examples.changed.connect(self._on_own_examples_changed)
        self._on_samples_changed()
        self._on_sample_trace_changed()

    @property
    def shown(self) -> np.ndarray:
        """Indices of the samples that pass the filters."""
        return self._shown

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._offered < len(self._shown):
            self._show_grid()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._thumbnail_timer.stop()

    def _make_widgets(self) -> None:
        self._count = make_label("inspector_sample_count", style_class="muted")
        self._mistakes_only = with_names(
            QCheckBox("mistakes only"), "inspector_mistakes_only", "Show only samples with a wrong prediction"
        )
        self._mistakes_only.toggled.connect(self._on_filter_changed)
        self._class = with_names(ChoiceBox(), "inspector_class_filter", "Show only the samples of one class")
        self._class.currentIndexChanged.connect(self._on_filter_changed)
        self._grid = with_names(ImageGrid(image_size=36), "inspector_samples", "Samples of the test set")
        self._back = with_names(QPushButton("Back to the test set"), "inspector_test_set", "Show the test set again")
        self._back.setProperty("link", True)
        self._back.clicked.connect(self._on_back_clicked)
        self._grid.picked.connect(self._on_grid_picked)
        self.points = with_names(ScatterPlot(), "inspector_points")
        self.points.picked.connect(self._inspection.select_sample)
        self.points.shown.connect(self._request_decision_map)
        self.own_images = OwnImagesPanel(self._inspection)
        self._own_row = with_names(OwnRowPanel(self._inspection), "inspector_own_row", "Your own numbers")
        self._notice = make_label("inspector_own_notice", style_class="muted", wraps=True)
        self._notice.hide()
        self._filtered_out = make_label("inspector_filtered_out", style_class="muted", wraps=True)
        self._prediction = PredictionPanel(self._inspection)
        self._points_hint = make_label("inspector_points_hint", _POINTS_HINT, "muted", wraps=True)

    def _arrange(self) -> None:
        header = make_row()
        header.addWidget(make_label("inspector_sample_heading", "Sample", "heading"))
        header.addWidget(self._count)
        header.addStretch()
        header.addWidget(self._back)
        filters = make_row()
        filters.addWidget(self._class, 1)
        filters.addWidget(self._mistakes_only)
        for widget in (self._grid, self._own_row, self._prediction):
            # They share the room that there is, and scroll inside it.
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
            widget.setMinimumHeight(_LOWEST_PART)
        layout = make_column(self)
        layout.setContentsMargins(GRID, GRID + GRID // 2, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(header)
        layout.addLayout(filters)
        layout.addWidget(self._grid, 4)
        layout.addWidget(self._filtered_out)
        layout.addWidget(self.own_images)
        layout.addWidget(self._own_row, 4)
        layout.addWidget(self._notice)
        layout.addWidget(self._prediction, 3)
        layout.addWidget(self._points_hint)

    @Slot()
    def _on_samples_changed(self) -> None:
        samples = self._inspection.samples
        self._thumbnails.clear()
        self._predictions = self._inspection.predictions
        self._decision_maps.forget()
        names = samples.description.class_names if samples is not None else ()
        with QSignalBlocker(self._class):
            self._class.clear()
            self._class.addItem("all classes", ALL_CLASSES)
            for index, name in enumerate(names):
                self._class.addItem(short(name), index)
        images = samples is None or len(samples.description.example_shape) == 3
        has_classes = samples is None or samples.description.has_classes
        self._back.setVisible(self._inspection.part != "test")
        self._class.setVisible(has_classes)
        self._mistakes_only.setVisible(has_classes)
        if not has_classes:
            self._mistakes_only.setChecked(False)
        self._grid.setVisible(images)
        self.own_images.setVisible(images)
        self._own_row.setVisible(not images and samples is not None)
        self._points_hint.setVisible(not images)
        if samples is not None and not images:
            self._show_points(samples)
        self._filter()

    def _show_points(self, samples: Dataset) -> None:
        count = points_of(samples).reshape(len(samples), -1).shape[1]
        self._points_hint.setText(_ROWS_HINT.format(count=format_count(count)) if count > 2 else _POINTS_HINT)
        description = samples.description
        axes = description.input_names[:2] if count > 1 else (*description.input_names, *description.target_names)[:2]
        self.points.show_samples(points_of(samples), labels_of(samples), description.class_names, axes)

    @Slot()
    def _on_back_clicked(self) -> None:
        self._inspection.inspect_example("test", 0)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._filter()

    def _filter(self) -> None:
        """Show the samples that pass the filters."""
        samples = self._inspection.samples
        if samples is None:
            self._shown = np.zeros(0, np.intp)
            self._count.setText("")
            self._grid.set_placeholder("The samples are being loaded.")
        else:
            class_index, mistakes_only = self._class.currentData(), self._mistakes_only.isChecked()
            found = matching_samples(labels_of(samples), self._predictions, class_index, mistakes_only)
            self._shown = found[:LARGEST_GRID]
            self._found = len(found)
            self._count.setText(self._describe_count(self._found, len(samples)))
            self._grid.set_placeholder(self._describe_empty_grid())
        self.points.show_only(self._shown)
        self._show_filtered_out()
        self._show_grid()

    def _describe_count(self, found: int, count: int) -> str:
        if found > LARGEST_GRID:
            return f"{self._inspection.part} set · the first {format_count(LARGEST_GRID)} of {format_count(found)}"
        if self._mistakes_only.isChecked() and self._predictions is None:
            return f"{self._inspection.part} set · {format_count(count)}"
        text = f"{self._inspection.part} set · {format_count(count)}"
        if found != count:
            text = f"{self._inspection.part} set · {format_count(found)} of {format_count(count)}"
        sample_trace = self._inspection.sample_trace
        outdated = sample_trace is not None and sample_trace.snapshot is not self._predicted_with
        if self._mistakes_only.isChecked() and outdated and not self._decision_maps.requesting:
            # During training, only the prediction for the chosen sample is computed again.
            text += " · mistakes of earlier weights"
        return text

    def _describe_empty_grid(self) -> str:
        if self._mistakes_only.isChecked() and self._predictions is None:
            return (
                "The mistakes are known when all samples have predictions. During training, only the chosen sample has "
                "one."
            )
        if self._mistakes_only.isChecked():
            return "No mistakes: all these samples are predicted correctly. Clear “mistakes only” to see them."
        return f"The {self._inspection.part} set has no sample of this class. Choose another class."

    def _show_grid(self) -> None:
        """Show the thumbnails that exist, and paint the others batch by batch."""
        self._thumbnail_timer.stop()
        self._offered = 0
        if not self._images_are_shown():
            self._offered = len(self._shown)
            self._grid.set_images(())
            return
        if not self.isVisible():
            return  # `showEvent` calls it again
        # Stop at the first thumbnail that is missing. One inserted later would move the others under the mouse.
        self._offered = next(
            (position for position, index in enumerate(self._shown) if int(index) not in self._thumbnails),
            len(self._shown),
        )
        self._grid.set_images(self._grid_images(self._shown[: self._offered]))
        self._add_thumbnails()

    def _images_are_shown(self) -> bool:
        return self._inspection.samples is not None and not self._grid.isHidden()

    @Slot()
    def _on_thumbnail_timer_timeout(self) -> None:
        self._add_thumbnails()

    def _add_thumbnails(self) -> None:
        """Paint the next batch of thumbnails. The timer repeats this until none is missing."""
        more = self._shown[self._offered : self._offered + _BATCH_SIZE]
        self._offered += len(more)
        if len(more):
            self._grid.add_images(self._grid_images(more))
        if self._offered < len(self._shown):
            self._thumbnail_timer.start()
        else:
            self._thumbnail_timer.stop()
        self._mark_current()

    def _grid_images(self, indices: Iterable[int]) -> list[GridImage]:
        samples, predictions = self._inspection.samples, self._predictions
        if samples is None:
            return []
        names = samples.description.class_names
        images = []
        for index in map(int, indices):
            if index not in self._thumbnails:
                self._thumbnails[index] = sample_image(samples.unscaled_examples(slice(index, index + 1))[0])
            tooltip = f"sample {index}: {names[samples.labels[index]]}" if names else f"sample {index}"
            if predictions is not None:
                tooltip += f", predicted {names[predictions[index]]}"
            images.append(GridImage(self._thumbnails[index], tooltip=tooltip))
        return images

    def _show_filtered_out(self) -> None:
        """Say if the chosen sample does not pass the filters. It stays until the user picks another one."""
        samples, own = self._inspection.samples, self._inspection.own
        filtered_out = samples is not None and own is None and self._inspection.index not in self._shown
        self._filtered_out.setVisible(filtered_out)
        self._filtered_out.setText(f"Sample {self._inspection.index} is still shown, but it does not pass the filters.")

    def _mark_current(self) -> None:
        index = self._inspection.index if self._inspection.own is None else -1
        positions = np.flatnonzero(self._shown == index)
        self._grid.set_current(int(positions[0]) if positions.size else -1)
        self.points.set_current(index)
        self.points.set_own(own_point(self._inspection.sample_trace))

    @Slot(int)
    def _on_grid_picked(self, position: int) -> None:
        if 0 <= position < len(self._shown):
            self._inspection.select_sample(int(self._shown[position]))

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        show_text(self._notice, sentence)

    @Slot()
    def _on_own_examples_changed(self) -> None:
        show_text(self._notice, "")

    @Slot()
    def _on_predictions_changed(self) -> None:
        if self._inspection.samples is not None:
            self._show_predictions(self._inspection.snapshot, self._inspection.predictions)

    def _show_predictions(self, snapshot: Snapshot | None, predictions: np.ndarray | None) -> None:
        self._predicted_with, self._predictions = snapshot, predictions
        self.points.show_predictions(predictions)
        self._filter()

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        samples = self._inspection.samples
        if self._inspection.sample_trace is None or samples is None:
            return
        self._show_filtered_out()
        self._mark_current()
        self._request_decision_map()
        self._count.setText(self._describe_count(self._found, len(samples)))

    @Slot()
    def _request_decision_map(self) -> None:
        if self.points.isVisible():
            self._decision_maps.request(*self.points.plane)

    @Slot(object)
    def _on_curve_computed(self, curve: Curve) -> None:
        self._request_decision_map()
        self.points.show_curve(curve.x, curve.y)

    @Slot(object)
    def _on_decision_map_computed(self, decision_map: DecisionMap) -> None:
        self._request_decision_map()
        self.points.show_decision_map(decision_map.scores)
        self._show_predictions(decision_map.snapshot, decision_map.predictions)
