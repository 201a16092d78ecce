"""What the network of the shown run predicts, in the views that suit its targets."""

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from app.document import Document
from app.monitor.predictions.calibration_view import CalibrationView
from app.monitor.predictions.class_table import ClassTable
from app.monitor.predictions.confusion_view import ConfusionView
from app.monitor.predictions.number_views import describe_fit, pair_images, thinned
from app.monitor.predictions.predicted_examples import show_in
from app.monitor.predictions.predictions import ClassPredictions, NumberPredictions
from app.monitor.predictions.predictor import Predictor
from app.monitor.predictions.residuals_view import ResidualsView
from app.monitor.predictions.target_scatter import TargetScatter
from app.training import Session
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.image_grid import ImageGrid
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.predictions.example_gallery import ExampleGallery
from app.widgets.theme.theme import GRID
from app.widgets.view_switch import ViewSwitch
from tinyml.core import describe_count
from tinyml.data import DataDescription
from tinyml.learner import class_report

VIEWS = {
    "confusion": "Confusion",
    "classes": "Per class",
    "mistakes": "Mistakes",
    "calibration": "Calibration",
    "scatter": "Predicted against true",
    "residuals": "Residuals",
    "pairs": "Pairs",
}
"""Name and title of each view."""
_OF_CLASSES = ("confusion", "classes", "mistakes", "calibration")
_LOWEST = 22 * GRID
_NARROW = 80 * GRID
_PAIR_SIZE = 144
NO_RUN = "There are no predictions before the first run. Press Train (F5)."
_OTHER_EXAMPLES = (
    "The project uses other data now, so Inspect cannot show this example. Undo the change of the data to see it."
)
_DURING_A_RUN = "During a run, these are validation examples. After it, also the test and the training examples."


class _Stack(QWidget):
    """The room of the views. Its height is what the page gives, although some views hold sentences that wrap."""

    def hasHeightForWidth(self) -> bool:
        return False


class PredictionsPanel(QWidget):
    """Classes: confusion matrix, numbers of each class, worst mistakes, calibration. Numbers: predicted against true,
    residuals. Images: pairs of inputs and reconstructions.

    The predictions of the newest weights are computed in the background, and only while the panel is visible.

    Arguments:
        document: its choice of data tells if the data of the run is still in use.
        session: the run that is shown, with its newest weights.

    Attributes:
        predictor: computes the predictions.
        switch: the buttons of the views.

    Signals:
        obstacle_changed(): `obstacle` changed.
        sample_requested(part, index): the user wants to inspect an example of a part of the data.
    """

    obstacle_changed = Signal()
    sample_requested = Signal(str, int)

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_panel")
        self.setAccessibleName("Predictions")
        self.predictor = Predictor(document, session, self)
        self._document, self._session = document, session
        self._described: DataDescription | None = None
        self._make_views()
        self._make_header()
        self._arrange()
        self._connect()
        self._offer_views()
        self._show()

    @property
    def obstacle(self) -> str:
        """One sentence that says why there is nothing to show; empty if there is a run."""
        return "" if self.predictor.description is not None else NO_RUN

    @property
    def sentence(self) -> str:
        """The line above the views: which examples are shown, or why there are none."""
        return self._sentence.text()

    def show_cell(self, true: int, predicted: int) -> None:
        """Show the examples of a cell of the confusion matrix.

        Arguments:
            true: number of the true class.
            predicted: number of the predicted class.
        """
        self.switch.choose("confusion")
        table = self.confusion.table
        table.setCurrentIndex(table.model().index(true, predicted))

    def inspect(self, position: int) -> bool:
        """Ask to inspect a predicted example. Return False, and say why, if the project uses other data now.

        Arguments:
            position: of the example among the predicted ones.
        """
        shown = self.predictor.predictions
        if not isinstance(shown, ClassPredictions) or position >= len(shown.places):
            return True
        if shown.examples.choice != self._document.project.data:
            # Inspect shows the data of the project, in which this number is another example.
            self._say(_OTHER_EXAMPLES)
            return False
        self.sample_requested.emit(shown.examples.part, int(shown.examples.rows[shown.places[position]]))
        return True

    def shutdown(self) -> None:
        """End the background thread. The window calls it when it closes."""
        self.predictor.shutdown()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.predictor.set_watched(self, True)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.predictor.set_watched(self, False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow panel, show the buttons of the views above the rest."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._header.setDirection(directions.TopToBottom if self.width() < _NARROW else directions.LeftToRight)

    def hasHeightForWidth(self) -> bool:
        return False  # the panel would scroll for sentences that wrap, although its views take the room that there is

    def _make_views(self) -> None:
        self.confusion = ConfusionView()
        self.classes = ClassTable()
        self.mistakes = ExampleGallery("predictions_mistakes", "Mistakes, the most confident ones first")
        self.calibration = CalibrationView()
        self.scatter = TargetScatter()
        self.scatter.setObjectName("predictions_scatter")
        self.scatter.setAccessibleName("Predicted over true numbers")
        self.residuals = ResidualsView()
        self.pairs = ImageGrid(image_size=_PAIR_SIZE)
        self.pairs.setObjectName("predictions_pairs")
        self.pairs.setAccessibleName("Inputs, each beside its reconstruction")
        self._views: dict[str, QWidget] = {
            "confusion": self.confusion,
            "classes": self.classes,
            "mistakes": self.mistakes,
            "calibration": self.calibration,
            "scatter": self.scatter,
            "residuals": self.residuals,
            "pairs": self.pairs,
        }

    def _make_header(self) -> None:
        self.switch = ViewSwitch("predictions_view", tuple(VIEWS.items()))
        self._output = ChoiceBox()
        self._output.setObjectName("predictions_output")
        self._output.setAccessibleName("Output whose predictions are shown")
        self._part = ChoiceBox()
        self._part.setObjectName("predictions_part")
        self._part.setAccessibleName("Part of the data whose examples are predicted")
        self._sentence = make_label("predictions_sentence", style_class="muted", wraps=True)

    def _arrange(self) -> None:
        self.setMinimumHeight(_LOWEST)
        self._header = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._header.setSpacing(GRID)
        self._header.addWidget(self.switch)
        choices = QHBoxLayout()
        choices.setSpacing(GRID)
        choices.addWidget(self._output)
        choices.addWidget(self._part)
        choices.addWidget(self._sentence, 1)
        add_layout(self._header, choices, 1)
        stack = _Stack()
        self._stack = QStackedLayout(stack)
        self._empty = QWidget()
        for view in (self._empty, *self._views.values()):
            view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
            self._stack.addWidget(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID // 2)
        add_layout(layout, self._header)
        layout.addWidget(stack, 1)

    def _connect(self) -> None:
        predictor = self.predictor
        self.switch.chosen.connect(self._show)
        self._output.currentIndexChanged.connect(self._show)
        self._part.currentIndexChanged.connect(self._on_part_changed)
        predictor.changed.connect(self._show)
        predictor.inputs_loaded.connect(self.confusion.show_inputs)
        self.confusion.inputs_requested.connect(predictor.request_inputs)
        for source in (self.confusion, self.mistakes):
            source.picked.connect(self._on_picked)
        session = self._session
        for signal in (session.started, session.continued, session.run_changed, session.snapshot_changed):
            signal.connect(self._offer_views)
        session.state_changed.connect(self._show_parts)

    @Slot()
    def _offer_views(self) -> None:
        """Offer the views that suit the targets of the shown run."""
        description = self.predictor.description
        if description is self._described and description is not None:
            return
        before, self._described = self._described, description
        if description is None:
            names: tuple[str, ...] = ()
        elif description.has_classes:
            names = _OF_CLASSES
        else:
            names = ("pairs",) if len(description.target_shape or ()) == 3 else ("scatter", "residuals")
        self.switch.offer(names)
        self._offer_outputs(description if "scatter" in names else None)
        self._show_parts()
        self._show()
        if (before is None) != (description is None):
            self.obstacle_changed.emit()

    def _offer_outputs(self, description: DataDescription | None) -> None:
        count = 0 if description is None or description.target_shape is None else description.target_shape[0]
        names = () if description is None else description.target_names
        if description is not None and description.target == "input":
            names = description.input_names
        with QSignalBlocker(self._output):
            self._output.clear()
            for place in range(count):
                self._output.addItem(short(names[place]) if len(names) == count else f"output {place + 1}")
        self._output.setVisible(count > 1)

    @Slot()
    def _show_parts(self) -> None:
        running = self._session.state.active
        self._part.setEnabled(not running)
        self._part.setVisible(self._described is not None)
        self._part.setToolTip(_DURING_A_RUN)
        parts = self.predictor.parts
        with QSignalBlocker(self._part):
            if parts != tuple(self._part.itemData(place) for place in range(self._part.count())):
                self._part.clear()
                for part in parts:
                    self._part.addItem(f"{part} set", part)
            self._part.setCurrentIndex(self._part.findData(self.predictor.part))

    @Slot()
    def _on_part_changed(self) -> None:
        self.predictor.choose_part(self._part.currentData())

    @Slot(int)
    def _on_picked(self, position: int) -> None:
        self.inspect(position)

    @Slot()
    def _show(self) -> None:
        """Show the newest predictions in the chosen view."""
        shown, view = self.predictor.predictions, self.switch.current
        self._sentence.setText(self.predictor.message if self._described is not None else NO_RUN)
        self._stack.setCurrentWidget(self._views[view] if shown is not None and view else self._empty)
        if shown is None or not self.isVisible():
            return
        if isinstance(shown, ClassPredictions) and shown.obstacle:
            self._stack.setCurrentWidget(self._empty)
            self._say(shown.obstacle)
        elif isinstance(shown, ClassPredictions) and view in _OF_CLASSES:
            self._show_classes(shown, view)
        elif isinstance(shown, NumberPredictions) and view == "pairs":
            images, caption = pair_images(shown)
            self.pairs.set_images(images)
            self._say(f"{caption} {shown.examples.describe()}.")
        elif isinstance(shown, NumberPredictions) and view in ("scatter", "residuals"):
            self._show_numbers(shown, view)

    def _show_classes(self, shown: ClassPredictions, view: str) -> None:
        text = f"{shown.examples.describe()}, {describe_count(shown.mistake_count, 'mistake')}."
        if shown.skipped:
            text += f" {describe_count(shown.skipped)} of them have no finite scores and are left out."
        match view:
            case "confusion":
                self.confusion.show_predictions(shown)
            case "classes":
                self.classes.show_report(class_report(shown.confusion), shown.class_names)
            case "mistakes":
                self.mistakes.set_placeholder("No mistakes: all these examples are predicted correctly.")
                show_in(self.mistakes, shown, shown.mistakes, shown.mistake_inputs)
                if shown.mistake_count > len(shown.mistakes):
                    text += f" These are the {describe_count(len(shown.mistakes))} with the highest scores."
            case _:
                self.calibration.show_calibration(shown.calibration)
        self._say(text)

    def _show_numbers(self, shown: NumberPredictions, view: str) -> None:
        place = max(self._output.currentIndex(), 0)
        targets, predicted = shown.targets[:, place], shown.predicted[:, place]
        if view == "scatter":
            self.scatter.show_numbers(*thinned(targets, predicted))
        else:
            self.residuals.show_numbers(np.asarray(targets), np.asarray(predicted))
        self._say(f"{describe_fit(targets, predicted)} {shown.examples.describe()}.")

    def _say(self, text: str) -> None:
        message = self.predictor.message
        self._sentence.setText(f"{text} {message}" if message else text)
