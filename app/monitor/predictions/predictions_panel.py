"""The panel below the curves for targets that are numbers or images: what the network predicts beside what is true."""

from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.document import Document
from app.formatting import format_percentage, format_r_squared
from app.jobs import BackgroundRunner, LatestJob
from app.monitor.predictions.target_scatter import TargetScatter
from app.monitor.predictions.validation_examples import (
    Predictions,
    ValidationExamples,
    collect_examples,
    predict_examples,
    r_squared,
)
from app.training import Session, Snapshot
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.data import DataDescription

PAUSE_MS = 500
"""Shortest time in milliseconds between two pictures of the predictions."""
_LOWEST = 22 * GRID
_PAIR_SIZE = 144
_NO_VALIDATION = "There are no validation examples to predict. Set their share on the page Data."
_OTHER_DATA = "This run learned other data than the project uses now, so its predictions are not shown."


class PredictionsPanel(QWidget):
    """Regression: predicted numbers over true ones. Autoencoder of images: each input beside its reconstruction.

    The predictions of the newest weights are computed in the background, twice a second at most, and only while the
    panel is visible. Classes need no such panel; it is hidden for them.

    Arguments:
        document: its choice of data tells if the data of the run is still in use.
        session: the run that is shown, with its newest weights.
    """

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_panel")
        self.setAccessibleName("Predictions for validation examples")
        self._document, self._session = document, session
        self._background = BackgroundRunner()
        self._examples_job = LatestJob(self._background, self)
        self._predictions_job = LatestJob(self._background, self)
        self._examples: ValidationExamples | None = None
        self._shown: Predictions | None = None
        self._requested: Snapshot | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._make_widgets()
        self._arrange()
        self._connect()
        self._on_run_changed()

    @property
    def predictions(self) -> Predictions | None:
        """What is shown; None while there are no predictions."""
        return self._shown

    def shutdown(self) -> None:
        """End the background thread. The window calls it when it closes."""
        self._background.shutdown()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()

    def _make_widgets(self) -> None:
        self._heading = make_label("predictions_heading", "Predicted against true", "heading")
        self._output = ChoiceBox()
        self._output.setObjectName("predictions_output")
        self._output.setAccessibleName("Output whose predictions are shown")
        self._sentence = make_label("predictions_sentence", style_class="muted", wraps=True)
        self.scatter = TargetScatter()
        self.scatter.setObjectName("predictions_scatter")
        self.scatter.setAccessibleName("Predicted over true numbers of validation examples")
        self.pairs = ImageGrid(image_size=_PAIR_SIZE)
        self.pairs.setObjectName("predictions_pairs")
        self.pairs.setAccessibleName("Inputs of validation examples, each beside its reconstruction")

    def _arrange(self) -> None:
        self.setMinimumHeight(_LOWEST)
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(self._heading)
        header.addWidget(self._output)
        header.addWidget(self._sentence, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID // 2)
        layout.addLayout(header)
        for widget in (self.scatter, self.pairs):
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        layout.addWidget(self.scatter, 1)
        layout.addWidget(self.pairs, 1)

    def _connect(self) -> None:
        self._output.currentIndexChanged.connect(self._paint)
        self._pause.timeout.connect(self._request)
        self._examples_job.returned.connect(self._on_examples_collected)
        self._predictions_job.returned.connect(self._on_predictions_computed)
        for job in (self._examples_job, self._predictions_job):
            job.failed.connect(self._sentence.setText)
        for signal in (self._session.started, self._session.continued, self._session.run_changed):
            signal.connect(self._on_run_changed)
        self._session.snapshot_changed.connect(self._on_snapshot_changed)

    @property
    def _description(self) -> DataDescription | None:
        """Description of the data of the shown run; None before the first run."""
        config, snapshot = self._session.config, self._session.snapshot
        if config is not None:
            return config.description
        return snapshot.description if snapshot is not None else None

    @Slot()
    def _on_run_changed(self) -> None:
        """Show or hide the panel, and forget the predictions of another run."""
        description = self._description
        self._shown = self._requested = None
        images = description is not None and len(description.target_shape or ()) == 3
        numbers = description is not None and len(description.target_shape or ()) == 1
        self._heading.setText("Inputs and reconstructions" if images else "Predicted against true")
        self._sentence.setText("The first epoch has not ended yet.")
        self.scatter.setVisible(numbers)
        self.pairs.setVisible(images)
        self.pairs.set_images(())
        self.scatter.show_numbers(np.zeros(0), np.zeros(0))
        self._offer_outputs(description if numbers else None)
        self.setVisible(images or numbers)
        self._request()

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
    def _on_snapshot_changed(self) -> None:
        if self.isVisible() and not self._pause.isActive():
            self._request()

    @Slot()
    def _request(self) -> None:
        """Request the predictions of the newest weights, or first the examples."""
        snapshot, description = self._session.snapshot, self._description
        busy = self._examples_job.busy or self._predictions_job.busy
        if not self.isVisible() or busy or snapshot is None or description is None or snapshot is self._requested:
            return
        if snapshot.description != description or not snapshot.trained:
            return  # weights of the run before, until the first ones of this run arrive
        if self._examples is not None and self._examples.choice == snapshot.data:
            if not self._examples.count:
                self._sentence.setText(_NO_VALIDATION)
                return
            self._requested = snapshot
            self._pause.start()
            self._predictions_job.start(partial(predict_examples, snapshot, self._examples))
        elif snapshot.data == self._document.project.data:
            self._examples_job.start(partial(collect_examples, snapshot.data))
        else:
            # Reading them again would take the data in use out of the memory.
            self._sentence.setText(_OTHER_DATA)

    @Slot(object)
    def _on_examples_collected(self, examples: ValidationExamples) -> None:
        self._examples = examples
        self._request()

    @Slot(object)
    def _on_predictions_computed(self, predictions: Predictions) -> None:
        if predictions.snapshot is self._requested:
            self._shown = predictions
            self._paint()
        if not self._pause.isActive():
            self._request()  # newer weights may have come meanwhile

    @Slot()
    def _paint(self) -> None:
        shown = self._shown
        if shown is None:
            return
        if self.pairs.isHidden():
            self._paint_numbers(shown, max(self._output.currentIndex(), 0))
        else:
            self._paint_images(shown)

    def _paint_numbers(self, shown: Predictions, place: int) -> None:
        targets, predicted = shown.examples.targets[:, place], shown.predicted[:, place]
        self.scatter.show_numbers(targets, predicted)
        self._sentence.setText(f"{describe_fit(r_squared(targets, predicted))} {_describe_part(shown.examples)}")

    def _paint_images(self, shown: Predictions) -> None:
        pairs = zip(shown.examples.pictures, shown.predicted, strict=True)
        autoencoder = shown.examples.choice.target == "input"
        given = pairs if autoencoder else zip(shown.examples.targets, shown.predicted, strict=True)
        tip = "left: input, right: reconstruction" if autoencoder else "left: target, right: prediction"
        self.pairs.set_images([GridImage(sample_image(side_by_side(*pair)), tooltip=tip) for pair in given])
        self._sentence.setText(f"{tip[0].upper()}{tip[1:]}. {_describe_part(shown.examples)}")


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return two images as one, with a grey line between them.

    Arguments:
        left, right: `(C, H, W)` images in 0 … 1.
    """
    line = np.full((*left.shape[:2], 1), 0.5, left.dtype)
    return np.concatenate([left, line, right], axis=2)


def describe_fit(value: float) -> str:
    """Return a value of R² in words.

    Arguments:
        value: R² of the predictions; NaN if it is not defined.

    >>> describe_fit(0.934).replace("\\xa0", " ")
    'R² 0.934: the predictions explain 93.4 % of the variation.'
    >>> describe_fit(-0.5)
    'R² −0.500: worse than always predicting the mean.'
    """
    if np.isnan(value):
        return "R² is not defined, because all true numbers are equal or a prediction is not finite."
    if value < 0:
        return f"R² {format_r_squared(value)}: worse than always predicting the mean."
    return f"R² {format_r_squared(value)}: the predictions explain {format_percentage(value)} of the variation."


def _describe_part(examples: ValidationExamples) -> str:
    shown, count = len(examples.inputs), examples.count
    if shown == count:
        return f"{describe_count(count, 'validation example')}."
    return f"{describe_count(shown)} of {describe_count(count, 'validation example')}."
