"""The training session: it controls runs from the GUI thread and keeps their results."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.training.continuation import continuation_config, find_obstacle
from app.training.curves import RunCurves, metric_for
from app.training.mailbox import Mailbox
from app.training.reading import Reading
from app.training.run import Run, SessionState
from app.training.run_choice import KEPT_RUNS as KEPT_RUNS  # a part of this module's interface
from app.training.run_choice import RunChoice
from app.training.run_control import RunControl
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig, check_value, freeze_config
from app.training.worker import Failed, Finished, Outcome
from app.training.worker_thread import WorkerThread
from tinyml.core import TinymlError
from tinyml.learner import SettingChange

REFRESH_MS = 33
"""Milliseconds between two visits to the mailbox: thirty a second are enough for the eye."""
BUSY_MS = 150
"""The same while a run reports more than `MANY` batches in a millisecond. It gets the time of the other visits."""
MANY = 2


class Session(RunChoice):
    """Starts, controls and ends the worker, and keeps its reports.

    Arguments:
        document: holds the network, the data choice and the settings to train with.

    Attributes:
        run: the shown run. This is the active one, or else the last one or an earlier one.
        runs: the runs that can be shown, the oldest first.
        reading: how far the worker is with reading its data; None while it reads nothing.
        pending: settings that change with the next batch, by name.
        closing: True while `shutdown` ends the run, so no dialog should tell its end.

    Signals: those of `RunChoice`, and
        state_changed(): `state` changed.
        started(): a new run starts, with new curves.
        continued(): the shown run continues at `config.position`, and so do its curves.
        batches_finished(batches): a list of all BatchFinished events since the last time; at most 30 times a second.
        epochs_finished(epochs): a list of all EpochFinished events since the last time; at most 30 times a second.
        setting_changed(): `pending` or `run.changes` changed.
        checkpoint_taken(checkpoint): as `request_checkpoint` asked for. The run has the reports of all its batches.
        refused(sentence): a requested change of a setting is impossible.
    """

    state_changed = Signal()
    started = Signal()
    continued = Signal()
    # Of type object, since Qt would copy a list, event by event: half a millisecond for the batches of one visit.
    batches_finished = Signal(object)
    epochs_finished = Signal(object)
    setting_changed = Signal()
    checkpoint_taken = Signal(object)
    refused = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._thread = WorkerThread(self)
        self._thread.paused.connect(self._on_thread_paused)
        self._thread.ended.connect(self._on_thread_ended)
        self._control = RunControl()
        self._mailbox = Mailbox()
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self._process_mail)
        self.reading: Reading | None = None
        self.pending: dict[str, float] = {}
        self.closing = False
        document.replaced.connect(self.forget)

    def start(self, steps: int | None = None, one_epoch: bool = False, config: TrainingConfig | None = None) -> None:
        """Train a new run from fresh weights, in its own thread. The previous run is kept.

        Arguments:
            steps: number of batches before a pause; None to train without a pause.
            one_epoch: pause after the first epoch.
            config: of the run; None for what the document says.

        Raises `TinymlError` with the first problem if the network cannot be trained.
        """
        if self.state.active:
            return
        config = config or freeze_config(self._document)
        if not self.run.learned:
            self.runs.remove(self.run)
        number = max(run.number for run in self.runs) + 1 if self.runs else 1
        curves = RunCurves(config.epochs, metric_for(config.description))
        earlier = self.run.snapshot
        for run in self.runs:
            run.epoch_weights.clear()
        self.run = Run(config, snapshot=earlier, earlier=earlier, number=number, curves=curves)
        self.runs.append(self.run)
        del self.runs[:-KEPT_RUNS]
        self.started.emit()
        self._start_worker(config, steps, one_epoch)

    def continue_run(self, steps: int | None = None, one_epoch: bool = False, epochs: int | None = None) -> None:
        """Continue the shown run: its epochs, its curves and the optimiser's state.

        Arguments:
            steps: number of batches before a pause; None to train without a pause.
            one_epoch: pause at the end of the epoch.
            epochs: how many epochs to add to those that are done; None for the planned ones, or as many as the
                settings say.

        Raises `TinymlError` with the reason if the run cannot continue; see `obstacle`.
        """
        if self.state.active:
            return
        config = continuation_config(self.run, self._document, epochs)
        self._resume(config, steps, one_epoch)

    def resume_interrupted(self, run: Run) -> None:
        """Continue a `run` that a crash has interrupted, exactly where its checkpoint was taken; no run is active."""
        if not self.state.active and run.config is not None:
            self.show_run(run)
            self._resume(run.config)

    def _resume(self, config: TrainingConfig, steps: int | None = None, one_epoch: bool = False) -> None:
        run = self.run
        run.config, run.snapshot, run.last = config, run.last or run.snapshot, None
        if config.resume is not None:
            run.changes = list(config.resume.state.changes)
        run.checkpoint = None
        run.epoch_weights.keep_until(len(config.history))
        run.test_loss = run.test_accuracy = run.test_r_squared = None
        run.message, run.failure, run.traceback = "", None, ""
        run.curves.continue_from(config.position, config.epochs, len(config.history))
        run.curves.add_epochs(config.history[len(run.history) :])  # a crash can keep epochs with the weights only
        run.layer_history.continue_from(config.position)
        self.continued.emit()
        self._start_worker(config, steps, one_epoch)

    @property
    def obstacle(self) -> str:
        """One sentence that says why the shown run cannot continue; empty if it can, or if it is active."""
        return "" if self.state.active else find_obstacle(self.run, self._document)

    def _start_worker(self, config: TrainingConfig, steps: int | None, one_epoch: bool) -> None:
        self._control, self._mailbox = RunControl(steps is not None or one_epoch, steps or 0, one_epoch), Mailbox()
        self.run.stopwatch.start()
        self._enter(SessionState.RUNNING if steps is None else SessionState.PAUSING)
        self._thread.start(config, self._control, self._mailbox, self.run.epoch_weights)
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

    def step_epoch(self) -> None:
        """Train until the end of the epoch, then pause. Without an active run, continue the shown run or start one.

        Raises `TinymlError` with the first problem if the network cannot be trained.
        """
        if not self.state.active and self.obstacle:
            self.start(one_epoch=True)
        elif not self.state.active:
            self.continue_run(one_epoch=True)
        elif self.state is not SessionState.STOPPING:
            self.run.stopwatch.start()
            self._control.step_epoch()
            self._enter(SessionState.RUNNING)

    def change(self, name: str, value: float) -> None:
        """Change a setting of the active run from its next batch on. The document keeps its settings.

        Arguments:
            name: "learning_rate", "epochs" or "early_stopping".
            value: the new value.

        Raises `TinymlError` if the value is not allowed, or if no run is active.
        """
        check_value(name, value)
        if not self.state.active or self.state is SessionState.STOPPING:
            raise TinymlError("No run is active. Press Train (F5), or continue the run (Ctrl+F5).")
        self.pending[name] = value
        self._control.change(name, value)
        self.setting_changed.emit()

    def request_checkpoint(self) -> None:
        """Ask the worker for a checkpoint after its current batch; `checkpoint_taken` follows, unless the run ends."""
        self._control.request_checkpoint()

    @Slot()
    def stop(self) -> None:
        """End the run after the current batch and keep its weights."""
        if self.state.active and self.state is not SessionState.STOPPING:
            self.run.stopwatch.start()
            self._control.stop()
            self._thread.open_gate()
            self._enter(SessionState.STOPPING)

    def shutdown(self) -> None:
        """Stop the run and wait for its end, unless it has just ended by itself; called when the window closes."""
        if self._thread.lives:
            self.closing = True
            self.run.stopwatch.start()
            self._control.stop()
            self._on_thread_ended()
            self.closing = False

    def _finish(self) -> Outcome | None:
        """Wait until the thread has ended, and process its last reports. Return how the run has ended."""
        self.run.checkpoint, outcome = self._thread.finish()
        self._timer.stop()
        self.run.stopwatch.stop()
        self._process_mail()
        if self.pending:
            self.pending.clear()
            self.setting_changed.emit()
        return outcome

    def use_snapshot(self, snapshot: Snapshot) -> None:
        """Show weights from a file as the only run. This does nothing while a run is active.

        Arguments:
            snapshot: the weights, with their network and settings.
        """
        if self.state.active:
            return
        metrics = {name: getattr(snapshot, name) for name in ("test_loss", "test_accuracy", "test_r_squared")}
        curves = RunCurves.from_history(snapshot.history, metric_for(snapshot.description))
        exported = None if snapshot.mixed else snapshot
        self._forget_runs(Run(snapshot=snapshot, exported=exported, curves=curves, **metrics))

    @Slot()
    def forget(self) -> None:
        """Stop the active run and forget all runs; called when the document shows another project."""
        self.shutdown()
        self._forget_runs(Run())

    def _forget_runs(self, run: Run) -> None:
        self.run, self.runs = run, [run]
        self.state_changed.emit()
        self.run_changed.emit()
        self.snapshot_changed.emit()

    def _enter(self, state: SessionState) -> None:
        if state is not self.state:
            self.run.state = state
            self.state_changed.emit()

    @Slot()
    def _process_mail(self) -> None:
        mail, run = self._mailbox.take(), self.run
        self._follow_reading(mail.reading)
        pause = BUSY_MS if len(mail.batches) > MANY * self._timer.interval() else REFRESH_MS
        if pause != self._timer.interval():
            self._timer.setInterval(pause)
        if mail.batches:
            run.add_batches(mail.batches)
            self.batches_finished.emit(mail.batches)
        if mail.epochs:
            run.add_epochs(mail.epochs)
            self.epochs_finished.emit(mail.epochs)
        if mail.snapshot is not None:
            run.snapshot = mail.snapshot
            self.snapshot_changed.emit()
        if mail.best is not None:
            run.best = mail.best
        if mail.answers:
            self._follow_changes(mail.answers, mail.changes)
            for sentence in mail.refusals:
                self.refused.emit(sentence)
        if mail.checkpoint is not None:
            self.checkpoint_taken.emit(mail.checkpoint)

    def _follow_changes(self, answers: list[tuple[str, float]], changes: list[SettingChange]) -> None:
        """Keep the changes that the worker has made. A newer request for the same setting stays pending."""
        for change in changes:
            self.run.add_change(change)
        for name, value in answers:
            if self.pending.get(name) == value:
                del self.pending[name]
        self.setting_changed.emit()

    def _follow_reading(self, share: float | None) -> None:
        if share is None or not self._thread.lives or self.config is None:
            self.reading = None
            return
        if self.reading is None:
            self.reading = Reading(self.config.description)
        self.reading.report(share)

    @Slot()
    def _on_thread_paused(self) -> None:
        self._process_mail()
        if self.state in (SessionState.RUNNING, SessionState.PAUSING) and self._control.waiting:
            self.run.stopwatch.stop()
            self._enter(SessionState.PAUSED)

    @Slot()
    def _on_thread_ended(self) -> None:
        run = self.run
        match outcome := self._finish():
            case Finished():
                run.keep_test_result(outcome.test_loss, outcome.test_accuracy, outcome.test_r_squared)
                self.snapshot_changed.emit()
                run.message = outcome.sentence
                self._enter(SessionState.FINISHED)
            case Failed():
                run.message, run.failure, run.traceback = outcome.sentence, outcome.kind, outcome.traceback
                self._drop_live_weights()
                self._enter(SessionState.FAILED)
            case _:
                self._enter(SessionState.STOPPED)

    def _drop_live_weights(self) -> None:
        """Forget weights from the middle of a first epoch that failed: they are those of no epoch and of no stop."""
        run = self.run
        fresh = run.config is not None and run.config.resume is None and run.config.start is None
        if fresh and not run.history and run.snapshot is not run.earlier:
            run.snapshot = run.earlier
            self.snapshot_changed.emit()
