"""The training session: the GUI thread's side of a run."""

from dataclasses import replace
from enum import Enum
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, QTimer, Signal, Slot

from app.document import Document
from app.training.control import Control
from app.training.mailbox import Mailbox
from app.training.plan import Plan, plan_from
from app.training.priority import PriorityGate
from app.training.snapshot import Snapshot
from app.training.worker import Failed, Finished, Outcome, Worker
from tinyml.learner import EpochFinished

REFRESH_MILLISECONDS = 33
"""How often the mailbox is emptied: thirty times a second is as fast as anybody can look."""


class SessionState(Enum):
    """Where a run stands; the value is the word that the status bar shows."""

    READY = "Ready"
    RUNNING = "Running"
    PAUSING = "Pausing…"
    PAUSED = "Paused"
    STOPPING = "Stopping…"
    FINISHED = "Finished"
    STOPPED = "Stopped"
    FAILED = "Failed"

    @property
    def active(self) -> bool:
        """True while a worker exists."""
        return self in (SessionState.RUNNING, SessionState.PAUSING, SessionState.PAUSED, SessionState.STOPPING)


class Session(QObject):
    """Starts, steers and ends the worker, and keeps what it reported.

    Attributes:
        state: where the run stands.
        plan: the frozen `Plan` of the current or last run; None before the first.
        history: the epochs that are done.
        snapshot: the newest weights; None before the first run.
        test_loss, test_accuracy: after the last epoch; None before.
        message: why the run failed or what it reached, in one sentence.
        traceback: where it failed, when that was unexpected; else empty.
        batches_done, examples_done: since the start of the run.

    Signals:
        state_changed(): read `state`.
        started(): a new run begins; curves start over.
        batches_finished(list[BatchFinished]): since the last time, in order, none lost; at most 30 times a second.
        epochs_finished(list[EpochFinished]): the same for epochs.
        snapshot_changed(): read `snapshot`, perhaps None now; at most 30 times a second, the latest wins.
    """

    state_changed = Signal()
    started = Signal()
    batches_finished = Signal(list)
    epochs_finished = Signal(list)
    snapshot_changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._thread: QThread | None = None
        self._worker: Worker | None = None
        self._gate: PriorityGate | None = None
        self._control = Control()
        self._mailbox = Mailbox()
        self._timer = QTimer(self, interval=REFRESH_MILLISECONDS)
        self._timer.timeout.connect(self._take_mail)
        self.state = SessionState.READY
        self.plan: Plan | None = None
        self.snapshot: Snapshot | None = None
        self.test_loss: float | None = None
        self.test_accuracy: float | None = None
        self._forget_run()
        document.replaced.connect(self.forget)

    def start(self, start: Snapshot | None = None, steps: int | None = None) -> None:
        """Train what the document holds now, in a thread of its own.

        Arguments:
            start: the weights to continue from; None for fresh ones.
            steps: wait after so many batches; None to go through.

        Raises `TinymlError` with the first problem when the document cannot be trained.
        """
        if self.state.active:
            return
        self.plan = plan_from(self._document, start)
        self._forget_run()
        self._control, self._mailbox = Control(steps is not None, steps or 0), Mailbox()
        application = QCoreApplication.instance()
        if application is None:
            raise RuntimeError("A session needs a QCoreApplication.")
        self._gate = PriorityGate(application, self)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._worker = Worker(self.plan, self._control, self._mailbox, self._gate)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.paused.connect(self._note_pause, Qt.ConnectionType.QueuedConnection)
        self._worker.ended.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._started_at = perf_counter()
        self.started.emit()
        self._enter(SessionState.RUNNING if steps is None else SessionState.PAUSING)
        self._thread.start()
        self._timer.start()

    @Slot()
    def pause(self) -> None:
        """Wait at the next batch boundary."""
        if self.state is SessionState.RUNNING:
            self._control.pause()
            self._enter(SessionState.PAUSING)

    @Slot()
    def resume(self) -> None:
        """Go on after a pause."""
        if self.state in (SessionState.PAUSED, SessionState.PAUSING):
            self._leave_pause()
            self._control.resume()
            self._enter(SessionState.RUNNING)

    def step(self) -> None:
        """Learn from one batch and wait again; starts a run when there is none. Raises like `start`."""
        if not self.state.active:
            self.start(steps=1)
        elif self.state in (SessionState.PAUSED, SessionState.PAUSING, SessionState.RUNNING):
            self._leave_pause()
            self._control.step()
            self._enter(SessionState.PAUSING)

    @Slot()
    def stop(self) -> None:
        """End the run at the next batch boundary; what was learned is kept."""
        if self.state.active and self.state is not SessionState.STOPPING:
            self._leave_pause()
            self._control.stop()
            self._enter(SessionState.STOPPING)

    def shutdown(self) -> None:
        """Stop, and return when the thread has ended: for closing the window."""
        if self._thread is not None:
            self._leave_pause()
            self._control.stop()
            self._finish()
            self._enter(SessionState.STOPPED)

    def _finish(self) -> None:
        """Wait for the thread to end, and take what it still reported."""
        if self._gate is not None:
            self._gate.close()
            self._gate.deleteLater()
            self._gate = None
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()
            self._thread.deleteLater()
        self._thread = self._worker = None
        self._timer.stop()
        self._ended_at = perf_counter()
        self._take_mail()

    def use_snapshot(self, snapshot: Snapshot) -> None:
        """Take weights that came from a file, as if a run had just ended with them. Not while a run is active."""
        if self.state.active:
            return
        self.snapshot = snapshot
        self._forget_run()
        self.history.extend(snapshot.history)
        self.test_loss, self.test_accuracy = snapshot.test_loss, snapshot.test_accuracy
        self._enter(SessionState.READY)
        self.snapshot_changed.emit()

    @Slot()
    def forget(self) -> None:
        """End the run, if there is one, and forget its weights: the document holds another project."""
        self.shutdown()
        self.plan = self.snapshot = None
        self._forget_run()
        self._enter(SessionState.READY)
        self.snapshot_changed.emit()

    @property
    def seconds(self) -> float:
        """Seconds of training so far, without pauses."""
        if self.state is SessionState.PAUSED:
            return self._paused_at - self._started_at - self._paused_seconds
        end = perf_counter() if self.state.active else self._ended_at
        return max(end - self._started_at - self._paused_seconds, 0.0)

    @property
    def examples_per_second(self) -> float:
        """Training examples a second, over the whole run."""
        return self.examples_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def progress(self) -> float:
        """Share of the planned batches that are done, 0 to 1; 1 also for a run that found an early end."""
        if self.state is SessionState.FINISHED:
            return 1.0
        if self.plan is None or not self._batches_per_epoch:
            return 0.0
        return min(self.batches_done / (self._batches_per_epoch * self.plan.project.training.epochs), 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds until the last epoch is done; None before the first batch."""
        return self.seconds * (1 - self.progress) / self.progress if self.progress > 0 else None

    def _forget_run(self) -> None:
        self.history: list[EpochFinished] = []
        self.test_loss = self.test_accuracy = None
        self.message = self.traceback = ""
        self.batches_done = self.examples_done = self._batches_per_epoch = 0
        self._started_at = self._paused_at = self._ended_at = self._paused_seconds = 0.0

    def _keep_test_result(self, outcome: Finished) -> None:
        self.test_loss, self.test_accuracy = outcome.test_loss, outcome.test_accuracy
        if self.snapshot is not None:
            self.snapshot = replace(self.snapshot, test_loss=self.test_loss, test_accuracy=self.test_accuracy)
            self.snapshot_changed.emit()

    def _leave_pause(self) -> None:
        if self.state is SessionState.PAUSED:
            self._paused_seconds += perf_counter() - self._paused_at

    def _enter(self, state: SessionState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit()

    @Slot()
    def _take_mail(self) -> None:
        mail = self._mailbox.take()
        if mail.batches:
            self.batches_done = mail.batches[-1].step
            self._batches_per_epoch = mail.batches[-1].batches
            self.examples_done += sum(event.examples for event in mail.batches)
            self.batches_finished.emit(mail.batches)
        if mail.epochs:
            self.history.extend(mail.epochs)
            self.epochs_finished.emit(mail.epochs)
        if mail.snapshot is not None:
            self.snapshot = mail.snapshot
            self.snapshot_changed.emit()

    @Slot(object)
    def _note_pause(self, plan: Plan) -> None:
        if plan is not self.plan or self._thread is None:
            return
        self._take_mail()
        if self.state is SessionState.PAUSING and self._control.waiting:
            self._paused_at = perf_counter()
            self._enter(SessionState.PAUSED)

    @Slot(object, object)
    def _end(self, plan: Plan, outcome: Outcome) -> None:
        if plan is not self.plan or self._thread is None:
            return
        self._finish()
        match outcome:
            case Finished():
                self._keep_test_result(outcome)
                right = f"{outcome.test_accuracy * 100:.1f} % of the test set are right."
                self.message = f"{right} {outcome.note}".rstrip()
                self._enter(SessionState.FINISHED)
            case Failed():
                self.message, self.traceback = outcome.sentence, outcome.traceback
                self._enter(SessionState.FAILED)
            case _:
                self._enter(SessionState.STOPPED)
