"""Predicts the class of every sample in the background, with the weights that the inspection uses."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import BackgroundRunner, LatestJob
from app.training.sample_trace import predict_classes
from app.training.snapshot import Snapshot
from tinyml.data import Dataset

REST_MS = 300
"""Milliseconds for which the user must stay at an epoch before all samples are predicted with its weights."""


class SamplePredictions(QObject):
    """Predicts all samples, once with the same weights.

    Arguments:
        runner: runs the predictions.

    Signals:
        predicted(classes): `(N,)` the predicted class of every sample.
        failed(sentence): they cannot be predicted.
        rested(): the time after `rest` is over, so `request` works again.
    """

    predicted = Signal(object)
    failed = Signal(str)
    rested = Signal()

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self.predicted)
        self._job.failed.connect(self.failed)
        self._requested_with: Snapshot | None = None
        self._rest_timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest_timer.timeout.connect(self.rested)

    def rest(self) -> None:
        """Do nothing for a moment, because the user may choose other weights at once."""
        self._rest_timer.start()

    def request(self, snapshot: Snapshot, samples: Dataset) -> None:
        """Predict all samples, unless the same weights were requested before, or during a rest.

        Arguments:
            snapshot: the weights.
            samples: samples with classes.
        """
        if snapshot is not self._requested_with and not self._rest_timer.isActive():
            self._requested_with = snapshot
            self._job.start(partial(predict_classes, snapshot, samples))

    def cancel(self) -> None:
        """Forget what was requested."""
        self._rest_timer.stop()
        self._requested_with = None
        self._job.cancel()
