"""Evaluates networks in the background, and holds the newest result."""

from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from app.formatting import format_age, format_count
from app.jobs import BackgroundRunner, Job
from app.models.evaluation.measuring import measure
from app.models.evaluation.results import EvaluationRequest, EvaluationResult
from app.training.priority import PriorityGate
from tinyml.data import ProgressCallback

_REPORT_SECONDS = 0.05
"""Seconds between two reports of progress."""
_SURE_SECONDS = 1.0
"""Seconds after which the time that is left can be told."""


class EvaluationState(Enum):
    """How far the newest evaluation is."""

    NOTHING = auto()
    RUNNING = auto()
    RETURNED = auto()
    FAILED = auto()
    CANCELLED = auto()


class Evaluator(QObject):
    """Runs one evaluation at a time; a new one cancels the one before.

    Attributes:
        state: how far the newest evaluation is.
        request: what is or was evaluated; None before the first evaluation and after `forget`.
        result: of the newest evaluation; None until it has returned.
        problem: one sentence that says why the newest evaluation failed; empty if it did not.
        done, total: how many examples are evaluated, and how many there are; 0 until the data are read.

    Signals:
        changed(): one of the attributes changed.
        progressed(): `done` changed.
        ended(state): an evaluation has returned, failed or was cancelled. Each evaluation emits this once.
    """

    changed = Signal()
    progressed = Signal()
    ended = Signal(object)
    _counted = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = EvaluationState.NOTHING
        self.request: EvaluationRequest | None = None
        self.result: EvaluationResult | None = None
        self.problem = ""
        self.done = self.total = 0
        self._number = 0
        self._first: tuple[float, int] | None = None
        self._runner = BackgroundRunner()
        self._job: Job | None = None
        self._gate: PriorityGate | None = None
        self._counted.connect(self._on_counted)

    @property
    def running(self) -> bool:
        """True while an evaluation runs."""
        return self.state is EvaluationState.RUNNING

    @property
    def progress_text(self) -> str:
        """What the running evaluation does now, in words."""
        if not self.total:
            return "Reading the data…"
        text = f"{format_count(self.done)} of {format_count(self.total)} examples"
        if self._first is not None and self.done > self._first[1]:
            seconds = perf_counter() - self._first[0]
            if seconds > _SURE_SECONDS:
                left = seconds / (self.done - self._first[1]) * (self.total - self.done)
                text += f", about {format_age(max(left, 1.0))} left"
        return text

    def start(self, request: EvaluationRequest) -> None:
        """Evaluate in the background.

        Arguments:
            request: what on what.
        """
        self.cancel()
        application = QCoreApplication.instance()
        assert application is not None, "jobs need a QCoreApplication"
        self._gate = PriorityGate(application, self)
        self._number += 1
        self.request, self.result, self.problem = request, None, ""
        self.done = self.total = 0
        self._first = None
        self.state = EvaluationState.RUNNING
        report = partial(self._counted.emit, self._number)
        self._job = self._runner.submit_with_progress(partial(_measure, request, report, self._gate.wait))
        self._job.returned.connect(self._on_returned)
        self._job.failed.connect(self._on_failed)
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Stop the running evaluation, if there is one."""
        if self.running:
            # Data on a slow disk may not answer: the next evaluation does not wait for them.
            self._runner.abandon()
            self._end(EvaluationState.CANCELLED)

    @Slot()
    def forget(self) -> None:
        """Stop the running evaluation, and show no results."""
        self.cancel()
        if self.request is not None:
            self.state, self.request, self.result, self.problem = EvaluationState.NOTHING, None, None, ""
            self.changed.emit()

    def shutdown(self) -> None:
        """Stop, and end the thread. The page calls it when the window closes."""
        self.cancel()
        self._runner.shutdown()

    @Slot(int, int, int)
    def _on_counted(self, number: int, done: int, total: int) -> None:
        if number != self._number or not self.running:
            return
        self.done, self.total = done, total
        if self._first is None:
            self._first = perf_counter(), done
        self.progressed.emit()

    @Slot(object)
    def _on_returned(self, result: EvaluationResult) -> None:
        if self.running and result.request is self.request:
            self.result = result
            self._end(EvaluationState.RETURNED)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self.running and self.sender() is self._job:
            self.problem = sentence
            self._end(EvaluationState.FAILED)

    def _end(self, state: EvaluationState) -> None:
        self.state = state
        if self._gate is not None:
            self._gate.close()
            self._gate.deleteLater()
            self._gate = None
        self.changed.emit()
        self.ended.emit(state)


class _Paced:
    """Reports progress some times a second."""

    def __init__(self, report: partial[None]) -> None:
        self._report, self._next = report, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = perf_counter()
        if now >= self._next or done == total:
            self._next = now + _REPORT_SECONDS
            self._report(done, total)


def _measure(
    request: EvaluationRequest, report: partial[None], pause: Callable[[], None], progress: ProgressCallback
) -> EvaluationResult:
    return measure(request, _Paced(report), pause, progress)
