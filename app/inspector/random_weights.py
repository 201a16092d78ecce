"""The forward pass of a sample through the same network with fresh initial weights."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import LatestJob
from app.training import Inspection, SampleTrace
from tinyml.core import TinymlError
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import randomise


class RandomWeights(QObject):
    """Gives the recorded pass to show: that of the real weights, or of fresh ones while the user asks for these.

    The fresh weights are always the same ones for a network, so that two pictures of them can be compared.

    Arguments:
        inspection: the runner of background jobs.

    Attributes:
        on: True while random weights are shown.

    Signals:
        ready(): the pass of the newest sample through random weights is recorded.
        failed(sentence): it cannot be recorded.
    """

    ready = Signal()
    failed = Signal(str)

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(inspection.quick_jobs, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self.failed)
        self._asked: SampleTrace | None = None
        self._answered: SampleTrace | None = None
        self._trace: Trace | None = None
        self.on = False

    def switch(self, on: bool) -> None:
        """Show random weights, or the real ones again.

        Arguments:
            on: True for random weights.
        """
        self.on = on
        self._job.cancel()
        self._asked = self._answered = self._trace = None

    def find_trace(self, sample_trace: SampleTrace) -> Trace | None:
        """Return the pass to show. None if it is being recorded: then `ready` follows.

        Arguments:
            sample_trace: the pass through the real weights.
        """
        if not self.on:
            return sample_trace.trace
        if self._answered is sample_trace:
            return self._trace
        same_sample = self._asked is not None and self._asked.sample.input is sample_trace.sample.input
        if self._asked is not sample_trace and not (self._job.busy and same_sample):
            self._asked = sample_trace
            self._job.start(partial(_record_random, sample_trace.trace))
        return None

    @Slot(object)
    def _on_job_returned(self, trace: Trace) -> None:
        self._answered, self._trace = self._asked, trace
        self.ready.emit()


def _record_random(trace: Trace) -> Trace:
    """Record the same input in a copy of the network with fresh weights. Runs in a background thread."""
    try:
        return record(randomise(Sequential([entry.layer for entry in trace.entries])), trace.input)
    except MemoryError as error:
        raise TinymlError("There is not enough memory for a copy with random weights. Close other programs.") from error
