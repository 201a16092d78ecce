"""Fixtures of the inspector's tests: an inspector with a real document, session and inspection."""

from collections.abc import Callable, Iterator
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.document import Document
from app.inspector import InspectPage
from app.inspector.page_sections import PageSection
from app.inspector.state import InspectorState
from app.jobs import Job
from app.training import Inspection, Session
from tinyml.core import TinymlError
from tinyml.data import DataChoice
from tinyml.layers import Conv2D, Flatten, Linear, ReLU
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, record
from tinyml.storage import Project

DIGITS = (
    ("Conv2D", "conv_1", {"filters": 4, "window": 3, "padding": 1}),
    ("ReLu", "relu_1", {}),
    ("MaxPool2D", "pool_1", {}),
    ("Conv2D", "conv_2", {"filters": 6, "window": 3, "padding": 1}),
    ("ReLu", "relu_2", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)
CIRCLE = (
    ("Linear", "linear_1", {"outputs": 8}),
    ("ReLu", "relu_1", {}),
    ("Linear", "linear_2", {"outputs": 2}),
)


def make_project(layers: Any, source: str, **training: Any) -> Project:
    """Make a project from (type, name, settings) of its layers."""
    specifications = tuple(LayerSpecification(type=kind, name=name, settings=values) for kind, name, values in layers)
    return Project(
        network=NetworkSpecification(layers=specifications),
        data=DataChoice(source=source),
        training=TrainingSettings(**{"epochs": 2, **training}),
    )


class Harness:
    """The visible Inspect page of a project, with its document, session and inspection."""

    def __init__(self, qtbot: Any, project: Project, size: tuple[int, int]) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = Session(self.document)
        self.inspection = Inspection(self.document, self.session)
        self.inspector = InspectPage(self.document, self.inspection)
        self.inspector.resize(*size)
        self.inspector.show()

    def find(self, kind: type[QWidget], name: str) -> Any:
        """Return the widget with that objectName."""
        found = self.inspector.findChild(kind, f"inspector_{name}")
        assert found is not None, name
        return found

    def unfold(self, name: str) -> None:
        """Unfold a section of the page. The pages of the tests are low, so all are folded at first."""
        self.find(PageSection, f"section_{name}").set_folded(False)

    def text(self, name: str) -> str:
        """Return the text of a label."""
        return str(self.find(QWidget, name).text())

    def wait(self, condition: Callable[[], Any]) -> None:
        """Run the event loop until a condition is true."""
        self._qtbot.waitUntil(lambda: bool(condition()))

    def wait_for_sample_trace(self) -> None:
        """Wait until the forward pass of the sample and the predictions of all samples are computed."""
        self.wait(lambda: self.inspection.sample_trace is not None and self.inspection.predictions is not None)

    @property
    def reconstruction(self) -> Any:
        """The reconstruction that is shown."""
        return self.inspector.state.reconstruction

    def wait_for_reconstruction(self, layer: str, map_index: int | None = None) -> Any:
        """Wait until a map of a layer is reconstructed, and return the reconstruction."""

        def answered() -> bool:
            shown = self.reconstruction
            return shown is not None and shown.layer == layer and map_index in (None, shown.map_index)

        self.wait(answered)
        return self.reconstruction

    def train(self) -> None:
        """Train to the end, and wait until the inspector uses the trained weights."""
        self.session.start()
        self.wait(lambda: not self.session.state.active)
        self.wait(lambda: self.inspection.sample_trace.snapshot is self.session.snapshot)

    def close(self) -> None:
        """End the threads and close the inspector."""
        self.session.shutdown()
        self.inspection.shutdown()
        self.inspector.close()
        self.inspector.deleteLater()


@pytest.fixture
def make_harness(qtbot: Any) -> Iterator[Callable[..., Harness]]:
    """Return a function that shows the Inspect page of a project."""
    made: list[Harness] = []

    def make(project: Project, size: tuple[int, int] = (1300, 700)) -> Harness:
        made.append(Harness(qtbot, project, size))
        return made[-1]

    yield make
    for harness in made:
        harness.close()
    QApplication.processEvents()


@pytest.fixture
def project_of() -> Callable[..., Project]:
    """Return a function that makes projects: `project_of(layers, source, epochs=3)`."""
    return make_project


@pytest.fixture
def digits(make_harness: Callable[..., Harness]) -> Harness:
    """The inspector of a small convolutional network for the built-in digits."""
    harness = make_harness(make_project(DIGITS, "digits"))
    harness.document.select(("conv_2",))
    harness.wait_for_sample_trace()
    return harness


@pytest.fixture
def circle(make_harness: Callable[..., Harness]) -> Harness:
    """The inspector of a small network for points of a plane."""
    project = make_project(CIRCLE, "circle", loss="mse_loss", momentum=0.0, batch_size=10, epochs=5)
    harness = make_harness(project, (1500, 500))
    harness.wait_for_sample_trace()
    return harness


STATE_LAYERS = (
    ("Conv2D", "conv_1", {"filters": 4, "window": 3, "padding": 1}),
    ("ReLu", "relu_1", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)


class FakeInspection(QObject):
    """Has the part of `Inspection` that the state uses."""

    sample_trace_changed = Signal()

    def __init__(self):
        super().__init__()
        self.samples, self.training = None, False
        self.epochs = SimpleNamespace(following=True)
        self.part = "test"
        self.quick_jobs = self.picture_jobs = SimpleNamespace(submit_with_progress=self.submit)
        self.jobs, self.functions, self.methods, self.targets, self.request_times = [], [], [], [], []
        rng = np.random.default_rng(0)
        conv = Conv2D("conv_1", (1, 8, 8), 4, 3, 3, 1, 1, rng=rng)
        linear = Linear("linear_1", 256, 10, rng=rng)
        self._net = Sequential([conv, ReLU("relu_1"), Flatten("flatten_1"), linear])
        self.change()

    @property
    def visible_trace(self):
        return self.sample_trace

    def submit(self, function):
        self.request_times.append(perf_counter())
        self.jobs.append(Job(function))
        self.functions.append(function)
        if getattr(function, "args", ())[2:]:  # a reconstruction, not a pass through random weights
            self.methods.append(function.args[0])
            self.targets.append(function.args[2])
        return self.jobs[-1]

    def answer(self, job=-1):
        """Let a job compute its reconstruction."""
        self.jobs[job].call.run()
        QCoreApplication.sendPostedEvents(self.jobs[job])  # no timer of the state fires here

    def refuse(self, sentence):
        """Let the newest job fail."""
        self.jobs[-1].call._error = TinymlError(sentence)
        self.jobs[-1]._on_completed()

    def change(self, picture=None, index=0):
        """Record another forward pass, as training does after each epoch."""
        sample = np.roll(np.linspace(0, 1, 64, dtype=np.float32), index).reshape(1, 1, 8, 8)
        picture = sample[0] if picture is None else picture
        chosen = SimpleNamespace(picture=picture, input=sample, index=index, own=None)
        self.sample_trace = SimpleNamespace(trace=record(self._net, sample), sample=chosen, inside={})
        self.sample_trace_changed.emit()

    def use_layers(self, layers):
        """Record the forward pass of another network."""
        self._net = Sequential(layers)
        self.change()

    def drop(self):
        """Lose the network, as an edit does."""
        self.sample_trace = None
        self.sample_trace_changed.emit()


class Signals:
    """Lists the signals of a state by name."""

    def __init__(self, state):
        self.seen = []
        state.output_changed.connect(lambda: self.seen.append("output"))
        state.target_changed.connect(lambda: self.seen.append("target"))
        state.reconstruction_changed.connect(lambda: self.seen.append("reconstruction"))

    def take(self):
        seen, self.seen = self.seen, []
        return seen


@pytest.fixture
def inspection(qapp):
    return FakeInspection()


@pytest.fixture
def document(qapp, project_of):
    document = Document(project_of(STATE_LAYERS, "digits"))
    document.select(("conv_1",))
    return document


@pytest.fixture
def state(document, inspection):
    state = InspectorState(document, inspection)
    state.set_active(True)
    return state


@pytest.fixture
def signals(state, inspection):
    inspection.answer()
    return Signals(state)


@pytest.fixture
def wait_for_timers(qtbot, state):
    """Return a function that waits until every timer of the state has fired. Then nothing changes by itself."""

    def wait():
        qtbot.waitUntil(lambda: not any(timer.isActive() for timer in state.findChildren(QTimer)))

    return wait
