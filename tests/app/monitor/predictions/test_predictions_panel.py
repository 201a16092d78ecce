"""What the Train page shows of the predictions for validation examples."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.document.edits import change_data
from app.monitor.predictions.predictions_panel import PredictionsPanel, describe_fit, side_by_side
from app.monitor.predictions.validation_examples import MOST_IMAGES, collect_examples, r_squared
from app.training import Session
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def linear(outputs: int) -> LayerSpecification:
    return LayerSpecification(type="Linear", name=f"linear_{outputs}", settings={"outputs": outputs})


SINE = Project(
    network=NetworkSpecification(layers=(linear(16), LayerSpecification(type="Tanh", name="tanh"), linear(1))),
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
    training=TrainingSettings(epochs=1),
)


class Harness:
    """The visible panel of a project, with its document and session."""

    def __init__(self, qtbot, project: Project) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = Session(self.document)
        self.window = PredictionsPanel(self.document, self.session)
        self.window.resize(800, 260)

    def train(self) -> None:
        self.session.start()
        self.wait(lambda: not self.session.state.active)

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=15_000)

    def wait_for_newest(self) -> None:
        """Wait until the predictions of the final weights are shown."""
        shows = lambda shown: shown is not None and shown.snapshot is self.session.snapshot  # noqa: E731
        self.wait(lambda: shows(self.window.predictions))

    def sentence(self) -> str:
        return self.window._sentence.text()

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


def test_regression_shows_predicted_over_true_numbers(make) -> None:
    harness = make(SINE)
    assert harness.window.isHidden()
    harness.train()
    assert not harness.window.isHidden()
    harness.wait_for_newest()
    shown = harness.window.predictions
    true, predicted = harness.window.scatter.points
    assert np.allclose(true, shown.examples.targets[:, 0])
    assert np.allclose(predicted, shown.predicted[:, 0])
    assert len(true) == len(shown.examples.inputs) == 100
    value = r_squared(shown.examples.targets[:, 0], shown.predicted[:, 0])
    assert harness.sentence() == f"{describe_fit(value)} 100 validation examples."
    # The same number as in the curves: the validation part is shown whole.
    assert value == pytest.approx(harness.session.history[-1].validation_r_squared, abs=1e-4)
    assert harness.window._output.isHidden()


def test_an_autoencoder_shows_inputs_beside_their_reconstructions(make) -> None:
    harness = make(AUTOENCODER)
    harness.train()
    harness.wait_for_newest()
    images = harness.window.pairs.images
    assert len(images) == MOST_IMAGES
    assert (images[0].image.width(), images[0].image.height()) == (17, 8)
    assert harness.sentence().startswith("Left: input, right: reconstruction. 24 of ")
    assert harness.window.scatter.isHidden()


def test_classes_need_no_such_panel(make) -> None:
    harness = make(DIGITS)
    harness.train()
    assert harness.window.isHidden()
    assert harness.window.predictions is None


def test_a_hidden_panel_computes_nothing_and_catches_up(make) -> None:
    harness = make(SINE)
    harness.window.hide()
    harness.train()
    harness.window.hide()  # the start of the run has shown it
    before = harness.window.predictions
    harness.window.show()
    harness.wait_for_newest()
    assert before is None or before.snapshot is not harness.session.snapshot or harness.window.predictions is before


def test_a_run_of_other_data_reads_no_data_again(make, monkeypatch) -> None:
    harness = make(SINE)
    harness.session.start()
    harness.window.hide()
    harness.wait(lambda: not harness.session.state.active)
    harness.window._examples = harness.window._shown = harness.window._requested = None
    harness.document.apply(change_data(harness.document.project, seed=7))
    monkeypatch.setattr("app.monitor.predictions.predictions_panel.collect_examples", pytest.fail)
    harness.window.show()
    assert "learned other data" in harness.sentence()


def test_without_validation_examples_a_sentence_says_what_to_do(make) -> None:
    harness = make(SINE.model_copy(update={"data": DataChoice(source="sine", validation=0)}))
    harness.train()
    harness.wait(lambda: harness.sentence().startswith("There are no validation examples"))


def test_examples_are_spread_over_the_validation_part() -> None:
    examples = collect_examples(AUTOENCODER.data)
    assert examples.count == 180
    assert len(examples.inputs) == MOST_IMAGES
    assert np.array_equal(examples.pictures, examples.targets)


def test_r_squared_is_not_defined_for_equal_targets_and_for_predictions_that_are_not_finite() -> None:
    assert np.isnan(r_squared(np.ones(3), np.arange(3.0)))
    assert np.isnan(r_squared(np.arange(3.0), np.array([0.0, np.nan, 2.0])))
    assert "not defined" in describe_fit(float("nan"))
    assert "worse than" in describe_fit(-1.0)


def test_a_grey_line_separates_the_images() -> None:
    joined = side_by_side(np.zeros((1, 2, 3), np.float32), np.zeros((1, 2, 3), np.float32))
    assert joined.shape == (1, 2, 7)
    assert joined[0, :, 3].tolist() == [0.5, 0.5]
