"""Samples that are points: their plot, with the decision map or the curve behind them."""

from PySide6.QtCore import QObject, Signal, Slot

from app.formatting import format_count
from app.inspector.layouts import with_names
from app.inspector.samples.decision_map_controller import DecisionMapController
from app.inspector.samples.sample_browser import SampleBrowser
from app.inspector.samples.sample_filter import own_point
from app.inspector.samples.scatter_plot import ScatterPlot
from app.inspector.state import InspectorState
from app.training import Inspection
from app.training.plane_map import PlaneMap
from app.training.sample_points import labels_of, points_of
from tinyml.data import Dataset

_POINTS_HINT = (
    "These samples are points, not images, so no feature map can be reconstructed in pixels. The bars show the output "
    "of each layer for the chosen point. The coloured background or the curve shows the prediction for other points."
)
_ROWS_HINT = (
    "These samples are rows of numbers, not images, so no feature map can be reconstructed in pixels. The bars show "
    "the output of each layer for the chosen row. The plot shows the first two of the {count} numbers."
)


class PointSamples(QObject):
    """Shows samples that are no images in a scatter plot.

    Arguments:
        inspection: the samples. A choice of the user becomes its sample.
        state: the target, which can be mapped behind the points.
        browser: its filters decide which points are shown.

    Attributes:
        plot: the scatter plot.
        decision_maps: requests the map behind the points, and holds the unit that it shows.

    Signals:
        hint_changed(text): what the plot shows, in a few sentences; empty for images.
    """

    hint_changed = Signal(str)

    def __init__(self, inspection: Inspection, state: InspectorState, browser: SampleBrowser, parent: QObject) -> None:
        super().__init__(parent)
        self._inspection, self._browser = inspection, browser
        self.decision_maps = DecisionMapController(inspection, state, self)
        self.plot = with_names(ScatterPlot(), "inspector_points")
        self.plot.picked.connect(inspection.select_sample)
        self.plot.shown.connect(self._request_decision_map)
        browser.filtered.connect(self._on_filtered)
        self.decision_maps.computed.connect(self._on_computed)
        self.decision_maps.unit_changed.connect(self._request_decision_map)

    def use(self, samples: Dataset | None) -> None:
        """Show other samples.

        Arguments:
            samples: the samples; None until they are loaded.
        """
        self.decision_maps.forget()
        if samples is None or len(samples.description.example_shape) == 3:
            self.hint_changed.emit("")
            return
        description, points = samples.description, points_of(samples)
        count = points.reshape(len(samples), -1).shape[1]
        self.hint_changed.emit(_ROWS_HINT.format(count=format_count(count)) if count > 2 else _POINTS_HINT)
        axes = description.input_names[:2] if count > 1 else (*description.input_names, *description.target_names)[:2]
        self.plot.show_samples(points, labels_of(samples), description.class_names, axes)

    def show_chosen(self) -> None:
        """Mark the chosen point, and compute the decision map of new weights."""
        self.plot.set_current(self._inspection.index if self._inspection.own is None else -1)
        self.plot.set_own(own_point(self._inspection.sample_trace))
        self._request_decision_map()

    @Slot()
    def _on_filtered(self) -> None:
        self.plot.show_predictions(self._browser.predictions)
        self.plot.show_only(self._browser.shown)

    @Slot()
    def _request_decision_map(self) -> None:
        if self.plot.isVisible():
            self.decision_maps.request(*self.plot.plane)
        self._browser.awaits_predictions = self.decision_maps.requesting

    @Slot(object)
    def _on_computed(self, plane_map: PlaneMap) -> None:
        self._request_decision_map()
        if plane_map.predictions is None:
            self.plot.show_curve(plane_map.places[:, 0], plane_map.output[:, 0])
            return
        unit = self.decision_maps.unit_grid(plane_map)
        if unit is None:
            self.plot.show_decision_map(plane_map.grid)
        else:
            self.plot.show_unit_map(unit)
        self._browser.show_predictions(plane_map.snapshot, plane_map.predictions)
