"""The inspector: a sample, the output of a layer, and the pixels that caused one activation."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from app.document import Document
from app.inspector.layouts import make_column, with_names
from app.inspector.maps.maps_panel import MapsPanel
from app.inspector.reconstruction.reconstruction_panel import ReconstructionPanel
from app.inspector.reconstruction.step_panel import StepPanel
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.state import InspectorState
from app.training import Inspection, Snapshot
from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID
from tinyml.visualize import Reconstruction

_POINTS_HINT = (
    "These samples are points, not images, so no feature map can be reconstructed in pixels. The bars show the output "
    "of each layer for the chosen point. The coloured background or the curve shows the prediction for other points."
)


class Inspector(QWidget):
    """Three columns: the samples, the feature maps of a layer, and the reconstruction of one activation.

    Arguments:
        document: its selection decides the layer.
        inspection: the samples, and the recorded forward pass of the chosen one.

    Attributes:
        state: what is chosen and shown.
    """

    def __init__(self, document: Document, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self._inspection = inspection
        self.state = InspectorState(document, inspection, self)
        self._samples = SamplePanel(inspection)
        self._maps = MapsPanel(self.state)
        self._steps = StepPanel(self.state)
        self._reconstruction = ReconstructionPanel(self.state)
        self._arrange()
        inspection.samples_changed.connect(self._refresh)
        inspection.problem_changed.connect(self._refresh)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        self._refresh()

    @property
    def reconstruction(self) -> Reconstruction | None:
        """The reconstruction that is shown; None if there is none."""
        return self.state.reconstruction

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.state.set_active(self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.state.set_active(self.isVisible())

    def _arrange(self) -> None:
        self._points_hint = make_label("inspector_points_hint", _POINTS_HINT, "muted", wraps=True)
        middle = QWidget()
        column = make_column(middle)
        column.addWidget(self._maps, 1)
        column.addWidget(self._points_hint)
        column.addWidget(self._steps)
        columns = with_names(QSplitter(Qt.Orientation.Horizontal), "inspector_columns")
        columns.setChildrenCollapsible(False)
        columns.setHandleWidth(2 * GRID)
        for index, (panel, stretch) in enumerate(((self._samples, 3), (middle, 4), (self._reconstruction, 4))):
            columns.addWidget(panel)
            columns.setStretchFactor(index, stretch)
        self._problem = make_label("inspector_problem", wraps=True, selectable=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(columns)
        self._pages.addWidget(self._problem)
        self._weights = make_label("inspector_state", style_class="muted")
        layout = make_column(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._weights)

    @Slot()
    def _refresh(self) -> None:
        """Show the columns, or the problem that keeps them from being shown."""
        problem = self._inspection.problem
        self._problem.setText(
            f"{problem}\n\nThe inspector shows a sample as soon as this is solved." if problem else ""
        )
        self._pages.setCurrentIndex(1 if self._inspection.shows_nothing else 0)
        self._show_weights()
        samples = self._inspection.samples
        points = samples is not None and len(samples.description.example_shape) != 3
        self._reconstruction.setVisible(not points)
        self._points_hint.setVisible(points)

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        if self._inspection.problem:
            self._refresh()
        self._show_weights()

    def _show_weights(self) -> None:
        """Show which weights the columns belong to, and where they end if the network has a problem."""
        sample_trace = self._inspection.visible_trace
        text = _describe_weights(None if sample_trace is None else sample_trace.snapshot)
        if self._inspection.problem and self._inspection.partial_trace is not None:
            text = f"{text} · {self._inspection.problem}"
        self._weights.setText(text)


def _describe_weights(snapshot: Snapshot | None) -> str:
    """Return how long the weights that are shown were trained."""
    if snapshot is None:
        return ""
    if not snapshot.trained:
        return "untrained weights: train with F5 to see what it learns"
    if not snapshot.history:
        return "weights of the first epoch"
    return f"weights after epoch {snapshot.history[-1].epoch}"
