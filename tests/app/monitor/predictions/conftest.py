"""A visible predictions panel with a real document and session."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.monitor.predictions.predictions_panel import PredictionsPanel
from app.training import Session
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def linear(outputs: int) -> LayerSpecification:
    """Return a Linear layer with so many outputs."""
    return LayerSpecification(type="Linear", name=f"linear_{outputs}", settings={"outputs": outputs})


TANH = LayerSpecification(type="Tanh", name="tanh")
SINE = Project(
    network=NetworkSpecification(layers=(linear(16), TANH, linear(1))),
    data=DataChoice(source="sine"),
    training=TrainingSettings(epochs=3, loss="mse_loss", learning_rate=0.1, batch_size=10),
)
AUTOENCODER = Project(
    network=NetworkSpecification(
        layers=(LayerSpecification(type="Conv2D", name="conv", settings={"filters": 1, "window": 3, "padding": 1}),)
    ),
    data=DataChoice(source="digits", target="input"),
    training=TrainingSettings(epochs=1, loss="mse_loss"),
)
DIGITS = Project(
    network=NetworkSpecification(layers=(LayerSpecification(type="Flatten", name="flatten"), linear(10))),
    data=DataChoice(source="digits"),
    training=TrainingSettings(epochs=2),
)
MOONS = Project(
    network=NetworkSpecification(layers=(linear(8), TANH, linear(2))),
    data=DataChoice(source="moons"),
    training=TrainingSettings(epochs=2),
)


class Harness:
    """The visible panel of a project, with its document and session."""

    def __init__(self, qtbot, project: Project) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = Session(self.document)
        self.window = PredictionsPanel(self.document, self.session)
        self.window.resize(1000, 360)
        self.window.show()

    @property
    def predictions(self):
        return self.window.predictor.predictions

    def train(self) -> None:
        """Train to the end, and wait for the predictions of the final weights."""
        self.session.start()
        self.wait(lambda: not self.session.state.active)
        if self.window.isVisible():
            self.wait(self.is_newest)

    def is_newest(self) -> bool:
        shown = self.predictions
        return shown is not None and shown.snapshot is self.session.snapshot and not self.window.predictor.message

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def close(self) -> None:
        self.session.shutdown()
        self.window.shutdown()
        self.window.close()
        self.window.deleteLater()
        self.document.shutdown()


@pytest.fixture
def make(qtbot) -> Iterator[Callable[[Project], Harness]]:
    made: list[Harness] = []

    def make_harness(project: Project) -> Harness:
        made.append(Harness(qtbot, project))
        return made[-1]

    yield make_harness
    for harness in made:
        harness.close()
    QApplication.processEvents()
