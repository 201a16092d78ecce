"""The forward pass of a sample through the same network with fresh initial weights."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import LatestJob
from app.training import Inspection, SampleTrace
from tinyml.core import TinymlError
from tinyml.layers.base.stack import copies_to_run
from tinyml.net import EntriesInside, Sequential, Trace, entries_inside, record
from tinyml.visualize import randomise


@dataclass(frozen=True, eq=False)
class RandomPass:
    """A recorded pass through random weights.

    Attributes:
        layers: name and settings of each layer of the network.
        net: the network with random weights.
        trace: the recorded pass.
        inside: the recorded layers inside blocks, by their paths.
    """

    layers: tuple[object, ...]
    net: Sequential
    trace: Trace
    inside: EntriesInside

    def fits(self, trace: Trace) -> bool:
        """Return True if a `trace` has the same input, and passes through the same layers with any weights."""
        same_input = np.array_equal(self.trace.input, trace.input, equal_nan=True)
        return same_input and self.layers == _layers_of(trace)


class RandomWeights(QObject):
    """Gives the recorded pass to show: that of the real weights, or of fresh ones while the user asks for these.

    The fresh weights are always the same ones for a network, so that two pictures of them can be compared. They do not
    depend on the real weights: a run that changes these changes nothing here.

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
        self._pass: RandomPass | None = None
        self.on = False

    @property
    def busy(self) -> bool:
        """True while a pass is recorded."""
        return self._job.busy

    def switch(self, on: bool) -> None:
        """Show random weights, or the real ones again.

        Arguments:
            on: True for random weights.
        """
        self.on = on
        self._job.cancel()
        self._pass = None

    def cancel(self) -> None:
        """Record nothing until `find_pass` asks again."""
        self._job.cancel()

    def find_pass(self, real: SampleTrace) -> SampleTrace | RandomPass | None:
        """Return the pass to show. None if it is being recorded: then `ready` follows.

        Arguments:
            real: the pass through the real weights.
        """
        if not self.on:
            return real
        if self._pass is not None and self._pass.fits(real.trace):
            return self._pass
        # A job for an earlier sample is not cancelled by newer weights: it ends, and then this is called again.
        if not self._job.busy:
            self._job.start(partial(_record_random, real.trace, self._pass))
        return None

    @Slot(object)
    def _on_job_returned(self, found: RandomPass) -> None:
        self._pass = found
        self.ready.emit()


def _layers_of(trace: Trace) -> tuple[object, ...]:
    return tuple((entry.layer.name, entry.layer.settings) for entry in trace.entries)


def _record_random(trace: Trace, before: RandomPass | None) -> RandomPass:
    """Record the same input in the network with random weights. Runs in a background thread.

    Arguments:
        trace: the pass through the real weights.
        before: the pass of another sample. Its network is used again, if it has the same layers.
    """
    layers = _layers_of(trace)
    same_shape = before is not None and before.trace.input.shape == trace.input.shape
    try:
        if before is not None and same_shape and before.layers == layers:
            net = before.net
        else:
            net = randomise(Sequential([entry.layer for entry in trace.entries]))
        # The trace has its own copies of the layers: another thread may compute with those of an earlier trace.
        random = record(Sequential(copies_to_run(net.layers)), trace.input)
        return RandomPass(layers, net, random, entries_inside(random))
    except MemoryError as error:
        raise TinymlError("There is not enough memory for a copy with random weights. Close other programs.") from error
