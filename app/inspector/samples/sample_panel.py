"""The first column of the inspector: which sample is looked at, and what the network believes of it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.inspector.layouts import make_column, make_row, make_scroll_area, with_names
from app.inspector.samples.decision_map import Curve, DecisionMap, compute_decision_map, predicted_curve
from app.inspector.samples.sample_filter import ALL_CLASSES, labels_of, matching_samples, points_of
from app.inspector.samples.scatter_plot import ScatterPlot
from app.inspector.samples.score_list import ScoreList
from app.jobs import Job
from app.training import Inspection, Snapshot
from app.widgets.choice_box import ChoiceBox
from app.widgets.formatting import format_count, format_percentage
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property

LARGEST_GRID = 3000
"""More thumbnails than this are not offered at once; the class filter leads to the others."""
_BATCH = 150
"""Thumbnails made in one go: a few milliseconds."""


class SamplePanel(QWidget):
    """Chooses the sample: thumbnails for images, a scatter plot for points, and filters for both.

    Arguments:
        inspection: the samples, and where a choice goes.
    """

    def __init__(self, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._thumbnails: dict[int, QImage] = {}
        self._shown = np.zeros(0, np.intp)
        self._found = 0
        self._predictions: np.ndarray | None = None
        self._predicted_with: Snapshot | None = None
        self._map_snapshot: Snapshot | None = None
        self._map_job: Job | None = None
        self._filler = QTimer(self, interval=0)
        self._filler.timeout.connect(self._add_thumbnails)
        self._offered = 0
        self._make_widgets()
        self._arrange()
        inspection.samples_changed.connect(self._show_samples)
        inspection.sample_trace_changed.connect(self._show_sample_trace)
        inspection.predictions_changed.connect(self._on_predictions_changed)
        self._show_samples()
        self._show_sample_trace()

    @property
    def shown(self) -> np.ndarray:
        """Indices of the samples that pass the filters."""
        return self._shown

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_decision_map()

    def _make_widgets(self) -> None:
        self._count = make_label("inspector_sample_count", style_class="muted")
        self._mistakes_only = with_names(
            QCheckBox("mistakes only"), "inspector_mistakes_only", "Show only the samples that the network gets wrong"
        )
        self._mistakes_only.toggled.connect(self._filter)
        self._class = with_names(ChoiceBox(), "inspector_class_filter", "Show only the samples of one class")
        self._class.currentIndexChanged.connect(self._filter)
        self._grid = with_names(ImageGrid(image_size=36), "inspector_samples", "Samples of the test set")
        self._grid.picked.connect(self._on_grid_picked)
        self._points = with_names(ScatterPlot(), "inspector_points")
        self._points.picked.connect(self._inspection.select_sample)
        self._filtered_out = make_label("inspector_filtered_out", style_class="muted", wraps=True)
        self._verdict = make_label("inspector_verdict", wraps=True)
        self._verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._output = with_names(ImageGrid(image_size=96), "inspector_output", "Output for the sample")
        self._scores = with_names(ScoreList(), "inspector_scores", "Class scores")

    def _arrange(self) -> None:
        first = make_row()
        first.addWidget(make_label("inspector_sample_heading", "Sample", "heading"))
        first.addWidget(self._count)
        first.addStretch()
        filters = make_row()
        filters.addWidget(self._class, 1)
        filters.addWidget(self._mistakes_only)
        self._score_scroll = make_scroll_area(self._scores)
        self._score_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        prediction_column = make_column()
        prediction_column.addWidget(self._filtered_out)
        prediction_column.addWidget(self._verdict)
        prediction_column.addWidget(self._output)
        prediction_column.addWidget(self._score_scroll, 1)
        body = make_row()
        body.addWidget(self._grid, 3)
        body.addWidget(self._points, 3)
        body.addLayout(prediction_column, 2)
        layout = make_column(self)
        layout.addLayout(first)
        layout.addLayout(filters)
        layout.addLayout(body, 1)

    @Slot()
    def _show_samples(self) -> None:
        """Start over with other data."""
        samples = self._inspection.samples
        self._thumbnails.clear()
        self._predictions, self._map_snapshot = self._inspection.predictions, None
        names = samples.description.class_names if samples is not None else ()
        self._class.blockSignals(True)
        self._class.clear()
        self._class.addItem("all classes", ALL_CLASSES)
        for index, name in enumerate(names):
            self._class.addItem(short(name), index)
        self._class.blockSignals(False)
        images = samples is None or len(samples.description.example_shape) == 3
        has_classes = samples is None or samples.description.has_classes
        self._class.setVisible(has_classes)
        self._mistakes_only.setVisible(has_classes)
        if not has_classes:
            self._mistakes_only.setChecked(False)
        self._grid.setVisible(images)
        self._points.setVisible(not images)
        if samples is not None and not images:
            self._points.show_samples(points_of(samples), labels_of(samples), names)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        """Offer the samples that pass the filters."""
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
            self._count.setText(self._count_text(self._found, len(samples)))
            self._grid.set_placeholder(self._nothing_text())
        self._points.show_only(self._shown)
        self._show_filtered_out()
        self._show_grid()

    def _count_text(self, found: int, count: int) -> str:
        if found > LARGEST_GRID:
            return f"test set · the first {format_count(LARGEST_GRID)} of {format_count(found)}"
        if self._mistakes_only.isChecked() and self._predictions is None:
            return f"test set · {format_count(count)}"
        text = f"test set · {format_count(count)}"
        if found != count:
            text = f"test set · {format_count(found)} of {format_count(count)}"
        sample_trace = self._inspection.sample_trace
        outdated = sample_trace is not None and sample_trace.snapshot is not self._predicted_with
        if self._mistakes_only.isChecked() and outdated and not self._asking:
            # While training goes on, only the sample that is looked at is computed anew.
            text += " · mistakes of earlier weights"
        return text

    def _nothing_text(self) -> str:
        if self._mistakes_only.isChecked() and self._predictions is None:
            return (
                "Mistakes are known as soon as all samples are predicted. That waits while a network is being trained: "
                "only the sample that is looked at is computed then."
            )
        if self._mistakes_only.isChecked():
            return "No mistakes: all these samples are predicted correctly. Clear “mistakes only” to see them."
        return "The test set has no sample of this class. Choose another class."

    def _show_grid(self) -> None:
        """Show the thumbnails that exist; the first ones are made now, the others one batch after the other."""
        self._filler.stop()
        if not self._images_are_shown():
            self._grid.set_images(())
            return
        # No gaps: they would let the pictures slide under the mouse. The rest follows at the end.
        self._offered = next(
            (place for place, index in enumerate(self._shown) if int(index) not in self._thumbnails), len(self._shown)
        )
        self._grid.set_images(self._grid_images(self._shown[: self._offered]))
        self._add_thumbnails()

    def _images_are_shown(self) -> bool:
        return self._inspection.samples is not None and not self._grid.isHidden()

    @Slot()
    def _add_thumbnails(self) -> None:
        """Paint some more thumbnails; called again and again until all are there."""
        more = self._shown[self._offered : self._offered + _BATCH]
        self._offered += len(more)
        if len(more):
            self._grid.add_images(self._grid_images(more))
        if self._offered < len(self._shown):
            self._filler.start()
        else:
            self._filler.stop()
        self._mark_current()

    def _grid_images(self, indices: Iterable[int]) -> list[GridImage]:
        samples, predictions = self._inspection.samples, self._predictions
        if samples is None:
            return []
        names = samples.description.class_names
        images = []
        for index in map(int, indices):
            if index not in self._thumbnails:
                self._thumbnails[index] = sample_image(samples.examples(slice(index, index + 1))[0])
            words = f"sample {index}: {names[samples.labels[index]]}" if names else f"sample {index}"
            if predictions is not None:
                words += f", predicted {names[predictions[index]]}"
            images.append(GridImage(self._thumbnails[index], tooltip=words))
        return images

    def _show_filtered_out(self) -> None:
        """Say that the sample that is looked at is none of those offered: it stays until another one is picked."""
        out = self._inspection.samples is not None and self._inspection.index not in self._shown
        self._filtered_out.setVisible(out)
        self._filtered_out.setText(f"Sample {self._inspection.index} is still shown; it is not in this selection.")

    def _mark_current(self) -> None:
        place = np.flatnonzero(self._shown == self._inspection.index)
        self._grid.set_current(int(place[0]) if place.size else -1)
        self._points.set_current(self._inspection.index)

    @Slot(int)
    def _on_grid_picked(self, place: int) -> None:
        if 0 <= place < len(self._shown):
            self._inspection.select_sample(int(self._shown[place]))

    @Slot()
    def _on_predictions_changed(self) -> None:
        if self._inspection.samples is not None:
            self._show_predictions(self._inspection.snapshot, self._inspection.predictions)

    def _show_predictions(self, snapshot: Snapshot | None, predictions: np.ndarray | None) -> None:
        self._predicted_with, self._predictions = snapshot, predictions
        self._points.show_predictions(predictions)
        self._filter()

    @Slot()
    def _show_sample_trace(self) -> None:
        """Show what the network believes of the sample now."""
        sample_trace, samples = self._inspection.sample_trace, self._inspection.samples
        self._verdict.setVisible(sample_trace is not None)
        self._score_scroll.setVisible(sample_trace is not None and sample_trace.target is None)
        self._output.setVisible(sample_trace is not None and sample_trace.output.ndim == 3)
        if sample_trace is None or samples is None:
            return
        if sample_trace.target is None:
            names = sample_trace.snapshot.description.class_names
            self._scores.show_scores(names, sample_trace.scores, sample_trace.label)
            share = format_percentage(float(sample_trace.scores[sample_trace.prediction]))
            self._verdict.setText(
                f"true {short(names[sample_trace.label])} · predicted {short(names[sample_trace.prediction])} ({share})"
            )
        else:
            self._verdict.setText(sample_trace.describe_numbers())
        if sample_trace.output.ndim == 3:
            self._output.set_images([GridImage(sample_image(sample_trace.output), tooltip="what the network gives")])
        self._show_filtered_out()
        set_style_property(self._verdict, "danger", sample_trace.prediction != sample_trace.label)
        self._mark_current()
        self._request_decision_map()
        self._count.setText(self._count_text(self._found, len(samples)))

    def _request_decision_map(self) -> None:
        """Ask what the network believes all over the plane, or what it predicts for samples of one number."""
        sample_trace, samples = self._inspection.sample_trace, self._inspection.samples
        if sample_trace is None or samples is None or not self.isVisible():
            return
        low, high = self._points.plane
        question: Callable[[], Any]
        answer: Callable[[Any], None]
        if samples.description.example_shape == (2,) and samples.description.has_classes:
            question, answer = (
                partial(compute_decision_map, sample_trace.snapshot, samples, low, high),
                self._on_decision_map_computed,
            )
        elif samples.description.example_shape == samples.description.target_shape == (1,):
            question, answer = (
                partial(predicted_curve, sample_trace.snapshot, samples, low[0], high[0]),
                self._on_curve_computed,
            )
        else:
            return
        # While training, snapshots come faster than they can be asked: finish one before the next.
        if sample_trace.snapshot is not self._map_snapshot and not self._asking:
            self._map_job = self._inspection.submit(question)
            self._map_job.returned.connect(answer)

    @property
    def _asking(self) -> bool:
        return self._map_job is not None and not self._map_job.state.ended

    @Slot(object)
    def _on_curve_computed(self, curve: Curve) -> None:
        of_these = self._inspection.sample_trace is not None and curve.samples is self._inspection.samples
        if of_these:
            self._map_snapshot = curve.snapshot
        self._request_decision_map()
        if of_these:
            self._points.show_curve(curve.x, curve.y)

    @Slot(object)
    def _on_decision_map_computed(self, decision_map: DecisionMap) -> None:
        sample_trace = self._inspection.sample_trace
        of_these = sample_trace is not None and decision_map.samples is self._inspection.samples
        if of_these:
            self._map_snapshot = decision_map.snapshot
        self._request_decision_map()
        if of_these:
            self._points.show_decision_map(decision_map.scores)
            self._show_predictions(decision_map.snapshot, decision_map.predictions)
