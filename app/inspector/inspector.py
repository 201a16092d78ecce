"""The inspector: one sample, what a layer makes of it, and which pixels made a feature map fire."""

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QStackedWidget, QWidget

from app.document import Document
from app.inspector.layouts import make_column, named
from app.inspector.maps.layer_outputs import describe_output
from app.inspector.maps.maps_panel import MapsPanel
from app.inspector.reconstruction.reconstruction_controller import ReconstructionController
from app.inspector.reconstruction.reconstruction_panel import ReconstructionPanel
from app.inspector.reconstruction.step_strip import StepStrip
from app.inspector.reconstruction.steps import step_pictures
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.target import Target
from app.training import Inspection, Snapshot
from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID, current_theme
from tinyml.visualize import Reconstruction

STALE_AFTER_MS = 200
"""How long the former reconstruction stays while another one is computed: most answers come sooner."""


class Inspector(QWidget):
    """Three columns: the sample, the feature maps of a layer, and the way from one of them back to the pixels.

    Arguments:
        document: its selection decides the layer.
        inspection: what the network makes of the sample.
    """

    def __init__(self, document: Document, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self._document, self._inspection = document, inspection
        self._controller = ReconstructionController(inspection, self)
        self._slow_answer = QTimer(self)
        self._slow_answer.setSingleShot(True)
        self._slow_answer.setInterval(STALE_AFTER_MS)
        self._slow_answer.timeout.connect(self._show_waiting)
        self._samples = SamplePanel(inspection)
        self._maps = MapsPanel(document, inspection)
        self._reconstruction = ReconstructionPanel()
        self._arrange()
        self._connect()
        self._show_state()

    @property
    def reconstruction(self) -> Reconstruction | None:
        """What is shown of the way back to the pixels; None while there is nothing."""
        return self._reconstruction.reconstruction

    def _arrange(self) -> None:
        self._step_strip = named(StepStrip(), "inspector_step_strip", "Steps from the map to the pixels")
        self._step_scroll = named(QScrollArea(), "inspector_step_strip_scroll", "Steps, to scroll")
        self._step_scroll.setWidgetResizable(True)
        self._step_scroll.setWidget(self._step_strip)
        self._step_scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._step_scroll.hide()
        self._points_words = make_label("inspector_points_words", _POINTS_WORDS, "muted", wraps=True)
        middle = QWidget()
        column = make_column(middle)
        column.addWidget(self._maps, 1)
        column.addWidget(self._points_words)
        column.addWidget(self._step_scroll)
        self._splitter = named(QSplitter(Qt.Orientation.Horizontal), "inspector_columns")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * GRID)
        for index, (panel, share) in enumerate(((self._samples, 3), (middle, 4), (self._reconstruction, 4))):
            self._splitter.addWidget(panel)
            self._splitter.setStretchFactor(index, share)
        self._state = make_label("inspector_state", style_class="muted")
        self._problem = make_label("inspector_problem", wraps=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._splitter)
        self._pages.addWidget(self._problem)
        layout = make_column(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._state)

    def _connect(self) -> None:
        inspection = self._inspection
        inspection.samples_changed.connect(self._show_state)
        inspection.problem_changed.connect(self._show_state)
        inspection.sample_trace_changed.connect(self._show_sample_trace)
        self._maps.target_chosen.connect(self._on_target_chosen)
        self._maps.shown.connect(self._on_map_shown)
        self._reconstruction.position_chosen.connect(self._maps.choose_position)
        self._reconstruction.strongest_chosen.connect(self._maps.choose_strongest)
        self._controller.answered.connect(self._on_answered)
        self._controller.refused.connect(self._on_refused)
        self._controller.cancelled.connect(self._on_cancelled)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()
        self._show_sample_trace()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_steps()

    @Slot()
    def _show_state(self) -> None:
        """Show the columns, or the reason why there is nothing to look at."""
        problem = self._inspection.problem
        self._problem.setText(
            f"{problem}\n\nThe inspector shows a sample as soon as this is solved." if problem else ""
        )
        self._pages.setCurrentIndex(1 if problem else 0)
        self._state.setText("" if problem else _describe_weights(self._inspection.snapshot))
        samples = self._inspection.samples
        points = samples is not None and len(samples.description.example_shape) != 3
        self._reconstruction.setVisible(not points)
        self._points_words.setVisible(points)

    @Slot()
    def _show_sample_trace(self) -> None:
        """The sample or the weights changed: show the sample, and trace the chosen activation back again."""
        sample_trace, samples = self._inspection.sample_trace, self._inspection.samples
        self._state.setText(_describe_weights(None if sample_trace is None else sample_trace.snapshot))
        if sample_trace is None or samples is None or not self.isVisible():
            return
        sample = sample_trace.trace.input[0]
        if sample.ndim == 3:
            self._reconstruction.show_input(sample)
            self._controller.refresh()

    @Slot(object)
    def _on_target_chosen(self, target: Target | None) -> None:
        shape_text = ""
        if target is None and self._inspection.sample_trace is not None and self._maps.layer:
            shape = self._inspection.sample_trace.trace.entry(self._maps.layer).output.shape[1:]
            shape_text = describe_output(shape)
        self._reconstruction.show_target(target, shape_text)
        if target is None:
            self._show_steps()
            self._slow_answer.stop()
        else:
            self._slow_answer.start()
        self._controller.set_target(target)

    @Slot()
    def _on_map_shown(self) -> None:
        self._reconstruction.show_map(self._maps.map_image, self._maps.map_values)

    @Slot(object)
    def _on_answered(self, reconstruction: Reconstruction) -> None:
        self._slow_answer.stop()
        self._maps.mark(reconstruction.position)
        self._reconstruction.show_reconstruction(reconstruction)
        self._show_steps()

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self._slow_answer.stop()
        self._reconstruction.show_refusal(sentence)
        self._show_steps()

    @Slot()
    def _on_cancelled(self) -> None:
        self._slow_answer.stop()
        self._show_waiting()

    @Slot()
    def _show_waiting(self) -> None:
        """Don't let the picture of the former choice stand under the new one's name."""
        self._reconstruction.show_waiting()
        self._show_steps()

    def _show_steps(self) -> None:
        reconstruction = self._reconstruction.reconstruction
        self._step_scroll.setVisible(reconstruction is not None)
        if reconstruction is None:
            self._step_strip.show_pictures(())
        else:
            self._step_strip.show_pictures(step_pictures(reconstruction, self._maps.map_values, current_theme().dark))
        room = self._step_strip.sizeHint().height() + self._step_scroll.horizontalScrollBar().sizeHint().height()
        self._step_scroll.setFixedHeight(room)


_POINTS_WORDS = (
    "These samples are points, not images, so there are no feature maps to trace back to pixels. The bars show the "
    "output of each layer for the chosen point. The coloured background or the curve shows what the network predicts "
    "elsewhere."
)


def _describe_weights(snapshot: Snapshot | None) -> str:
    """Say whose weights are looked at."""
    if snapshot is None:
        return ""
    if not snapshot.trained:
        return "untrained weights: train with F5 to see what it learns"
    if not snapshot.history:
        return "weights of the first epoch"
    return f"weights after epoch {snapshot.history[-1].epoch}"
