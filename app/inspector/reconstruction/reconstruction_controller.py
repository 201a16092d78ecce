"""Asks for reconstructions: at once when the user chooses, in step with the training when the weights change."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.inspector.target import Target
from app.jobs import Job
from app.training import Inspection, SampleTrace
from tinyml.visualize import Reconstruction

SHORTEST_PAUSE_MS = 200
"""Milliseconds between two requests that no user made."""


class ReconstructionController(QObject):
    """Keeps the reconstruction of one target up to date.

    While an answer is on its way no other is asked for, unless the target changes: a request that makes the former one
    stale, many times a second, would mean that no answer ever comes.

    Arguments:
        inspection: answers.

    Signals:
        answered(Reconstruction): of the present target.
        refused(sentence): the present target cannot be traced back.
        cancelled(): the network changed under the request; a new one follows when there is something to trace back.
    """

    answered = Signal(object)
    refused = Signal(str)
    cancelled = Signal()

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._target: Target | None = None
        self._job: Job | None = None
        self._outdated = False
        self._asked_of: SampleTrace | None = None
        self._pause = QTimer(self, singleShot=True, interval=SHORTEST_PAUSE_MS)
        self._pause.timeout.connect(self._request_if_outdated)

    @property
    def target(self) -> Target | None:
        """What is traced back; None for nothing."""
        return self._target

    def set_target(self, target: Target | None) -> None:
        """Trace something else back, at once."""
        if target != self._target:
            self._target = target
            self._drop_job()
            self._request()

    def refresh(self) -> None:
        """The weights or the sample changed: ask again, soon."""
        self._outdated = self._target is not None and self._inspection.sample_trace is not self._asked_of
        if not self._pause.isActive():
            self._request_if_outdated()

    @property
    def _waiting(self) -> bool:
        return self._job is not None

    @Slot()
    def _request_if_outdated(self) -> None:
        if self._outdated and not self._waiting:
            self._request()

    def _request(self) -> None:
        self._outdated = False
        self._asked_of = self._inspection.sample_trace
        if self._target is None or self._asked_of is None:
            return
        self._pause.start()
        self._job = self._inspection.reconstruct(self._target.layer, self._target.map_index, self._target.position)
        if self._job is not None:
            self._job.returned.connect(self._on_job_returned)
            self._job.failed.connect(self._on_job_failed)
            self._job.cancelled.connect(self._on_job_cancelled)

    def _drop_job(self) -> None:
        """Cancel the request under way without announcing it: another one takes its place."""
        job, self._job = self._job, None
        if job is not None:
            job.cancelled.disconnect(self._on_job_cancelled)
            job.cancel()

    @Slot(object)
    def _on_job_returned(self, reconstruction: Reconstruction) -> None:
        self._end_job()
        self.answered.emit(reconstruction)

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._end_job()
        self.refused.emit(sentence)

    @Slot()
    def _on_job_cancelled(self) -> None:
        self._job = None
        self.cancelled.emit()

    def _end_job(self) -> None:
        self._job = None
        if not self._pause.isActive():
            self._request_if_outdated()
