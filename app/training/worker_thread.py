"""The thread in which the worker of a run trains, from its start to its end."""

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal, Slot

from app.training.epoch_weights import EpochWeights
from app.training.mailbox import Mailbox
from app.training.priority import PriorityGate
from app.training.run_control import RunControl
from app.training.training_config import TrainingConfig
from app.training.worker import Outcome, Worker
from tinyml.learner import Checkpoint


class WorkerThread(QObject):
    """Starts a worker in a thread of its own, and waits for its end. One worker at a time.

    Attributes:
        worker: of the run; None while no thread lives.
        gate: makes this worker wait while the window has events to handle; None while no thread lives.

    Signals:
        paused(): the worker waits.
        ended(): the worker has ended, but not yet the thread; call `finish`. Emitted once for each start, unless
            `finish` comes first.
    """

    paused = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: QThread | None = None
        self._config: TrainingConfig | None = None
        self.worker: Worker | None = None
        self.gate: PriorityGate | None = None

    @property
    def lives(self) -> bool:
        """True from `start` to `finish`."""
        return self._thread is not None

    def start(self, config: TrainingConfig, control: RunControl, mailbox: Mailbox, weights: EpochWeights) -> None:
        """Train a run.

        Arguments:
            config: of the run.
            control: with which the caller pauses and stops the worker.
            mailbox: gets its reports.
            weights: gets the weights after each epoch.
        """
        application = QCoreApplication.instance()
        if application is None:
            raise RuntimeError("A session needs a QCoreApplication.")
        self._config = config
        self.gate = PriorityGate(application, self)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self.worker = Worker(config, control, mailbox, self.gate, weights)
        self.worker.moveToThread(self._thread)
        self._thread.started.connect(self.worker.run)
        self.worker.paused.connect(self._on_worker_paused, Qt.ConnectionType.QueuedConnection)
        self.worker.ended.connect(self._on_worker_ended, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    def open_gate(self) -> None:
        """Let a worker that waits for the window continue at once, to see a request to stop."""
        if self.gate is not None:
            self.gate.open()

    def finish(self) -> tuple[Checkpoint | None, Outcome | None]:
        """Wait until the thread has ended. Return where the run can continue, None if it cannot, and how it has ended.

        The worker knows its end before the signal `ended` arrives, which may be too late when the window closes.
        """
        checkpoint, outcome = None, None
        if self.gate is not None:
            self.gate.close()
            self.gate.deleteLater()
        if self._thread is not None and self.worker is not None:
            self._thread.quit()
            self._thread.wait()
            self._thread.deleteLater()
            checkpoint, outcome = self.worker.checkpoint, self.worker.outcome
        self._thread = self.worker = self.gate = None
        return checkpoint, outcome

    # A queued signal of a worker may arrive after the next one was started.

    @Slot(object)
    def _on_worker_paused(self, config: TrainingConfig) -> None:
        if config is self._config and self.lives:
            self.paused.emit()

    @Slot(object, object)
    def _on_worker_ended(self, config: TrainingConfig, _outcome: Outcome) -> None:
        if config is self._config and self.lives:
            self.ended.emit()
