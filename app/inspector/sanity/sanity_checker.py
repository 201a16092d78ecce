"""Requests the sanity checks of the reconstruction that is shown, in the background."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.inspector.sanity.checks import SEEDS, SEEDS_OF_SLOW, SanityChecks, run_checks
from app.inspector.state import InspectorState
from app.jobs import Job
from app.training import Inspection
from tinyml.visualize import Reconstruction

PAUSE_MS = 400
"""Milliseconds for which the reconstruction must stay the same before its checks are computed."""


class SanityChecker(QObject):
    """Holds the checks of the reconstruction by the first method.

    They are computed when nothing has changed for a moment. So a training run, which changes the weights all the time,
    is not slowed down. Checks of another reconstruction disappear at once.

    Arguments:
        state: the reconstruction.
        inspection: the runner of slow jobs, and the weights.

    Attributes:
        is_trained: False if the checked reconstruction is of initial or random weights.
        checks: what was found; None until then.
        share: of the work that is done, 0 to 1; None while nothing is computed.
        sentence: why there are no checks; empty otherwise.

    Signals:
        changed(): an attribute changed.
    """

    changed = Signal()

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection = state, inspection
        self._active = False
        self._checked: Reconstruction | None = None
        self._job: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_timeout)
        self.is_trained = False
        self.checks: SanityChecks | None = None
        self.share: float | None = None
        self.sentence = ""
        state.reconstruction_changed.connect(self._on_reconstruction_changed)

    def set_active(self, active: bool) -> None:
        """Follow the state, or stop.

        Arguments:
            active: True while the checks can be seen.
        """
        self._active = active
        if active:
            self._on_reconstruction_changed()
        else:
            self._pause.stop()
            if self.share is not None:
                self._drop()

    @Slot()
    def cancel(self) -> None:
        """Stop the computation. `restart` begins again."""
        if self.share is not None:
            self._end("Cancelled.")

    @Slot()
    def restart(self) -> None:
        """Compute the checks of the reconstruction that is shown."""
        reconstruction, trace = self._state.reconstruction, self._state.layer_trace
        if reconstruction is None or trace is None:
            return
        method = self._state.methods[0]
        seeds = SEEDS_OF_SLOW if method.slow else SEEDS
        self._stop()
        self._checked, self.checks, self.share, self.sentence = reconstruction, None, 0.0, ""
        shown = self._inspection.visible_trace
        self.is_trained = shown is not None and shown.snapshot.trained and not self._state.random_weights
        job = self._inspection.slow_jobs.submit_with_progress(partial(run_checks, trace, reconstruction, method, seeds))
        job.progressed.connect(self._on_progressed)
        job.returned.connect(self._on_returned)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.changed.emit()

    @Slot()
    def _on_reconstruction_changed(self) -> None:
        if self._active and self._state.reconstruction is not self._checked:
            self._drop()
            if self._state.reconstruction is not None:
                self._pause.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._active and self._state.reconstruction is not self._checked:
            self.restart()

    @Slot(float)
    def _on_progressed(self, share: float) -> None:
        self.share = share
        self.changed.emit()

    @Slot(object)
    def _on_returned(self, checks: SanityChecks) -> None:
        self._end("", checks)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._end(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._job is not None:
            self._drop()  # the runner has cancelled the job, because other samples are read

    def _drop(self) -> None:
        """Forget the checks and the reconstruction that they belong to."""
        self._checked = None
        self._end("")

    def _end(self, sentence: str, checks: SanityChecks | None = None) -> None:
        self._stop()
        self.share, self.checks, self.sentence = None, checks, sentence
        self.changed.emit()

    def _stop(self) -> None:
        """Cancel the job, if it has not ended."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
