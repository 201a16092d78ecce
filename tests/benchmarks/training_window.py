"""The real window while it trains, for the benchmarks that measure it: projects, event loop, delays of a timer."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from app.shell.application import create_application
from app.shell.garbage_collection import GarbageCollection
from app.shell.main_window import MainWindow
from app.shell.run import open_window
from tests.benchmarks import mnist
from tests.benchmarks.ours import LAYERS
from tests.benchmarks.settings import UnavailableError
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import NetworkSpecification
from tinyml.storage import Project, example_path, read_project

NETWORKS = ("circle", "lenet-digits", "w3", "w4")
"""The networks of these benchmarks: two examples of the program, and W3 and W4 on MNIST."""
LONG = 100_000
"""A number of epochs that no measurement reaches."""
_SIZE = (1440, 900)
_TICK_MS = 10


def project_for(network: str, epochs: int = LONG) -> Project:
    """Return the project that trains a network for many epochs.

    Arguments:
        network: one of `NETWORKS`.
        epochs: number of planned epochs.

    Raises `UnavailableError` if MNIST is needed and is not on this machine.
    """
    if network in ("w3", "w4"):
        if not mnist.FOLDER.is_dir():
            raise UnavailableError("MNIST is not at ../shared/data/mnist")
        specification = NetworkSpecification(layers=LAYERS[network.upper()])
        training = TrainingSettings(learning_rate=0.01, momentum=0.0, batch_size=128, epochs=epochs)
        return Project(network=specification, data=DataChoice(source=str(mnist.FOLDER)), training=training)
    project = read_project(example_path(network))
    training = project.training.model_copy(update={"epochs": epochs})
    return project.model_copy(update={"training": training})


class Ticks(QObject):
    """Measures the delays of a 10 ms timer in the event loop.

    Attributes:
        gaps: the time between two ticks, in milliseconds, one number for each tick.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last: float | None = None
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def restart(self) -> None:
        """Forget all gaps."""
        self.gaps, self._last = [], None

    @Slot()
    def _on_timeout(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.gaps.append(1000 * (now - self._last))
        self._last = now

    def percentile(self, share: float) -> float:
        """Return the gap that a share of the gaps does not exceed, in milliseconds; 0 without gaps.

        Arguments:
            share: from 0 to 100.
        """
        return percentile(self.gaps, share)


def percentile(gaps: Sequence[float], share: float) -> float:
    """Return the gap that a share of some gaps does not exceed; 0 without gaps.

    Arguments:
        gaps: in any order.
        share: from 0 to 100.
    """
    ordered = sorted(gaps)
    return ordered[min(int(share / 100 * len(ordered)), len(ordered) - 1)] if ordered else 0.0


@contextmanager
def open_project(project: Project) -> Iterator[MainWindow]:
    """Open the window with a project, on the page Train; close it after the context.

    Arguments:
        project: the project.
    """
    application = create_application()
    with TemporaryDirectory() as folder:
        window = open_window(theme="light", settings_file=Path(folder) / "settings.ini")
        window.resize(*_SIZE)
        garbage = GarbageCollection(application)
        window.document.replace(project)
        window.pages.show_page("train")
        handle_events(1)
        try:
            yield window
        finally:
            window.interrupt()
            garbage.close()
            handle_events(0.1)
            window.deleteLater()


def handle_events(seconds: float) -> None:
    """Run the real event loop for some time, as the program does.

    Arguments:
        seconds: how long.
    """
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
