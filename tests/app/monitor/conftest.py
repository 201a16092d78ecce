"""A session that reports what a test tells it to, with no worker behind it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal

from app.monitor import Monitor
from app.training import Run, SessionState
from tinyml.data import DataDescription
from tinyml.learner import BatchFinished, EpochFinished


class FakeSession(QObject):
    state_changed = Signal()
    started = Signal()
    batches_finished = Signal(list)
    epochs_finished = Signal(list)
    snapshot_changed = Signal()
    continued = Signal()
    run_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.run = Run()
        self.state = SessionState.READY
        self.config = self.snapshot = None
        self.history: list[EpochFinished] = []
        self.test_loss = self.test_accuracy = self.test_r_squared = None
        self.message = ""
        self.seconds = self.examples_per_second = 0.0
        self.step = 0

    def begin(self, epochs: int = 20, batches: int = 10, classes: int = 10) -> None:
        training = SimpleNamespace(epochs=epochs, learning_rate=0.1)
        description = DataDescription("d", "D", (2,), tuple(str(number) for number in range(classes)), 100)
        project = SimpleNamespace(training=training)
        self.config = SimpleNamespace(project=project, description=description, epochs=epochs, position=0.0)
        self.run = Run()
        self.epochs, self.batches, self.step, self.history = epochs, batches, 0, []
        self.started.emit()
        self.enter(SessionState.RUNNING)

    def enter(self, state: SessionState, message: str = "") -> None:
        self.state, self.message = state, message
        self.state_changed.emit()

    def learn(self, losses, accuracy: float = 0.5) -> None:
        """Report one batch for each loss."""
        events = []
        for loss in losses:
            epoch, batch = divmod(self.step, self.batches)
            self.step += 1
            events.append(BatchFinished(epoch + 1, batch + 1, self.batches, self.step, 64, float(loss), accuracy))
        self.batches_finished.emit(events)

    def end_epoch(self, training: float, validation: float | None, accuracy: float = 0.5) -> None:
        epoch = len(self.history) + 1
        checked = None if validation is None else accuracy
        event = EpochFinished(epoch, self.epochs, training, accuracy, validation, checked, 1.0 * epoch)
        self.history.append(event)
        self.epochs_finished.emit([event])


@pytest.fixture
def session(qapp) -> FakeSession:
    return FakeSession()


@pytest.fixture
def make_monitor(qtbot, session) -> Iterator[Callable[[], Monitor]]:
    made: list[Monitor] = []

    def make() -> Monitor:
        monitor = Monitor(session)
        made.append(monitor)
        monitor.resize(1200, 300)
        monitor.show()
        return monitor

    yield make
    for monitor in made:
        monitor.shutdown()
        monitor.close()
        monitor.deleteLater()


@pytest.fixture
def monitor(make_monitor) -> Monitor:
    return make_monitor()
