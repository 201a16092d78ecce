"""One training run: its state and its results."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from time import perf_counter
from uuid import uuid4

from app.training.curves import RunCurves
from app.training.epoch_weights import EpochWeights
from app.training.layer_history import LayerHistory
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig
from tinyml.core import FailureKind
from tinyml.learner import BatchFinished, Checkpoint, EpochFinished
from tinyml.learner import SettingChange as SettingChange  # a part of this module's interface


class SessionState(Enum):
    """State of a run; the value is the word in the status bar."""

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
        """True while the run has a worker."""
        return self in (SessionState.RUNNING, SessionState.PAUSING, SessionState.PAUSED, SessionState.STOPPING)


class Stopwatch:
    """Measures time, without the pauses between `stop` and the next `start`."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._started_at: float | None = None

    def start(self) -> None:
        """Start or resume measuring."""
        if self._started_at is None:
            self._started_at = perf_counter()

    def stop(self) -> None:
        """Pause measuring."""
        self._seconds, self._started_at = self.seconds, None

    def add(self, seconds: float) -> None:
        """Add `seconds` that were measured before, for a run that is read from a file."""
        self._seconds += seconds

    @property
    def seconds(self) -> float:
        """The measured time in seconds."""
        return self._seconds if self._started_at is None else self._seconds + perf_counter() - self._started_at


@dataclass(eq=False)
class Run:
    """One run. The session changes it; views read it.

    Attributes:
        config: frozen; None before the first run, and for weights from a file until their training continues.
        state: of the run.
        snapshot: the newest weights; before the first snapshot of this run, the weights of the previous run.
        checkpoint: where the run can continue; None while it is active.
        test_loss, test_accuracy, test_r_squared: on the test set after the last epoch; None before that, and if the
            metric does not fit the targets.
        message: one sentence with the result, or with the reason of a failure.
        failure: kind of the error that ended the run; None if none did.
        traceback: of an unexpected failure; otherwise empty.
        batches_done, examples_done: since the start of the run.
        batches_per_epoch: 0 before the first batch.
        stopwatch: measures the training time without pauses.
        exported: the snapshot that was last saved to a file or loaded from one.
        identifier: names the run in files, in every session; random.
        number: counts the runs of the user, from 1; 0 before it is known.
        title: given by the user; empty for "run" and the number.
        starred: True if the user marked the run.
        shown: True if its curves are drawn beside those of the shown run.
        created: when the run was started, in UTC.
        curves: everything that the run has reported.
        layer_history: the statistics of the layers through time.
        changes: settings that were changed in the middle of the run, in order.
        best: the weights of the best epoch so far; None before the first epoch.
        interrupted: True if a checkpoint on the disk has newer weights, so that the run should be resumed from it.
        last: the weights of the last epoch, while `snapshot` shows the best ones; otherwise None.
        earlier: the weights of the previous run, which `snapshot` has before the first one of this run; else None.
        epoch_weights: the weights after its epochs. Only the newest run has them, and only until the window closes.
    """

    config: TrainingConfig | None = None
    state: SessionState = SessionState.READY
    snapshot: Snapshot | None = None
    checkpoint: Checkpoint | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    test_r_squared: float | None = None
    message: str = ""
    failure: FailureKind | None = None
    traceback: str = ""
    batches_done: int = 0
    examples_done: int = 0
    batches_per_epoch: int = 0
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    exported: Snapshot | None = None
    identifier: str = field(default_factory=lambda: uuid4().hex)
    number: int = 0
    title: str = ""
    starred: bool = False
    shown: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    curves: RunCurves = field(default_factory=RunCurves)
    layer_history: LayerHistory = field(default_factory=LayerHistory)
    changes: list[SettingChange] = field(default_factory=list)
    best: Snapshot | None = None
    last: Snapshot | None = None
    earlier: Snapshot | None = None
    epoch_weights: EpochWeights = field(default_factory=EpochWeights)
    interrupted: bool = False

    @property
    def name(self) -> str:
        """The title, or else "run" and the number."""
        return self.title or f"run {self.number}"

    @property
    def color(self) -> int:
        """Number of its colour in the palette of the runs, from 0."""
        return max(self.number - 1, 0)

    @property
    def history(self) -> list[EpochFinished]:
        """The finished epochs."""
        return self.curves.history

    @property
    def learned(self) -> bool:
        """True if the run has trained at least one batch, or has weights from a file."""
        return bool(self.batches_done or self.history) or (self.config is None and self.snapshot is not None)

    def add_batches(self, events: Sequence[BatchFinished]) -> None:
        """Add the reports of the next batches (`events`, at least one), in their order."""
        self.batches_done, self.batches_per_epoch = events[-1].step, events[-1].batches
        self.examples_done += sum([event.examples for event in events])
        self.curves.add_batches(events, self.stopwatch.seconds)
        for event in events:
            if event.layers:
                self.layer_history.add(event)

    def add_epochs(self, events: Sequence[EpochFinished]) -> None:
        """Add the reports of the next epochs (`events`), in their order."""
        self.curves.add_epochs(events)

    def add_change(self, change: SettingChange) -> None:
        """Note a setting that the worker has changed.

        Arguments:
            change: the newest one.
        """
        self.changes.append(change)
        if self.config is not None:
            self.config = self.config.with_change(change)
            self.curves.planned_epochs = self.config.epochs

    def keep_test_result(self, loss: float, accuracy: float | None, r_squared: float | None) -> None:
        """Keep the results on the test set, also with the weights.

        Arguments:
            loss, accuracy, r_squared: of the final weights; None if the metric does not fit the targets.
        """
        self.test_loss, self.test_accuracy, self.test_r_squared = loss, accuracy, r_squared
        if self.snapshot is not None:
            self.snapshot = replace(self.snapshot, test_loss=loss, test_accuracy=accuracy, test_r_squared=r_squared)

    @property
    def best_epoch(self) -> EpochFinished | None:
        """The first epoch with the lowest finite `monitored_loss`; None if there is none."""
        return self.curves.best_epoch

    @property
    def progress(self) -> float:
        """Finished share of the planned batches, 0 to 1; 1 also for a run that has stopped early."""
        if self.state is SessionState.FINISHED:
            return 1.0
        if self.config is None or not self.batches_per_epoch:
            return 0.0
        return min(self.batches_done / (self.batches_per_epoch * self.config.epochs), 1.0)


def join_runs(runs: Sequence[Run], run: Run, most: int) -> list[Run]:
    """Return some runs with one that may be new among them, in the order of their start.

    Arguments:
        runs: the runs before, the oldest first. If another one joins, those without any training leave, and so does
            an older reading of the same run.
        run: the run that must be in the result.
        most: how many runs are kept; if there are more, the oldest others leave.
    """
    if run in runs:
        return list(runs)
    others = [other for other in runs if other.learned and other.identifier != run.identifier]
    return sorted([*others[max(len(others) - most + 1, 0) :], run], key=lambda each: each.created)
