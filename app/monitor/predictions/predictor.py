"""Decides when the newest weights predict which examples, so that a run loses hardly any time."""

from functools import partial
from typing import TypeGuard

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.jobs import BackgroundRunner, LatestJob
from app.monitor.predictions.examples import ChosenExamples, choose_examples, load_inputs
from app.monitor.predictions.predictions import MOST_PAIRS, Predictions, predict
from app.training import Session, Snapshot
from app.training.dataset_cache import Part
from tinyml.core import DataError, describe_count
from tinyml.data import DataChoice, DataDescription, split_counts

PAUSE_MS = 400
"""Shortest time in milliseconds between two predictions during a run."""
MOST_WHILE_TRAINING = 1000
"""Largest number of examples that are predicted at a time during a run."""
_PAUSE_FACTOR = 12
"""During a run, predictions take at most one part in so many of the time of one processor."""
_FIRST_EPOCH = "The first epoch has not ended yet."
_NO_EPOCH = "This run ended before its first epoch was done, so it predicts nothing."
_OTHER_DATA = (
    "This run learned other data than the project uses now, so its predictions are not shown. Undo the change of the "
    "data to see them."
)

_ORDER: tuple[Part, ...] = ("validation", "training", "test")
_Key = tuple[DataChoice, Part, int | None]


class Predictor(QObject):
    """The predictions of the newest weights for a part of the data.

    During a run these are some validation examples, or training examples if there are no others. After it, all examples
    of the chosen part are predicted. Everything is computed off the GUI thread, once for all views, and only while one
    of them is visible.

    Arguments:
        document: its choice of data tells if the data of the run is still in use.
        session: the run that is shown, with its newest weights.

    Attributes:
        predictions: the newest ones; None while there are none.
        message: one sentence that says why there are no predictions, or that others are being computed; else empty.

    Signals:
        changed(): `predictions` or `message` changed.
        inputs_loaded(predictions, positions, inputs): the answer to `request_inputs`.
    """

    changed = Signal()
    inputs_loaded = Signal(object, object, object)

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self._background = BackgroundRunner()
        self._examples_job = LatestJob(self._background, self)
        self._predictions_job = LatestJob(self._background, self)
        self._inputs_job = LatestJob(self._background, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._request)
        self._watchers: set[QObject] = set()
        self._chosen: Part | None = None
        self._examples: tuple[_Key, ChosenExamples] | None = None
        self._requested: tuple[Snapshot, _Key] | None = None
        self._read: _Key | None = None
        self._unreadable: _Key | None = None
        self._earlier: Snapshot | None = None
        self.predictions: Predictions | None = None
        self.message = _FIRST_EPOCH
        self._connect()

    def _connect(self) -> None:
        self._examples_job.returned.connect(self._on_examples_chosen)
        self._predictions_job.returned.connect(self._on_predicted)
        self._inputs_job.returned.connect(self._on_inputs_loaded)
        self._examples_job.failed.connect(self._on_examples_failed)
        self._predictions_job.failed.connect(self._on_predictions_failed)
        session = self._session
        session.started.connect(self._on_started)
        for signal in (session.continued, session.run_changed):
            signal.connect(self._on_run_changed)
        session.snapshot_changed.connect(self._on_snapshot_changed)
        session.state_changed.connect(self._request)

    @property
    def description(self) -> DataDescription | None:
        """Description of the data of the shown run; None before the first run."""
        config, snapshot = self._session.config, self._session.snapshot
        if config is not None:
            return config.description
        return snapshot.description if snapshot is not None else None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the data that have examples, the one that is shown at first before the others."""
        snapshot, config, description = self._session.snapshot, self._session.config, self.description
        choice = config.project.data if config is not None else None if snapshot is None else snapshot.data
        if choice is None or description is None:
            return ()
        try:
            counts = split_counts(description, choice)
        except DataError:
            return ("validation", "training", "test")  # reading the data will say what is wrong
        by_name = dict(zip(("training", "validation", "test"), counts, strict=True))
        return tuple(part for part in _ORDER if by_name[part])

    @property
    def part(self) -> Part:
        """The part whose examples are predicted. During a run never the test set, so that the test stays a test."""
        parts = self.parts or _ORDER
        return self._chosen if self._chosen in parts and not self._session.state.active else parts[0]

    def choose_part(self, part: Part) -> None:
        """Predict another part of the data after a run.

        Arguments:
            part: the part.
        """
        if part != self._chosen:
            self._chosen = part
            self._request()

    def set_watched(self, view: QObject, visible: bool) -> None:
        """Compute, or wait until somebody looks at the predictions.

        Arguments:
            view: shows the predictions.
            visible: True while the view can be seen.
        """
        if visible:
            self._unreadable = None  # the file may be back
            self._watchers.add(view)
            self._request()
            return
        self._watchers.discard(view)
        if not self._watchers:
            self._pause.stop()
            if self._predictions_job.busy:
                self._predictions_job.cancel()
                self._requested = None

    def request_inputs(self, predictions: Predictions, positions: np.ndarray) -> None:
        """Load the inputs of some predicted examples; `inputs_loaded` brings them. The newest request wins.

        Arguments:
            predictions: which ones.
            positions: `(K,)` indices of the examples among the predicted ones.
        """

        def load() -> tuple[Predictions, np.ndarray, np.ndarray]:
            places = getattr(predictions, "places", np.arange(len(predictions.examples.rows)))
            return predictions, positions, load_inputs(predictions.examples, places[positions])

        self._inputs_job.start(load)

    def shutdown(self) -> None:
        """End the background thread. The window calls it when it closes."""
        self._pause.stop()
        self._background.shutdown()

    @property
    def _most(self) -> int | None:
        description = self.description
        if description is not None and len(description.target_shape or ()) == 3:
            return MOST_PAIRS
        return MOST_WHILE_TRAINING if self._session.state.active else None

    def _say(self, message: str) -> None:
        if message != self.message:
            self.message = message
            self.changed.emit()

    @Slot()
    def _on_started(self) -> None:
        """Wait for the first weights of the new run: until then, the session shows those of the run before."""
        self._forget(self._session.snapshot)

    @Slot()
    def _on_run_changed(self) -> None:
        """Predict with the weights of the run that is shown now."""
        self._forget(None)
        self._request()

    def _forget(self, earlier: Snapshot | None) -> None:
        """Forget the predictions of another run, and ignore its weights (`earlier`)."""
        self._earlier = earlier
        self._predictions_job.cancel()
        self.predictions = self._requested = self._unreadable = None
        self.message = _FIRST_EPOCH
        self.changed.emit()

    @Slot()
    def _on_snapshot_changed(self) -> None:
        if not self._pause.isActive():
            self._request()

    @Slot()
    def _request(self) -> None:
        """Request the predictions of the newest weights, or first the examples."""
        snapshot, description, running = self._session.snapshot, self.description, self._session.state.active
        if not self._watchers or description is None:
            return
        if not self._is_of_this_run(snapshot):
            if self._session.config is not None:
                self._say(_FIRST_EPOCH if running else _NO_EPOCH)
            return
        key = snapshot.data, self.part, self._most
        if self._requested == (snapshot, key) or (running and (self._busy or self._pause.isActive())):
            return
        if running and self.predictions is not None and snapshot.history == self.predictions.snapshot.history:
            return  # weights of the middle of an epoch
        if self._examples is None or self._examples[0] != key:
            if snapshot.data != self._document.project.data:
                # Reading them again would take the data in use out of the memory.
                self.predictions = self._requested = None
                self._say(_OTHER_DATA)
            elif key != self._unreadable and not (self._examples_job.busy and (running or self._read == key)):
                self._read = key
                self._examples_job.start(lambda: (key, choose_examples(*key)))
            return
        self._predict(snapshot, key, self._examples[1])

    def _is_of_this_run(self, snapshot: Snapshot | None) -> TypeGuard[Snapshot]:
        """Return True if the newest weights belong to the shown run, and are trained."""
        if snapshot is None or snapshot is self._earlier:
            return False
        return snapshot.trained and snapshot.description == self.description

    @property
    def _busy(self) -> bool:
        return self._examples_job.busy or self._predictions_job.busy

    def _predict(self, snapshot: Snapshot, key: _Key, examples: ChosenExamples) -> None:
        self._requested = snapshot, key
        if not examples.count:
            self.predictions = None
            self._say(f"There are no {examples.part} examples to predict. Set their share on the page Data.")
            self.changed.emit()
            return
        if not self._session.state.active and len(examples.rows) > MOST_WHILE_TRAINING:
            self._say(f"Predicting {describe_count(len(examples.rows), f'{examples.part} example')}…")
        self._predictions_job.start_with_progress(partial(predict, snapshot, examples))

    @Slot(object)
    def _on_examples_chosen(self, chosen: tuple[_Key, ChosenExamples]) -> None:
        self._examples = chosen
        self._request()

    @Slot(object)
    def _on_predicted(self, predictions: Predictions) -> None:
        self.predictions, self.message = predictions, ""
        self.changed.emit()
        if self._session.state.active:
            self._pause.start(max(PAUSE_MS, round(_PAUSE_FACTOR * 1000 * predictions.seconds)))
        self._request()  # the state or the chosen part may have changed meanwhile

    @Slot(str)
    def _on_examples_failed(self, sentence: str) -> None:
        self._unreadable = self._read
        self._fail(sentence)

    @Slot(str)
    def _on_predictions_failed(self, sentence: str) -> None:
        self._fail(sentence)  # `_requested` stays, so that the same is not tried again
        self._pause.start(PAUSE_MS)  # then newer weights are tried

    def _fail(self, sentence: str) -> None:
        self.predictions = None
        self.message = sentence
        self.changed.emit()

    @Slot(object)
    def _on_inputs_loaded(self, answer: tuple[Predictions, np.ndarray, np.ndarray]) -> None:
        self.inputs_loaded.emit(*answer)
