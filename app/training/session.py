"""The training session: it controls runs from the GUI thread and keeps their results."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, QTimer, Signal, Slot

from app.document import Document
from app.training.continuation import continuation_config, find_obstacle
from app.training.curves import RunCurves, metric_for
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.reading import Reading
from app.training.run import Run, SessionState, join_runs
from app.training.run_control import RunControl
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig, freeze_config
from app.training.worker import Failed, Finished, Outcome, Worker
from tinyml.learner import EpochFinished

REFRESH_MS = 33
"""Milliseconds between two visits to the mailbox: thirty a second are enough for the eye."""
KEPT_RUNS = 5
"""Number of runs that can be shown again, including the current one.

Each takes 64 bytes per batch, and about five times its weights: a snapshot, a checkpoint with the optimiser's state,
and perhaps the best weights.
"""


class Session(QObject):
    """Starts, controls and ends the worker, and keeps its reports.

    Arguments:
        document: holds the network, the data choice and the settings to train with.

    Attributes:
        run: the shown run. This is the active one, or else the last one or an earlier one.
        runs: the runs that can be shown, the oldest first.
        reading: how far the worker is with reading its data; None while it reads nothing.

    Signals:
        state_changed(): `state` changed.
        started(): a new run starts, with new curves.
        continued(): the shown run continues at `config.position`, and so do its curves.
        run_changed(): another run is shown; no run is active.
        batches_finished(batches): a list of all BatchFinished events since the last time; at most 30 times a second.
        epochs_finished(epochs): a list of all EpochFinished events since the last time; at most 30 times a second.
        snapshot_changed(): `snapshot` changed, perhaps to None; at most 30 times a second.
    """

    state_changed = Signal()
    started = Signal()
    continued = Signal()
    run_changed = Signal()
    batches_finished = Signal(list)
    epochs_finished = Signal(list)
    snapshot_changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._thread: QThread | None = None
        self._worker: Worker | None = None
        self._gate: PriorityGate | None = None
        self._control = RunControl()
        self._mailbox = Mailbox()
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._process_mail)
        self.run = Run()
        self.runs = [self.run]
        self.reading: Reading | None = None
        document.replaced.connect(self.forget)

    def start(self, steps: int | None = None) -> None:
        """Train a new run from fresh weights, in its own thread. The previous run is kept.

        Arguments:
            steps: number of batches before a pause; None to train without a pause.

        Raises `TinymlError` with the first problem if the network cannot be trained.
        """
        if self.state.active:
            return
        config = freeze_config(self._document)
        if not self.run.learned:
            self.runs.remove(self.run)
        number = max(run.number for run in self.runs) + 1 if self.runs else 1
        curves = RunCurves(config.epochs, metric_for(config.description))
        self.run = Run(config, snapshot=self.run.snapshot, number=number, curves=curves)
        self.runs.append(self.run)
        del self.runs[:-KEPT_RUNS]
        self.started.emit()
        self._start_worker(config, steps)

    def continue_run(self, steps: int | None = None) -> None:
        """Continue the shown run: its epochs, its curves and the optimiser's state.

        Arguments:
            steps: number of batches before a pause; None to train without a pause.

        Raises `TinymlError` with the reason if the run cannot continue; see `obstacle`.
        """
        if self.state.active:
            return
        run = self.run
        run.config = config = continuation_config(run, self._document)
        run.history, run.checkpoint = list(config.history), None
        run.test_loss = run.test_accuracy = run.test_r_squared = None
        run.message = run.traceback = ""
        run.curves.continue_from(config.position, config.epochs)
        self.continued.emit()
        self._start_worker(config, steps)

    @property
    def obstacle(self) -> str:
        """One sentence that says why the shown run cannot continue; empty if it can, or if it is active."""
        return "" if self.state.active else find_obstacle(self.run, self._document)

    def _start_worker(self, config: TrainingConfig, steps: int | None) -> None:
        self._control, self._mailbox = RunControl(steps is not None, steps or 0), Mailbox()
        application = QCoreApplication.instance()
        if application is None:
            raise RuntimeError("A session needs a QCoreApplication.")
        self._gate = PriorityGate(application, self)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._worker = Worker(config, self._control, self._mailbox, self._gate)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.paused.connect(self._on_worker_paused, Qt.ConnectionType.QueuedConnection)
        self._worker.ended.connect(self._on_worker_ended, Qt.ConnectionType.QueuedConnection)
        self.run.stopwatch.start()
        self._enter(SessionState.RUNNING if steps is None else SessionState.PAUSING)
        self._thread.start()
        self._timer.start()

    @Slot()
    def pause(self) -> None:
        """Pause after the current batch."""
        if self.state is SessionState.RUNNING:
            self._control.pause()
            self._enter(SessionState.PAUSING)

    @Slot()
    def resume(self) -> None:
        """Continue after a pause."""
        if self.state in (SessionState.PAUSED, SessionState.PAUSING):
            self.run.stopwatch.start()
            self._control.resume()
            self._enter(SessionState.RUNNING)

    def step(self) -> None:
        """Train one batch, then pause. Without an active run, continue the shown run or start a new one.

        Raises `TinymlError` with the first problem if the network cannot be trained.
        """
        if not self.state.active and self.obstacle:
            self.start(steps=1)
        elif not self.state.active:
            self.continue_run(steps=1)
        elif self.state in (SessionState.PAUSED, SessionState.PAUSING, SessionState.RUNNING):
            self.run.stopwatch.start()
            self._control.step()
            self._enter(SessionState.PAUSING)

    @Slot()
    def stop(self) -> None:
        """End the run after the current batch and keep its weights."""
        if self.state.active and self.state is not SessionState.STOPPING:
            self.run.stopwatch.start()
            self._control.stop()
            self._enter(SessionState.STOPPING)

    def shutdown(self) -> None:
        """Stop the run and wait until its thread has ended; called when the window closes."""
        if self._thread is not None:
            self.run.stopwatch.start()
            self._control.stop()
            self._finish()
            self._enter(SessionState.STOPPED)

    def _finish(self) -> None:
        """Wait until the thread has ended, and process its last reports."""
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
        self.run.stopwatch.stop()
        self._process_mail()

    def use_snapshot(self, snapshot: Snapshot) -> None:
        """Show weights from a file as the only run. This does nothing while a run is active.

        Arguments:
            snapshot: the weights, with their network and settings.
        """
        if self.state.active:
            return
        metrics = {name: getattr(snapshot, name) for name in ("test_loss", "test_accuracy", "test_r_squared")}
        history = list(snapshot.history)
        curves = RunCurves.from_history(history, metric_for(snapshot.description))
        self._forget_runs(Run(snapshot=snapshot, exported=snapshot, history=history, curves=curves, **metrics))

    @Slot()
    def forget(self) -> None:
        """Stop the active run and forget all runs; called when the document shows another project."""
        self.shutdown()
        self._forget_runs(Run())

    @property
    def previous_run(self) -> Run | None:
        """The run before the shown one; None if there is none, or if a run is active."""
        return self._neighbour(-1)

    @property
    def next_run(self) -> Run | None:
        """The run after the shown one; None if there is none, or if a run is active."""
        return self._neighbour(1)

    @Slot()
    def show_previous_run(self) -> None:
        """Show the previous run. Inspector, export and Continue then use its weights."""
        self._show_run(self.previous_run)

    @Slot()
    def show_next_run(self) -> None:
        """Show the next run. Inspector, export and Continue then use its weights."""
        self._show_run(self.next_run)

    def show_run(self, run: Run) -> None:
        """Show a `run`, perhaps one that was read from a file, unless a run is active. It joins `runs` at its time."""
        if not self.state.active:
            self.runs = join_runs(self.runs, run, KEPT_RUNS)
            self._show_run(run)

    def _neighbour(self, distance: int) -> Run | None:
        place = self.runs.index(self.run) + distance
        return self.runs[place] if not self.state.active and 0 <= place < len(self.runs) else None

    def _show_run(self, run: Run | None) -> None:
        if run is not None:
            self.run = run
            self.run_changed.emit()
            self.snapshot_changed.emit()

    def _forget_runs(self, run: Run) -> None:
        self.run, self.runs = run, [run]
        self.state_changed.emit()
        self.run_changed.emit()
        self.snapshot_changed.emit()

    @property
    def state(self) -> SessionState:
        """The state of the shown run."""
        return self.run.state

    @property
    def config(self) -> TrainingConfig | None:
        """The frozen configuration of the shown run; None before the first run."""
        return self.run.config

    @property
    def history(self) -> list[EpochFinished]:
        """The finished epochs of the shown run."""
        return self.run.history

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest weights; None before the first ones."""
        return self.run.snapshot

    @property
    def test_loss(self) -> float | None:
        """The loss on the test set; None before the end of the run."""
        return self.run.test_loss

    @property
    def test_accuracy(self) -> float | None:
        """The accuracy on the test set, 0 to 1; None before the end, and if the targets are numbers."""
        return self.run.test_accuracy

    @property
    def test_r_squared(self) -> float | None:
        """R² on the test set; None before the end, and if the targets are classes."""
        return self.run.test_r_squared

    @property
    def message(self) -> str:
        """One sentence with the result of the shown run, or with the reason of its failure."""
        return self.run.message

    @property
    def traceback(self) -> str:
        """The traceback of an unexpected failure; otherwise empty."""
        return self.run.traceback

    @property
    def batches_done(self) -> int:
        """Number of batches since the start of the run."""
        return self.run.batches_done

    @property
    def examples_done(self) -> int:
        """Number of training examples since the start of the run."""
        return self.run.examples_done

    @property
    def seconds(self) -> float:
        """Training time in seconds, without pauses."""
        return self.run.stopwatch.seconds

    @property
    def examples_per_second(self) -> float:
        """Training examples per second, over the whole run."""
        return self.examples_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def progress(self) -> float:
        """Finished share of the planned batches, 0 to 1."""
        return self.run.progress

    @property
    def seconds_left(self) -> float | None:
        """Estimated time until the end of the last epoch, in seconds; None before the first batch."""
        return self.seconds * (1 - self.progress) / self.progress if self.progress > 0 else None

    def _enter(self, state: SessionState) -> None:
        if state is not self.state:
            self.run.state = state
            self.state_changed.emit()

    @Slot()
    def _process_mail(self) -> None:
        mail, run = self._mailbox.take(), self.run
        self._follow_reading(mail.reading)
        if mail.batches:
            run.add_batches(mail.batches)
            self.batches_finished.emit(mail.batches)
        if mail.epochs:
            run.add_epochs(mail.epochs)
            self.epochs_finished.emit(mail.epochs)
        if mail.snapshot is not None:
            run.snapshot = mail.snapshot
            self.snapshot_changed.emit()

    def _follow_reading(self, share: float | None) -> None:
        if share is None or self._thread is None or self.config is None:
            self.reading = None
            return
        if self.reading is None:
            self.reading = Reading(self.config.description)
        self.reading.report(share)

    @Slot(object)
    def _on_worker_paused(self, config: TrainingConfig) -> None:
        if config is not self.config or self._thread is None:
            return
        self._process_mail()
        if self.state is SessionState.PAUSING and self._control.waiting:
            self.run.stopwatch.stop()
            self._enter(SessionState.PAUSED)

    @Slot(object, object)
    def _on_worker_ended(self, config: TrainingConfig, outcome: Outcome) -> None:
        if config is not self.config or self._thread is None:
            return
        self._finish()
        run = self.run
        run.checkpoint = outcome.checkpoint or config.resume
        match outcome:
            case Finished():
                self._keep_test_result(outcome)
                run.message = outcome.sentence
                self._enter(SessionState.FINISHED)
            case Failed():
                run.message, run.traceback = outcome.sentence, outcome.traceback
                self._enter(SessionState.FAILED)
            case _:
                self._enter(SessionState.STOPPED)

    def _keep_test_result(self, outcome: Finished) -> None:
        run = self.run
        run.test_loss, run.test_accuracy = outcome.test_loss, outcome.test_accuracy
        run.test_r_squared = outcome.test_r_squared
        if run.snapshot is not None:
            run.snapshot = replace(
                run.snapshot,
                test_loss=run.test_loss,
                test_accuracy=run.test_accuracy,
                test_r_squared=run.test_r_squared,
            )
            self.snapshot_changed.emit()
