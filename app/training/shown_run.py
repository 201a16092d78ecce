"""What a session says about the run that it shows."""

from PySide6.QtCore import QObject

from app.training.run import Run, SessionState
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig
from tinyml.learner import EpochFinished


class ShownRun(QObject):
    """The shown run of a session, to read.

    Attributes:
        run: the shown run. This is the active one, or else the last one or an earlier one.
        runs: the runs that can be shown, the oldest first.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run = Run()
        self.runs = [self.run]

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

    @property
    def previous_run(self) -> Run | None:
        """The run before the shown one; None if there is none, or if a run is active."""
        return self._neighbour(-1)

    @property
    def next_run(self) -> Run | None:
        """The run after the shown one; None if there is none, or if a run is active."""
        return self._neighbour(1)

    def _neighbour(self, distance: int) -> Run | None:
        place = self.runs.index(self.run) + distance
        return self.runs[place] if not self.state.active and 0 <= place < len(self.runs) else None
