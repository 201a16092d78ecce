"""Requests the reconstructions of a target: one background job for each method."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.inspector.target import Method, Target
from app.jobs import BackgroundRunner, LatestJob
from app.training import Inspection
from tinyml.core import TinymlError
from tinyml.data import ProgressCallback
from tinyml.net import Trace
from tinyml.visualize import Reconstruction

SHORTEST_PAUSE_MS = 200
"""Shortest time in milliseconds between a request and the next one that no user made."""
STALE_AFTER_MS = 200
"""Milliseconds until a reconstruction of an earlier target disappears. Most new ones are ready sooner."""


class Status(Enum):
    """How a reconstruction relates to the target."""

    IDLE = auto()
    """There is no target."""
    STALE = auto()
    """The target has just changed. The reconstruction of the earlier target is still shown."""
    WAITING = auto()
    """The reconstruction is being computed. None is shown."""
    SHOWN = auto()
    """It belongs to the target. During training its weights can be a moment older than the newest ones."""
    REFUSED = auto()
    """The method cannot reconstruct the target. The sentence says why."""


@dataclass(frozen=True, eq=False)
class Result:
    """What one method has found.

    Attributes:
        status: how `reconstruction` relates to the target.
        reconstruction: what to show; None if there is nothing to show.
        sentence: what to tell the user about it; can be empty.
    """

    status: Status
    reconstruction: Reconstruction | None = None
    sentence: str = ""


class MethodRequest(QObject):
    """Holds the newest result of one method, and the job that computes the next one.

    Arguments:
        method: how the reconstruction is computed.
        runner: runs the jobs.

    Attributes:
        result: what the method has found.

    Signals:
        answered(): the job has ended with another result. A cancelled job never answers.
    """

    answered = Signal()

    def __init__(self, method: Method, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._method = method
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self.result = self.waiting

    @property
    def busy(self) -> bool:
        """True while the job waits or runs."""
        return self._job.busy

    @property
    def waiting(self) -> Result:
        """The result while nothing is known."""
        return Result(Status.WAITING, None, f"Computing the {self._method.title} picture…")

    def ask(self, trace: Trace, target: Target) -> None:
        """Compute the reconstruction of a target, instead of the one before.

        Arguments:
            trace: the recorded forward pass.
            target: what to reconstruct.
        """
        self._job.start_with_progress(partial(compute_reconstruction, self._method, trace, target))

    def cancel(self) -> None:
        """Cancel the job, if it has not ended."""
        self._job.cancel()

    @Slot(object)
    def _on_job_returned(self, reconstruction: Reconstruction) -> None:
        sentences = (reconstruction.blank_reason, reconstruction.remark)
        self.result = Result(Status.SHOWN, reconstruction, " ".join(filter(None, sentences)))
        self.answered.emit()

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self.result = Result(Status.REFUSED, None, sentence)
        self.answered.emit()


class ReconstructionRequests(QObject):
    """Holds the results of the methods that the user chose, and requests new ones.

    A new request cancels the job before it, so a result belongs to the newest request. Fast methods do not wait for
    slow ones: these have a runner of their own.

    Arguments:
        inspection: its runners of background jobs compute the reconstructions.

    Attributes:
        asked_from: the recorded pass of the newest request; None before the first one, and after `stop` cancelled it.

    Signals:
        changed(): a result changed, and its status is not STALE.
        ready(): no job is left and the pictures are painted, or the pause after a request ended: newer weights can be
            asked for.
    """

    changed = Signal()
    ready = Signal()

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._requests: dict[Method, MethodRequest] = {}
        self._all_requests: dict[Method, MethodRequest] = {}
        self._pause_timer = QTimer(self, singleShot=True, interval=SHORTEST_PAUSE_MS)
        self._pause_timer.timeout.connect(self.ready)
        # Qt paints before it handles a timer without delay.
        self._painted_timer = QTimer(self, singleShot=True, interval=0)
        self._painted_timer.timeout.connect(self.ready)
        self.asked_from: Trace | None = None
        self._stale_timer = QTimer(self, singleShot=True, interval=STALE_AFTER_MS)
        self._stale_timer.timeout.connect(self._on_stale_timer_timeout)

    @property
    def results(self) -> dict[Method, Result]:
        """The result of each chosen method, in the order of the choice."""
        return {method: request.result for method, request in self._requests.items()}

    @property
    def busy(self) -> bool:
        """True while a job waits or runs."""
        return any(request.busy for request in self._requests.values())

    @property
    def pausing(self) -> bool:
        """True for a moment after each request."""
        return self._pause_timer.isActive()

    @property
    def stale(self) -> bool:
        """True while a result of an earlier target is shown."""
        return any(result.status is Status.STALE for result in self.results.values())

    def choose(self, methods: tuple[Method, ...]) -> tuple[Method, ...]:
        """Change the methods. Those that are no longer chosen are cancelled.

        Arguments:
            methods: the methods, in the order on the screen.

        Returns the methods that are new and have no result yet.
        """
        new = tuple(method for method in methods if method not in self._requests)
        for method, request in self._requests.items():
            if method not in methods:
                request.cancel()
        for method in new:
            request = self._request_for(method)
            request.result = request.waiting
        self._requests = {method: self._request_for(method) for method in methods}
        return new

    def ask(self, trace: Trace, target: Target, methods: tuple[Method, ...]) -> None:
        """Compute the reconstructions by some of the chosen methods.

        Arguments:
            trace: the recorded forward pass.
            target: what to reconstruct.
            methods: how. Other methods keep their jobs.
        """
        self.asked_from = trace
        self._pause_timer.start()
        for method in methods:
            self._requests[method].ask(trace, target)

    def mark_stale(self) -> None:
        """Cancel all jobs, because there is another target. The earlier reconstructions stay for a moment."""
        for request in self._requests.values():
            request.cancel()
            request.result = replace(request.result, status=Status.STALE)
        self._stale_timer.start()

    @Slot(str)
    def show_nothing(self, sentence: str) -> None:
        """Cancel all jobs and show no reconstruction.

        Arguments:
            sentence: why there is none.
        """
        self._stale_timer.stop()
        for request in self._requests.values():
            request.cancel()
        self._replace(dict.fromkeys(self._requests, Result(Status.IDLE, None, sentence)))

    def cancel(self) -> None:
        """Cancel the jobs because the network changed, and tell it at once."""
        cancelled = [method for method, request in self._requests.items() if request.busy]
        for method in cancelled:
            self._requests[method].cancel()
        self._replace({method: self._requests[method].waiting for method in cancelled})

    def stop(self) -> None:
        """Cancel the jobs, since their results are not shown. They have to be asked for again."""
        self._pause_timer.stop()
        if self.busy:
            self.asked_from = None
            self.cancel()

    @Slot()
    def _on_stale_timer_timeout(self) -> None:
        """Take away the reconstructions that belong to an earlier target."""
        stale = [method for method, result in self.results.items() if result.status is Status.STALE]
        self._replace({method: self._requests[method].waiting for method in stale})

    @Slot()
    def _on_request_answered(self) -> None:
        self.changed.emit()
        if not self.busy:
            self._stale_timer.stop()
            self._painted_timer.start()

    def _request_for(self, method: Method) -> MethodRequest:
        if method not in self._all_requests:
            runner = self._inspection.picture_jobs if method.slow else self._inspection.quick_jobs
            request = self._all_requests[method] = MethodRequest(method, runner, self)
            request.answered.connect(self._on_request_answered)
        return self._all_requests[method]

    def _replace(self, results: dict[Method, Result]) -> None:
        changed = False
        for method, result in results.items():
            changed = changed or not _same(result, self._requests[method].result)
            self._requests[method].result = result
        if changed:
            self.changed.emit()


def _same(first: Result, second: Result) -> bool:
    """Return True if two results show the same."""
    same_words = (first.status, first.sentence) == (second.status, second.sentence)
    return same_words and first.reconstruction is second.reconstruction


def compute_reconstruction(
    method: Method, trace: Trace, target: Target, progress: ProgressCallback, done: int = 0, count: int = 1
) -> Reconstruction:
    """Return the reconstruction by a method. Run it in a `Job`: a slow method can be cancelled while it computes.

    Arguments:
        method: how.
        trace: the recorded forward pass; its first example is reconstructed.
        target: what to reconstruct.
        progress: told the share of the whole work that is done: once at the end by a fast method, after each batch by
            a slow one. What it raises ends the work.
        done: the reconstructions of the work that are complete already.
        count: the reconstructions of the whole work.

    Raises `TinymlError`, with the reason, if the method cannot reconstruct the target or the memory is too small.
    """

    def report(share: float) -> None:
        progress((done + share) / count)

    reports = {"progress": report} if method.slow else {}
    try:
        found = method.function(
            trace, target.layer, target.map_index, target.position, whole_map=target.whole_map, **reports
        )
    except MemoryError as error:
        raise TinymlError(
            f"There is not enough memory for {method.words.name} of '{target.layer}'. Choose a layer with smaller "
            "maps, or close other programs."
        ) from error
    report(1.0)
    return found
