"""The inspector: one sample, what a layer makes of it, and which pixels made a feature map fire."""

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QStackedWidget, QWidget

from app.document import Document
from app.inspector.looks import make_column, make_label, named
from app.inspector.maps_panel import MapsPanel
from app.inspector.pixels_panel import PixelsPanel
from app.inspector.requests import Requests, Target
from app.inspector.sample_panel import SamplePanel
from app.inspector.stages import stages_of
from app.inspector.way_down import WayDown
from app.inspector.words import maps_text, weights_text
from app.training import Inspection
from app.widgets.theme import GRID, current_theme
from tinyml.visualize import Reconstruction

STALE_MILLISECONDS = 200
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
        self._requests = Requests(inspection, self)
        self._slow_answer = QTimer(self)
        self._slow_answer.setSingleShot(True)
        self._slow_answer.setInterval(STALE_MILLISECONDS)
        self._slow_answer.timeout.connect(self._note_delay)
        self._samples = SamplePanel(inspection)
        self._maps = MapsPanel(document, inspection)
        self._pixels = PixelsPanel()
        self._arrange()
        self._connect()
        self._show_state()

    @property
    def reconstruction(self) -> Reconstruction | None:
        """What is shown of the way back to the pixels; None while there is nothing."""
        return self._pixels.reconstruction

    def _arrange(self) -> None:
        self._way_down = named(WayDown(), "inspector_way_down", "The way down from the map to the pixels")
        self._way_scroll = named(QScrollArea(), "inspector_way_down_scroll", "The way down, to scroll")
        self._way_scroll.setWidgetResizable(True)
        self._way_scroll.setWidget(self._way_down)
        self._way_scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._way_scroll.hide()
        self._points_words = make_label("inspector_points_words", _POINTS_WORDS, "muted", wraps=True)
        middle = QWidget()
        column = make_column(middle)
        column.addWidget(self._maps, 1)
        column.addWidget(self._points_words)
        column.addWidget(self._way_scroll)
        self._splitter = named(QSplitter(Qt.Orientation.Horizontal), "inspector_columns")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * GRID)
        for index, (panel, share) in enumerate(((self._samples, 3), (middle, 4), (self._pixels, 4))):
            self._splitter.addWidget(panel)
            self._splitter.setStretchFactor(index, share)
        self._state = make_label("inspector_state", look="muted")
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
        inspection.view_changed.connect(self._take_view)
        self._maps.target_chosen.connect(self._take_target)
        self._maps.shown.connect(self._show_map)
        self._pixels.position_chosen.connect(self._maps.choose_position)
        self._pixels.strongest_chosen.connect(self._maps.choose_strongest)
        self._requests.answered.connect(self._take_answer)
        self._requests.refused.connect(self._take_refusal)
        self._requests.cancelled.connect(self._on_request_cancelled)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()
        self._take_view()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_way_down()

    @Slot()
    def _show_state(self) -> None:
        """Show the columns, or the reason why there is nothing to look at."""
        problem = self._inspection.problem
        self._problem.setText(
            f"{problem}\n\nThe inspector shows a sample as soon as this is solved." if problem else ""
        )
        self._pages.setCurrentIndex(1 if problem else 0)
        self._state.setText("" if problem else weights_text(self._inspection.snapshot))
        samples = self._inspection.samples
        points = samples is not None and len(samples.description.example_shape) != 3
        self._pixels.setVisible(not points)
        self._points_words.setVisible(points)

    @Slot()
    def _take_view(self) -> None:
        """The sample or the weights changed: show the sample, and trace the chosen activation back again."""
        view, samples = self._inspection.view, self._inspection.samples
        self._state.setText(weights_text(None if view is None else view.snapshot))
        if view is None or samples is None or not self.isVisible():
            return
        sample = view.trace.input[0]
        if sample.ndim == 3:
            self._pixels.show_input(sample)
            self._requests.refresh()

    @Slot(object)
    def _take_target(self, target: Target | None) -> None:
        shape_text = ""
        if target is None and self._inspection.view is not None and self._maps.layer:
            shape = self._inspection.view.trace.entry(self._maps.layer).output.shape[1:]
            shape_text = maps_text(shape)
        self._pixels.show_target(target, shape_text)
        if target is None:
            self._show_way_down()
            self._slow_answer.stop()
        else:
            self._slow_answer.start()
        self._requests.aim(target)

    @Slot()
    def _show_map(self) -> None:
        self._pixels.show_map(self._maps.map_image, self._maps.map_values)

    @Slot(object)
    def _take_answer(self, reconstruction: Reconstruction) -> None:
        self._slow_answer.stop()
        self._maps.mark(reconstruction.position)
        self._pixels.show_reconstruction(reconstruction)
        self._show_way_down()

    @Slot(str)
    def _take_refusal(self, sentence: str) -> None:
        self._slow_answer.stop()
        self._pixels.show_refusal(sentence)
        self._show_way_down()

    @Slot()
    def _on_request_cancelled(self) -> None:
        self._slow_answer.stop()
        self._note_delay()

    @Slot()
    def _note_delay(self) -> None:
        """Don't let the picture of the former choice stand under the new one's name."""
        self._pixels.show_waiting()
        self._show_way_down()

    def _show_way_down(self) -> None:
        reconstruction = self._pixels.reconstruction
        self._way_scroll.setVisible(reconstruction is not None)
        if reconstruction is None:
            self._way_down.show_stages(())
        else:
            self._way_down.show_stages(stages_of(reconstruction, self._maps.map_values, current_theme().dark))
        room = self._way_down.sizeHint().height() + self._way_scroll.horizontalScrollBar().sizeHint().height()
        self._way_scroll.setFixedHeight(room)


_POINTS_WORDS = (
    "These samples are points, not images, so there are no feature maps to trace back to pixels. The bars show the "
    "output of each layer for the chosen point. The coloured ground or the curve shows what the network predicts "
    "elsewhere."
)
