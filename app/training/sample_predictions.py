"""Predicts the class of every sample in the background, with the weights that the inspection uses."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.jobs import BackgroundRunner, LatestJob
from app.training.sample_trace import predict_classes
from app.training.snapshot import Snapshot
from tinyml.data import Dataset


class SamplePredictions(QObject):
    """Predicts all samples, once with the same weights.

    Arguments:
        runner: runs the predictions.

    Signals:
        predicted(classes): `(N,)` the predicted class of every sample.
        failed(sentence): they cannot be predicted.
    """

    predicted = Signal(object)
    failed = Signal(str)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self.predicted)
        self._job.failed.connect(self.failed)
        self._requested_with: Snapshot | None = None

    def request(self, snapshot: Snapshot, samples: Dataset) -> None:
        """Predict all samples, unless the same weights were requested before.

        Arguments:
            snapshot: the weights.
            samples: samples with classes.
        """
        if snapshot is not self._requested_with:
            self._requested_with = snapshot
            self._job.start(partial(predict_classes, snapshot, samples))

    def cancel(self) -> None:
        """Forget what was requested."""
        self._requested_with = None
        self._job.cancel()
