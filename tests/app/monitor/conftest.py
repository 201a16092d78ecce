"""A session that reports what a test tells it to, with no worker behind it."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from app.document import Document
from app.monitor import Monitor, TrainPage
from app.training import Run, Session, SessionState
from app.training.curves import RunCurves, metric_for
from app.training.training_config import TrainingConfig
from tinyml.data import DataDescription
from tinyml.learner import BatchFinished, EpochFinished, TrainingSettings
from tinyml.storage import Project


class ScriptedSession(Session):
    """A real session that never starts a worker: the test fills its run in, and it emits the signals.

    Attributes:
        seconds: as those of `Session`, but chosen by the test.
        examples_per_second: as those of `Session`, but chosen by the test.
    """

    seconds = examples_per_second = 0.0

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._batches_per_epoch = self._steps = 0

    def begin(self, epochs: int = 20, batches: int = 10, classes: int = 10) -> None:
        """Begin a new run with so many epochs, batches in each epoch, and classes."""
        names = tuple(str(number) for number in range(classes))
        project = Project(training=TrainingSettings(epochs=epochs, learning_rate=0.1))
        config = TrainingConfig(project, DataDescription("d", "D", (2,), names, 100), epochs)
        self.run = Run(config, curves=RunCurves(epochs, metric_for(config.description)))
        self._batches_per_epoch, self._steps = batches, 0
        self.started.emit()
        self.enter(SessionState.RUNNING)

    def enter(self, state: SessionState, message: str = "") -> None:
        self.run.state, self.run.message = state, message
        self.state_changed.emit()

    def learn(self, losses: Sequence[float], accuracy: float = 0.5) -> None:
        """Report one batch for each loss."""
        events, size = [], self._batches_per_epoch
        for loss in losses:
            epoch, batch = divmod(self._steps, size)
            self._steps += 1
            events.append(BatchFinished(epoch + 1, batch + 1, size, self._steps, 64, float(loss), accuracy))
        self.run.add_batches(events)
        self.batches_finished.emit(events)

    def end_epoch(self, training: float, validation: float | None, accuracy: float = 0.5) -> None:
        """Report an epoch with these losses."""
        assert self.config is not None
        epoch = len(self.history) + 1
        checked = None if validation is None else accuracy
        event = EpochFinished(epoch, self.config.epochs, training, accuracy, validation, checked, 1.0 * epoch)
        self.run.add_epochs([event])
        self.epochs_finished.emit([event])

    def show_run(self, history: Sequence[EpochFinished] = ()) -> None:
        """Show a run from a file, of which only the epochs are known."""
        self.run = Run(curves=RunCurves.from_history(history))
        self.run_changed.emit()


@pytest.fixture
def document(qapp) -> Iterator[Document]:
    document = Document()
    yield document
    document.shutdown()
    document.deleteLater()


@pytest.fixture
def session(document) -> Iterator[ScriptedSession]:
    session = ScriptedSession(document)
    yield session
    session.deleteLater()


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


@pytest.fixture
def page(qtbot, document, session) -> Iterator[TrainPage]:
    """The visible Train page."""
    page = TrainPage(document, session)
    page.resize(1300, 760)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    yield page
    page.shutdown()
    page.close()
    page.deleteLater()
