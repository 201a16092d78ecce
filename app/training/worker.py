"""The worker: trains in its own thread, with a network of its own, and reports through the mailbox."""

import math
import traceback
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread

from PySide6.QtCore import QObject, Signal, Slot

from app.training.dataset_cache import load_splits
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.run_control import RunControl
from app.training.snapshot import Snapshot, frozen_state
from app.training.training_config import TrainingConfig
from tinyml.core import DivergedError, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, Splits
from tinyml.learner import (
    BatchFinished,
    Checkpoint,
    EpochFinished,
    Evaluation,
    TrainingFinished,
    TrainingSetup,
    set_up_training,
)


@dataclass(frozen=True)
class Finished:
    """All epochs are done, or nothing got better any more; the test set was evaluated with the final weights.

    Attributes:
        test_loss, test_accuracy, test_r_squared: of these weights; None for the metric that does not fit the targets.
        note: what is special about them, in a sentence; empty for those of the last planned epoch.
        checkpoint: where the run can be continued from.
    """

    test_loss: float
    test_accuracy: float | None
    note: str = ""
    checkpoint: Checkpoint | None = None
    test_r_squared: float | None = None

    @property
    def sentence(self) -> str:
        """What was achieved on the test set, and the note."""
        if self.test_accuracy is not None:
            achieved = f"{self.test_accuracy * 100:.1f} % of the test set are right."
        elif self.test_r_squared is not None:
            achieved = f"R² on the test set is {self.test_r_squared:.3f}.".replace("-", "−")
        else:
            achieved = f"The loss on the test set is {self.test_loss:.4g}."
        return f"{achieved} {self.note}".rstrip()


@dataclass(frozen=True)
class Stopped:
    """The user stopped the run.

    Attributes:
        checkpoint: where it can be continued from; None when it has learned nothing.
    """

    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class Failed:
    """The run could not go on.

    Attributes:
        sentence: why, for the user.
        traceback: where, for a bug report; empty when the reason is an expected one such as a NaN loss.
        checkpoint: the last good state; None when there is none.
    """

    sentence: str
    traceback: str = ""
    checkpoint: Checkpoint | None = None


Outcome = Finished | Stopped | Failed

_STOP_CHECK_SECONDS = 0.05


class Worker(QObject):
    """One run. It touches neither widgets nor the document, and ends with exactly one outcome.

    Arguments:
        config: what to train; frozen.
        control: requests from the GUI thread, answered between two batches.
        mailbox: where events and snapshots go.
        gate: lets the window go first.

    Signals:
        paused(TrainingConfig): the worker waits; everything it did is in the mailbox.
        ended(TrainingConfig, Outcome): the one terminal event; the worker's slot is about to return.

    The config in the signals tells which run they are about: one that was queued may arrive when the next run began.
    """

    paused = Signal(object)
    ended = Signal(object, object)

    def __init__(self, config: TrainingConfig, control: RunControl, mailbox: Mailbox, gate: PriorityGate) -> None:
        super().__init__()
        self._config, self._control, self._mailbox, self._gate = config, control, mailbox, gate
        self._history = list(config.history)
        self._resume = config.resume
        self._learned = False
        self._setup: TrainingSetup | None = None

    @Slot()
    def run(self) -> None:
        """Train to the end, to a stop or to a failure, whatever happens inside."""
        outcome: Outcome
        try:
            # As on the command line, so that both compute the same bits.
            with one_blas_thread():
                outcome = self._train()
        except DivergedError as error:
            # The learner has put back the weights of the last whole epoch; before the first those are worth nothing.
            if self._history or self._resume is not None:
                self._send_snapshot()
            outcome = Failed(str(error), checkpoint=self._checkpoint())
        except TinymlError as error:
            outcome = Failed(str(error))
        except MemoryError:
            outcome = Failed("There is not enough memory for this network. Make its layers or the batch size smaller.")
        except Exception as error:  # noqa: BLE001 (a worker must always report an end)
            outcome = Failed(f"Training broke off: {type(error).__name__}: {error}", traceback.format_exc())
        self.ended.emit(self._config, outcome)

    def _train(self) -> Outcome:
        project = self._config.project
        splits = self._load()
        if splits is None:
            return Stopped(self._resume)
        setup = self._setup = set_up_training(project.network, self._config.training, splits)
        if self._config.start is not None:
            setup.net.set_tensors(self._config.start.tensors, "The weights to continue from")
            setup.run()
            self._resume = setup.learner.checkpoint().after(self._history)
        if not self._may_go_on():
            return Stopped(self._resume)
        note = ""
        for event in setup.run(self._resume):
            if isinstance(event, BatchFinished):
                self._learned = True
                self._mailbox.put_batch(event)
                self._control.batch_done()
            elif isinstance(event, EpochFinished):
                self._history.append(event)
                self._mailbox.put_epoch(event)
                self._send_snapshot()
            elif isinstance(event, TrainingFinished):
                note = _describe_end(event)
                if event.restored:
                    self._send_snapshot()
            if not self._may_go_on():
                self._send_snapshot()
                return Stopped(self._checkpoint())
        tested = Evaluation(math.nan, None)
        for part in setup.test_in_parts():
            tested = part
            if not self._may_go_on():
                return Stopped(self._checkpoint())
        return Finished(tested.loss, tested.accuracy, note, self._checkpoint(), tested.r_squared)

    def _load(self) -> Splits | None:
        """Load the data; return None when the run is to stop, even if the folder of the data does not answer."""
        loading: Future[Splits] = Future()
        Thread(target=_fulfil, args=(loading, self._config.project.data), name="loading", daemon=True).start()
        while not wait([loading], _STOP_CHECK_SECONDS).done:
            if self._control.stopping:
                return None
        return loading.result()

    def _may_go_on(self) -> bool:
        """Let the window go first, and wait while paused; return False when the run is to stop."""
        self._gate.wait()
        return self._control.may_go_on(self._report_pause)

    def _checkpoint(self) -> Checkpoint | None:
        """Return where the run can be continued from: where it began, until it has learned something."""
        if self._setup is None or not self._learned:
            return self._resume
        return self._setup.learner.checkpoint()

    def _report_pause(self) -> None:
        self._send_snapshot()
        self.paused.emit(self._config)

    def _send_snapshot(self) -> None:
        if self._setup is None or not self._learned:
            return
        project = self._config.project
        self._mailbox.put_snapshot(
            Snapshot(
                project.network,
                project.data,
                self._config.training,
                self._config.description,
                frozen_state(self._setup.net),
                tuple(self._history),
            )
        )


def _fulfil(loading: "Future[Splits]", choice: DataChoice) -> None:
    try:
        loading.set_result(load_splits(choice))
    except Exception as error:  # noqa: BLE001 (the worker raises it again)
        loading.set_exception(error)


def _describe_end(event: TrainingFinished) -> str:
    """Say in a sentence why a run ended before its last epoch, and whose weights it kept."""
    sentences = []
    if event.stopped_early:
        sentences.append(f"Stopped after epoch {len(event.history)}, since nothing got better any more.")
    if event.restored and event.best_epoch != len(event.history):
        sentences.append(f"The weights are those of the best epoch, {event.best_epoch}.")
    return " ".join(sentences)
