"""One training run: where it stands, and everything that it has reported."""

from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter

from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig
from tinyml.learner import Checkpoint, EpochFinished


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


class Stopwatch:
    """Measures time in seconds, without the time between `stop` and the next `start`."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._started_at: float | None = None

    def start(self) -> None:
        """Go on measuring."""
        if self._started_at is None:
            self._started_at = perf_counter()

    def stop(self) -> None:
        """Stop measuring."""
        self._seconds, self._started_at = self.seconds, None

    @property
    def seconds(self) -> float:
        """Seconds measured so far."""
        return self._seconds if self._started_at is None else self._seconds + perf_counter() - self._started_at


@dataclass(eq=False)
class Run:
    """One run. The session fills it in; views read it.

    Attributes:
        config: frozen; None before the first run, and for weights from a file until they are trained further.
        state: where the run stands.
        history: the epochs that are done.
        snapshot: the newest weights; those of the run before until this one has some of its own.
        checkpoint: where the run can be continued from; None while it is active.
        test_loss, test_accuracy, test_r_squared: after the last epoch; None before, and when the metric does not fit.
        message: why the run failed or what it reached, in one sentence.
        traceback: where it failed, when that was unexpected; else empty.
        batches_done, examples_done: since the start of the run.
        batches_per_epoch: 0 before the first batch.
        stopwatch: measures the time without pauses.
        exported: the snapshot that was last saved in a file, or came from one.
    """

    config: TrainingConfig | None = None
    state: SessionState = SessionState.READY
    history: list[EpochFinished] = field(default_factory=list)
    snapshot: Snapshot | None = None
    checkpoint: Checkpoint | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    test_r_squared: float | None = None
    message: str = ""
    traceback: str = ""
    batches_done: int = 0
    examples_done: int = 0
    batches_per_epoch: int = 0
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    exported: Snapshot | None = None

    @property
    def learned(self) -> bool:
        """True when there is something to come back to: batches that were learned, or weights from a file."""
        return bool(self.batches_done or self.history) or (self.config is None and self.snapshot is not None)

    @property
    def progress(self) -> float:
        """Share of the planned batches that are done, 0 to 1; 1 also for a run that found an early end."""
        if self.state is SessionState.FINISHED:
            return 1.0
        if self.config is None or not self.batches_per_epoch:
            return 0.0
        return min(self.batches_done / (self.batches_per_epoch * self.config.epochs), 1.0)
