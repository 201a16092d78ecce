"""The worker: trains its own network in its own thread, and reports through the mailbox."""

import contextlib
import math
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.formatting import format_number, format_percentage, format_r_squared
from app.training.dataset_cache import load_splits
from app.training.epoch_weights import EpochWeights
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.run_control import RunControl
from app.training.shared_work import WorkCancelledError
from app.training.snapshot import Snapshot, frozen_state
from app.training.training_config import TrainingConfig
from tinyml.core import DivergedError, FailureKind, TinymlError, failure_kind
from tinyml.core.threads import one_blas_thread
from tinyml.data import Splits
from tinyml.learner import (
    BatchFinished,
    Checkpoint,
    EpochFinished,
    Evaluation,
    TrainingFinished,
    TrainingSetup,
    best_epoch,
    is_better,
    set_up_training,
)

LIVE_SECONDS = 0.25
"""A small network sends its weights so often, however long its epochs are: maps and activations follow the batches."""
LARGEST_LIVE = 100_000
"""Number of parameters up to which a network is small: to copy them takes less than 0.1 ms."""
MEASURING_SHARE = 0.02
"""Largest share of the training time that measuring the layers may take. Measuring also disturbs the caches, so that it
costs about a quarter more."""


@dataclass(frozen=True)
class Finished:
    """All epochs are done, or early stopping ended the run. The test set was evaluated with the final weights.

    Attributes:
        test_loss, test_accuracy, test_r_squared: results on the test set with the final weights; None if the metric
            does not fit the targets.
        note: why the run stopped early, or which epoch the weights come from; empty if neither applies.
        checkpoint: the state from which the run can continue.
    """

    test_loss: float
    test_accuracy: float | None
    note: str = ""
    checkpoint: Checkpoint | None = None
    test_r_squared: float | None = None

    @property
    def sentence(self) -> str:
        """The result on the test set, and the note."""
        if self.test_accuracy is not None:
            result = f"Test accuracy {format_percentage(self.test_accuracy)}."
        elif self.test_r_squared is not None:
            result = f"Test R² {format_r_squared(self.test_r_squared)}."
        else:
            result = f"Test loss {format_number(self.test_loss)}."
        return f"{result} {self.note}".rstrip()


@dataclass(frozen=True)
class Stopped:
    """The user stopped the run.

    Attributes:
        checkpoint: the state from which the run can continue; None if there is none yet, for example
            before the first batch of a new run.
    """

    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class Failed:
    """An error ended the run.

    Attributes:
        sentence: the reason, for the user.
        kind: of the error.
        traceback: for a bug report; empty if the reason is an expected one, such as a NaN loss.
        checkpoint: the last state without an error; None if there is none.
    """

    sentence: str
    kind: FailureKind = "unexpected"
    traceback: str = ""
    checkpoint: Checkpoint | None = None


Outcome = Finished | Stopped | Failed


class _StopRequestedError(Exception):
    """The user stopped the run while its data was being read."""


class Worker(QObject):
    """Trains one run. It uses neither widgets nor the document, and ends with exactly one outcome.

    Arguments:
        config: frozen configuration of the run.
        control: requests from the GUI thread. The worker answers them between two batches.
        mailbox: gets the events and snapshots.
        gate: makes the worker wait while the window has events to handle.
        epoch_weights: gets the weights after each epoch; None to keep none.

    Attributes:
        checkpoint: where the run can continue after its end; before that, where it started; None for a new run.
        outcome: how the run has ended; None before its end.

    Signals:
        paused(config): the worker waits. All its reports are in the mailbox.
        ended(config, outcome): the run has ended; emitted once.

    The config says which run sent the signal, since a queued signal may arrive after the next run has started.
    """

    paused = Signal(object)
    ended = Signal(object, object)

    def __init__(
        self,
        config: TrainingConfig,
        control: RunControl,
        mailbox: Mailbox,
        gate: PriorityGate,
        epoch_weights: EpochWeights | None = None,
    ) -> None:
        super().__init__()
        self._epoch_weights = epoch_weights
        self._config, self._control, self._mailbox, self._gate = config, control, mailbox, gate
        self._history = list(config.history)
        self._resume = config.resume
        self._has_trained = self._has_changed = self._snapshot_due = self._within_epoch = False
        self._best_epoch = best_epoch(self._history)
        self._best: Mapping[str, np.ndarray] | None = None
        self._setup: TrainingSetup | None = None
        self.checkpoint = config.resume
        self.outcome: Outcome | None = None
        self._next_live, self._has_sent_live = math.inf, False

    @Slot()
    def run(self) -> None:
        """Train until the last epoch, a stop or an error, and emit `ended`."""
        outcome: Outcome
        try:
            # The command line uses one BLAS thread too, so both compute the same bits.
            with one_blas_thread():
                try:
                    outcome = self._train()
                finally:
                    self._send_best()
        except DivergedError as error:
            # The learner has restored the weights of the last complete epoch, if there was one.
            self._within_epoch = False
            if self._history or self._resume is not None:
                self._send_snapshot()
            outcome = Failed(str(error), failure_kind(error), checkpoint=self._checkpoint())
        except TinymlError as error:
            outcome = Failed(str(error), failure_kind(error))
        except MemoryError as error:
            outcome = Failed(
                "There is not enough memory for this network. Use smaller layers or a smaller batch size.",
                failure_kind(error),
            )
        except Exception as error:  # noqa: BLE001 (the worker must always report its end)
            outcome = Failed(
                f"Training stopped with an unexpected error: {type(error).__name__}: {error}",
                failure_kind(error),
                traceback.format_exc(),
            )
        if self._snapshot_due and isinstance(outcome, Failed):
            # The window did not take the weights of the last epoch, and the run would lose that epoch with them.
            with contextlib.suppress(MemoryError):
                self._send_snapshot()
        self.checkpoint, self.outcome = outcome.checkpoint or self._config.resume, outcome
        self.ended.emit(self._config, outcome)

    def _train(self) -> Outcome:
        project = self._config.project
        splits = self._load()
        if splits is None:
            return Stopped(self._resume)
        setup = self._setup = set_up_training(project.network, self._config.training, splits)
        if sum(tensor.size for tensor in setup.net.named_tensors.values()) <= LARGEST_LIVE:
            self._next_live = perf_counter() + LIVE_SECONDS
        if self._config.start is not None:
            setup.net.set_tensors(self._config.start.tensors, "The weights to continue from")
            # This call trains nothing. It prepares a run, of which the next line takes a checkpoint.
            setup.run()
            self._resume = setup.learner.checkpoint().after(self._history)
        events = setup.run(self._resume, measure_share=MEASURING_SHARE)
        self._send_best()
        self._keep_epoch()
        if not self._may_continue():
            return Stopped(self._checkpoint())
        note = ""
        for event in events:
            if isinstance(event, BatchFinished):
                self._has_trained = self._within_epoch = True
                self._mailbox.put_batch(event)
                self._send_live()
                self._control.batch_done()
            elif isinstance(event, EpochFinished):
                self._report_epoch(event)
                self._control.epoch_done()
            elif isinstance(event, TrainingFinished):
                note = _describe_end(event)
                if event.restored or self._snapshot_due:
                    self._send_snapshot()
            if not self._may_continue():
                self._send_snapshot()
                return Stopped(self._checkpoint())
        tested = Evaluation(math.nan, None)
        for part in setup.test_in_parts():
            tested = part
            if not self._may_continue(changes=False):
                return Stopped(self._checkpoint())
        return Finished(tested.loss, tested.accuracy, note, self._checkpoint(), tested.r_squared)

    def _load(self) -> Splits | None:
        """Load the data; return None after a request to stop, even if the folder of the data does not answer."""
        try:
            return load_splits(self._config.project.data, self._report_reading)
        except (_StopRequestedError, WorkCancelledError):
            return None
        finally:
            self._mailbox.put_reading(None)

    def _report_reading(self, share: float) -> None:
        if self._control.stopping:
            raise _StopRequestedError
        self._mailbox.put_reading(share)

    def _may_continue(self, changes: bool = True) -> bool:
        """Wait while the window is busy or the run is paused. Return False if the run must stop, otherwise True.

        Then make the requested changes of settings, unless `changes` is False.
        """
        if self._has_trained and self._setup is not None and self._control.take_checkpoint_request():
            self._mailbox.put_checkpoint(self._setup.learner.checkpoint())
        if not self._control.stopping:  # the window waits for the end of the run
            self._gate.wait()
        may_continue = self._control.may_continue(self._report_pause)
        if changes:
            for name, value in self._control.take_changes().items():
                self._change(name, value)
        return may_continue

    def _change(self, name: str, value: float) -> None:
        if self._setup is None:
            return
        try:
            change = self._setup.change(name, value)
        except TinymlError as error:
            self._mailbox.put_answer(name, value, str(error))
            return
        self._has_changed = self._has_changed or change is not None
        self._mailbox.put_answer(name, value, change)

    def _checkpoint(self) -> Checkpoint | None:
        """Return the state from which the run can continue. Before the first batch, this is the state at its start."""
        if self._setup is None or not (self._has_trained or self._has_changed):
            return self._resume
        return self._setup.learner.checkpoint()

    def _report_pause(self) -> None:
        self._send_snapshot()
        self._send_best()
        self.paused.emit(self._config)

    def _report_epoch(self, event: EpochFinished) -> None:
        """Report an epoch, with its weights if the window has taken those before.

        A small network ends some hundred epochs a second. To copy the weights of each would cost more than is seen. The
        end of the run, a pause and a stop send the newest weights in any case.
        """
        self._history.append(event)
        self._within_epoch = False
        if is_better(event, self._best_epoch):
            self._best_epoch = event
        self._keep_epoch()
        self._mailbox.put_epoch(event)
        self._snapshot_due = True
        # Weights of the middle of the epoch may lie in the mailbox still.
        if self._mailbox.wants_weights or self._has_sent_live:
            self._has_sent_live = False
            self._send_snapshot()
            self._send_best()

    def _keep_epoch(self) -> None:
        """Keep the weights after the last whole epoch. The learner has copied them, so this costs next to nothing."""
        weights = None if self._setup is None else self._setup.learner.epoch_weights
        if weights is not None and self._epoch_weights is not None:
            epoch, tensors = weights
            self._epoch_weights.add(epoch, tensors, self._best_epoch is not None and self._best_epoch.epoch == epoch)

    def _send_live(self) -> None:
        """Send the weights of a small network now and then within an epoch, if the window has taken the last ones."""
        if perf_counter() >= self._next_live and self._mailbox.wants_weights:
            self._has_sent_live = True
            self._send_snapshot()

    def _send_snapshot(self) -> None:
        if self._setup is None or not self._has_trained:
            return
        self._snapshot_due = False
        if self._next_live < math.inf:
            self._next_live = perf_counter() + LIVE_SECONDS
        tensors = frozen_state(self._setup.net)
        self._mailbox.put_snapshot(self._make_snapshot(self._setup, tensors, self._history, self._within_epoch))

    def _send_best(self) -> None:
        """Send the weights of the best epoch, if they are other ones than before."""
        if self._setup is None:
            return
        best = self._setup.learner.best_weights
        if best is None or best is self._best:
            return
        self._best = best
        for tensor in best.values():
            tensor.flags.writeable = False
        history = self._history[: self._best_epoch.epoch if self._best_epoch else 0]
        self._mailbox.put_best(self._make_snapshot(self._setup, best, history))

    def _make_snapshot(
        self,
        setup: TrainingSetup,
        tensors: Mapping[str, np.ndarray],
        history: Sequence[EpochFinished],
        within_epoch: bool = False,
    ) -> Snapshot:
        project = self._config.project
        return Snapshot(
            project.network,
            project.data,
            self._config.training,
            self._config.description,
            tensors,
            tuple(history),
            within_epoch=within_epoch,
            preprocessing=setup.splits.train.preprocessing,
        )


def _describe_end(event: TrainingFinished) -> str:
    """Return sentences that say why a run ended early and which weights it kept; empty if there is nothing to say."""
    sentences = []
    if event.stopped_early:
        sentences.append(f"Stopped early after epoch {len(event.history)}, since the loss did not improve.")
    if event.restored and event.best_epoch != len(event.history):
        sentences.append(f"The weights come from the best epoch, {event.best_epoch}.")
    return " ".join(sentences)
