"""The Train page: runs and settings, the curves of the run with what follows from them, and what they mean."""

from functools import partial

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document import Document
from app.forms import TrainingForm
from app.monitor.control import ControlBox
from app.monitor.decisions.decision_panel import DecisionPanel
from app.monitor.decisions.plane_points import NO_PLANE
from app.monitor.diagnosis import DiagnosisView
from app.monitor.layers import LayersPanel
from app.monitor.monitor import Monitor
from app.monitor.predictions.confusion_section import ConfusionSection
from app.monitor.predictions.mistakes_section import MistakesSection
from app.monitor.predictions.predictions_panel import NO_RUN, PredictionsPanel
from app.monitor.runs import RunsPanel
from app.monitor.side_column import SideColumn
from app.monitor.tab_panel import TabPanel, with_heading
from app.runs import RunKeeper
from app.training import Session
from app.widgets.page_layout import PageLayout

_SIDE_WIDTHS = (264, 264)
_LOWER_HEIGHT, _LOWER_SHARE = 280, 0.47
_ROOMY = 720
"""In a page lower than this, some sections are folded: the page of a window of 900 pixels is 770 pixels high."""
_LEAST_MIDDLE = (400, 320)
"""Width and height of the curves; panels fold rather than make them smaller, in pixels."""


class TrainPage(QWidget):
    """What to train with, how the loss and the metric develop, and what that means.

    Each part of the page is added by one call: `left.add_tab`, `below.add_tab` or `right.add_section`.

    Arguments:
        document: holds the training settings.
        session: reports the run that is shown.
        keeper: has the kept runs; None for a page without them.
        parent: the parent widget.

    Attributes:
        monitor: the curves.
        runs: the kept runs; None for a page without them.
        layers: the statistics of the layers.
        diagnosis: what is wrong with the run.
        predictions: what the network predicts for examples of the data.
        confusion: a small confusion matrix at the right.
        mistakes: the worst mistakes as images, below the runs.
        decisions: what the network says between the examples, if it has one or two inputs.
        control: the box with the commands for the run.
        left: the tabs at the left: what to choose from.
        below: the tabs below the curves: what follows from them.
        right: the sections at the right: diagnosis, confusion matrix, commands and numbers.
        page_layout: the panels of the page. They fold, and remember their sizes.

    Signals:
        data_requested(): the user wants to change what is on the Data page.
        sample_requested(part, index): the user wants to inspect an example of a part of the data.
        inspect_requested(): the weights of a run are in the session; the window should show them.
    """

    data_requested = Signal()
    sample_requested = Signal(str, int)
    inspect_requested = Signal()

    def __init__(
        self, document: Document, session: Session, keeper: RunKeeper | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("train_page")
        self.setAccessibleName("Train")
        self.monitor = Monitor(session)
        self._form = TrainingForm(document, "train_page_form")
        self._form.augmentation_requested.connect(self.data_requested)
        self.layers = LayersPanel(session)
        self.diagnosis = DiagnosisView(document, session, shows_layers=True)
        self.diagnosis.data_requested.connect(self.data_requested)
        self.diagnosis.layer_requested.connect(self.show_layer)
        self.diagnosis.probed.connect(self.layers.show_probe)
        self.predictions = PredictionsPanel(document, session)
        self.confusion = ConfusionSection(self.predictions.predictor)
        self.confusion.cell_chosen.connect(self._on_cell_chosen)
        self.mistakes = MistakesSection(self.predictions.predictor)
        self.mistakes.picked.connect(self._on_mistake_picked)
        self.decisions = DecisionPanel(document, session)
        self.decisions.obstacle_changed.connect(self._show_decisions)
        self._show_decisions()
        self.predictions.sample_requested.connect(self.sample_requested)
        self.predictions.obstacle_changed.connect(self._show_predictions)
        self._show_predictions()
        self.left = TabPanel("train_page_choices", "Settings of the next run")
        self.below = TabPanel("train_page_lower", "Below the curves")
        self.right = SideColumn()
        self.runs = None if keeper is None else RunsPanel(document, session, keeper)
        self.control = ControlBox(document, session)
        self._add_parts()
        self.page_layout = PageLayout(
            "train_page",
            self.monitor,
            left=self.left,
            right=self.right,
            below=self.below,
            widths=_SIDE_WIDTHS,
            below_height=_LOWER_HEIGHT,
            below_share=_LOWER_SHARE,
            smallest=_LEAST_MIDDLE,
        )
        self.below.filled_changed.connect(self._on_filled_changed)
        self._on_filled_changed()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page_layout)

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        return self._form.commit()

    def focus_setting(self, name: str) -> None:
        """Unfold the settings and put the focus into one of them.

        Arguments:
            name: field of `TrainingSettings`, such as "epochs".
        """
        if self.page_layout.is_folded("left"):
            self.page_layout.set_folded("left", folded=False)
        self.left.show_tab(self._settings)
        self._form.focus_field(name)

    @Slot(str)
    def show_layer(self, layer: str) -> None:
        """Show the statistics of a `layer`, given by its path."""
        self._show_below(self.layers)
        self.layers.open_layer(layer)

    @Slot(str, int)
    def show_unit(self, layer: str, unit: int) -> None:
        """Show the decision map of a `unit` of a `layer`."""
        self._show_below(self.decisions)
        self.decisions.choose_unit(layer, unit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what a low page has no room for."""
        super().resizeEvent(event)
        for section in (self.confusion, self.mistakes):
            section.set_short_of_room(self.height() < _ROOMY)

    def save(self, settings: QSettings) -> None:
        """Save which tabs are in front and how the curves are drawn in the `settings` of the window."""
        for part in (self.left, self.below, self.monitor.plots):
            part.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Show what the last session has saved in the `settings`. Values without a meaning change nothing."""
        for part in (self.left, self.below, self.monitor.plots):
            part.restore(settings)

    def shutdown(self) -> None:
        """Wait until a running export is written, and end the threads. The window calls it when it closes."""
        if self.runs is not None:
            self.runs.shutdown()
        self.control.shutdown()
        self.monitor.shutdown()
        self.predictions.shutdown()
        self.decisions.shutdown()
        self.diagnosis.shutdown()

    def _add_parts(self) -> None:
        self._settings = with_heading("train_page_heading", "Settings of the next run", self._form)
        self._settings.setObjectName("train_page_settings")
        self.left.add_tab(self._settings, "Settings")
        if self.runs is not None:
            self.left.add_tab(self.runs, "Runs", place=0, footer=self.mistakes)
            self.left.show_tab(self._settings)  # what a user without runs needs first
            self.runs.overlays_changed.connect(self._on_overlays_changed)
            self.runs.found.connect(partial(self.left.show_tab, self.runs))
            self.runs.found.connect(self.monitor.offer_kept_runs)
            self.runs.commands.inspect_requested.connect(self.inspect_requested)
        self.below.add_tab(self.layers, "Layers")
        self.below.add_tab(self.predictions, "Predictions", NO_RUN)
        self.below.add_tab(self.decisions, "Decision map", NO_PLANE)
        self.right.add_section(self.diagnosis)
        self.right.add_section(self.confusion)
        self.right.add_section(self.control)
        self.right.add_section(self.monitor.summary)
        self.monitor.summary.show()

    def _show_below(self, widget: QWidget) -> None:
        """Bring one of the tabs below the curves to the front."""
        if self.page_layout.is_folded("below"):
            self.page_layout.set_folded("below", folded=False)
        self.below.show_tab(widget)

    @Slot(int, int)
    def _on_cell_chosen(self, true: int, predicted: int) -> None:
        self._show_below(self.predictions)
        self.predictions.show_cell(true, predicted)

    @Slot(int)
    def _on_mistake_picked(self, position: int) -> None:
        if not self.predictions.inspect(position):
            self._show_below(self.predictions)  # which shows the run's data, but says nothing of this example
            self.predictions.inspect(position)

    @Slot()
    def _on_overlays_changed(self) -> None:
        if self.runs is not None:
            self.monitor.set_overlays(self.runs.shown_runs())

    @Slot()
    def _show_decisions(self) -> None:
        self.decisions.setVisible(not self.decisions.obstacle)

    @Slot()
    def _show_predictions(self) -> None:
        self.predictions.setVisible(not self.predictions.obstacle)

    @Slot()
    def _on_filled_changed(self) -> None:
        self.page_layout.set_offered("below", self.below.filled)
