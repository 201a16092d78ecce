"""The first column of the inspector: the samples, own examples, and the prediction for the chosen one."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inspector.layouts import make_column, with_names
from app.inspector.samples.decision_map_controller import DecisionMapController
from app.inspector.samples.own_images_panel import OwnImagesPanel
from app.inspector.samples.own_row_panel import OwnRowPanel
from app.inspector.samples.point_samples import PointSamples
from app.inspector.samples.prediction_panel import PredictionPanel
from app.inspector.samples.sample_browser import SampleBrowser
from app.inspector.samples.scatter_plot import ScatterPlot
from app.inspector.state import InspectorState
from app.training import Inspection
from app.widgets.labels import make_label, show_text
from app.widgets.theme.theme import GRID

_LOWEST_PART = 8 * GRID
"""Lowest height of the samples and of the prediction, in pixels."""


class SamplePanel(QWidget):
    """Lets the user choose a sample: thumbnails for images, a scatter plot for points, and filters for both.

    Arguments:
        inspection: the samples. A choice of the user becomes its sample.
        state: the target, which can be mapped behind points.

    Attributes:
        browser: the list of the samples.
        own_images: the own images of the user.
    """

    def __init__(self, inspection: Inspection, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self.browser = SampleBrowser(inspection)
        self._points = PointSamples(inspection, state, self.browser, self)
        self.own_images = OwnImagesPanel(inspection)
        self._own_row = with_names(OwnRowPanel(inspection), "inspector_own_row", "Your own numbers")
        self._notice = make_label("inspector_own_notice", style_class="muted", wraps=True)
        self._notice.hide()
        self._prediction = PredictionPanel(inspection)
        self._points_hint = make_label("inspector_points_hint", style_class="muted", wraps=True)
        self._arrange()
        self._points.hint_changed.connect(self._on_hint_changed)
        inspection.samples_changed.connect(self._on_samples_changed)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        inspection.predictions_changed.connect(self._on_predictions_changed)
        inspection.own_examples.notice.connect(self._on_notice)
        inspection.own_examples.changed.connect(self._on_own_examples_changed)
        self._on_samples_changed()
        self._on_sample_trace_changed()

    @property
    def decision_maps(self) -> DecisionMapController:
        """Requests the map behind the points, and holds the unit that it shows."""
        return self._points.decision_maps

    @property
    def points(self) -> ScatterPlot:
        """The scatter plot. The page places it where there is room, since it is more than a choice."""
        return self._points.plot

    def _arrange(self) -> None:
        for widget in (self.browser, self._own_row, self._prediction):
            # They share the room that there is, and scroll inside it.
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
            widget.setMinimumHeight(_LOWEST_PART)
        layout = make_column(self)
        layout.setContentsMargins(GRID, GRID + GRID // 2, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.browser, 4)
        layout.addWidget(self.own_images)
        layout.addWidget(self._own_row, 4)
        layout.addWidget(self._notice)
        layout.addWidget(self._prediction, 3)
        layout.addWidget(self._points_hint)

    @Slot()
    def _on_samples_changed(self) -> None:
        samples = self._inspection.samples
        images = samples is None or len(samples.description.example_shape) == 3
        self._points.use(samples)
        self.browser.use(samples)
        policy = QSizePolicy.Policy.Ignored if images else QSizePolicy.Policy.Maximum
        self.browser.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        self.own_images.setVisible(images)
        self._own_row.setVisible(not images)

    @Slot(str)
    def _on_hint_changed(self, text: str) -> None:
        show_text(self._points_hint, text)

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        show_text(self._notice, sentence)

    @Slot()
    def _on_own_examples_changed(self) -> None:
        show_text(self._notice, "")

    @Slot()
    def _on_predictions_changed(self) -> None:
        if self._inspection.samples is not None:
            self.browser.show_predictions(self._inspection.snapshot, self._inspection.predictions)

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        if self._inspection.sample_trace is not None and self._inspection.samples is not None:
            self._points.show_chosen()
            self.browser.show_chosen()
