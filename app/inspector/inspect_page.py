"""The Inspect page: a sample, the output of a layer, and the pixels that caused one activation."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QStackedWidget, QWidget

from app.document import Document
from app.inspector.embedding.embedding_panel import EmbeddingPanel
from app.inspector.layer_strip import LayerStrip
from app.inspector.layouts import Column, make_column
from app.inspector.maps.maps_panel import MapsPanel
from app.inspector.page_sections import PageSection, PageSections
from app.inspector.reconstruction.reconstruction_panel import ReconstructionPanel
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.sanity.sanity_panel import SanityPanel
from app.inspector.state import InspectorState
from app.inspector.steps.arithmetic_window import ArithmeticWindow
from app.inspector.steps.step_panel import StepPanel
from app.inspector.through_training.epochs_panel import EpochsPanel
from app.inspector.top_activations.top_panel import TopPanel
from app.training import Inspection
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.page_layout import PageLayout
from app.widgets.theme.theme import GRID
from tinyml.visualize import Reconstruction

_IMAGE_FILTER = "Images (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)"
_SIDE_WIDTHS = (248, 504)
_SMALLEST_MIDDLE = 38 * GRID
"""Smallest width of the layers and maps, in pixels."""
_SMALLEST_SIDE = 31 * GRID
"""Smallest width of the samples, in pixels."""
_SMALLEST_RESULT = 42 * GRID
"""Smallest width of the reconstruction, in pixels."""
_LOW = 56 * GRID
"""In a page lower than this, the layers have no pictures, so that the maps have room. In pixels."""
_ROOMY = 88 * GRID
"""In a page lower than this, the sections are folded until the user unfolds them. In pixels."""


class InspectPage(QWidget):
    """The samples, the layers with the feature maps of one of them, and the reconstruction of one activation.

    Arguments:
        document: its selection decides the layer.
        inspection: the samples, and the recorded forward pass of the chosen one.

    Attributes:
        state: what is chosen and shown.
        page_layout: the panels of the page.

    Signals:
        image_chosen(path): the user opened an image file of their own.
        paste_requested(): the user wants to paste an image of their own.
    """

    image_chosen = Signal(Path)
    paste_requested = Signal()

    def __init__(self, document: Document, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspect_page")
        self.setAccessibleName("Inspect")
        self._inspection = inspection
        self._points_are_shown: bool | None = None
        self._sections = PageSections()
        self.state = InspectorState(document, inspection, self)
        self._samples = SamplePanel(inspection, self.state)
        self._layers = LayerStrip(self.state)
        self._maps = MapsPanel(self.state, inspection, self._samples.decision_maps)
        self._reconstruction = ReconstructionPanel(self.state)
        self.page_layout = PageLayout(
            "inspect_page",
            self._make_middle(),
            left=self._samples,
            right=self._make_right(),
            widths=_SIDE_WIDTHS,
            smallest=(_SMALLEST_MIDDLE, 0),
            growing=("right",),
        )
        self._add_middle_section("Top activations", TopPanel(self.state, inspection))
        self._add_right_section("Steps", StepPanel(self.state), images_only=True)
        self._add_middle_section("Through training", EpochsPanel(self.state, inspection))
        self._add_right_section("Sanity checks", SanityPanel(self.state, inspection), images_only=True)
        self._arithmetic = ArithmeticWindow(self.state, inspection, self)
        self._add_middle_section("Embedding", EmbeddingPanel(self.state, inspection), starts_folded=True)
        self._arrange()
        self._samples.own_images.open_requested.connect(self._on_open_requested)
        self._samples.own_images.paste_requested.connect(self.paste_requested)
        inspection.samples_changed.connect(self._refresh)
        inspection.problem_changed.connect(self._refresh)
        inspection.sample_trace_changed.connect(self._on_sample_trace_changed)
        self._refresh()

    @property
    def reconstruction(self) -> Reconstruction | None:
        """The reconstruction that is shown; None if there is none."""
        return self.state.reconstruction

    @property
    def shows_own_images(self) -> bool:
        """True while the user sees the panel that says what is wrong with an own image."""
        return self._samples.own_images.isVisible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.state.set_active(self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.state.set_active(self.isVisible())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layers.set_compact(self.height() < _LOW)
        self._sections.set_short_of_room(self.height() < _ROOMY)

    def save(self, settings: QSettings) -> None:
        """Save which sections are folded in the `settings` of the window."""
        self._sections.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Fold the sections that the last session has saved in the `settings`."""
        self._sections.restore(settings)

    def _add_middle_section(self, title: str, widget: QWidget, starts_folded: bool = False) -> None:
        """Add a section below the maps; the arguments are those of `PageSection`."""
        self._sections.add(self._below_maps, PageSection(title, widget, starts_folded=starts_folded))

    def _add_right_section(self, title: str, widget: QWidget, images_only: bool = False) -> None:
        """Add a section below the reconstruction; the arguments are those of `PageSection`."""
        self._sections.add(self._below_reconstruction, PageSection(title, widget, images_only))

    def _make_middle(self) -> QWidget:
        self._untrained = make_label("inspector_untrained", style_class="muted")
        self._limit = make_label("inspector_limit", style_class="danger", wraps=True, selectable=True)
        points = self._samples.points
        points.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        points.setMinimumHeight(_SMALLEST_SIDE // 2)
        middle = QWidget()
        middle.setMinimumWidth(_SMALLEST_MIDDLE - 2 * GRID)  # room for a scroll bar: it never scrolls sideways
        self._middle = make_column(middle)
        self._middle.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID // 2)
        self._middle.addWidget(self._limit)
        self._middle.addWidget(self._layers)
        self._middle.addWidget(points, 1)
        self._middle.addWidget(self._maps, 1)
        self._below_maps = make_column(spacing=GRID)
        add_layout(self._middle, self._below_maps)
        self._middle.addWidget(self._untrained)
        return middle

    def _make_right(self) -> QWidget:
        right = Column()
        right.setMinimumWidth(_SMALLEST_RESULT)
        self._right = make_column(right)
        self._right.addWidget(self._reconstruction, 1)
        self._below_reconstruction = make_column(spacing=GRID)
        self._below_reconstruction.setContentsMargins(GRID + GRID // 2, 0, GRID + GRID // 2, 0)
        add_layout(self._right, self._below_reconstruction)
        return right

    def _place_maps(self, points: bool) -> None:
        """Put the output of the layer into the middle; for points, whose plane needs that room, to the right."""
        if points == self._points_are_shown:
            return
        self._points_are_shown = points
        self._reconstruction.setVisible(not points)
        self._samples.points.setVisible(points)
        self._sections.show_for(images=not points)
        margin = GRID + GRID // 2 if points else 0
        self._maps.setContentsMargins(margin, margin, margin, 0)
        if points:
            self._right.insertWidget(0, self._maps, 1)
        else:
            self._middle.insertWidget(self._middle.indexOf(self._samples.points) + 1, self._maps, 1)
        self._maps.show()

    def _arrange(self) -> None:
        self._samples.setMinimumWidth(_SMALLEST_SIDE)
        self._problem = make_label("inspector_problem", wraps=True, selectable=True)
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.page_layout)
        self._pages.addWidget(self._problem)
        make_column(self).addWidget(self._pages)

    @Slot()
    def _refresh(self) -> None:
        """Show the panels, or the problem that keeps them from being shown."""
        problem = self._inspection.problem
        self._problem.setText(f"{problem}\n\nThis page shows a sample as soon as this is solved." if problem else "")
        self._pages.setCurrentIndex(1 if self._inspection.shows_nothing else 0)
        self._show_notes()
        samples = self._inspection.samples
        points = samples is not None and len(samples.description.example_shape) != 3
        self._place_maps(points)

    @Slot()
    def _on_sample_trace_changed(self) -> None:
        if self._inspection.problem:
            self._refresh()
        self._show_notes()

    @Slot()
    def _on_open_requested(self) -> None:
        """Ask for an image file."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Open image", "", _IMAGE_FILTER)
        if chosen:
            self.image_chosen.emit(Path(chosen))

    def _show_notes(self) -> None:
        """Say if the weights are untrained, and where the layers end if the network has a problem."""
        trace = self._inspection.visible_trace
        untrained = trace is not None and not trace.snapshot.trained
        show_text(self._untrained, self._inspection.epochs.describe(trace.snapshot) if trace and untrained else "")
        ends = self._inspection.problem and self._inspection.partial_trace is not None
        show_text(self._limit, f"{self._inspection.problem} The layers before it are shown." if ends else "")
