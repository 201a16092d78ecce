"""Trained networks in files, for the evaluation on the Models page."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.models import ModelsPage
from app.models.evaluation.evaluator import EvaluationState
from tinyml.data import DataChoice, prepare_splits
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import SavedModel, save_model


def linear(outputs: int, name: str = "linear") -> LayerSpecification:
    """Return a Linear layer with so many outputs."""
    return LayerSpecification(type="Linear", name=name, settings={"outputs": outputs})


FLATTEN, TANH = LayerSpecification(type="Flatten", name="flatten"), LayerSpecification(type="Tanh", name="tanh")
CONV = LayerSpecification(type="Conv2D", name="conv", settings={"filters": 1, "window": 3, "padding": 1})
MOONS = (linear(8), TANH, linear(2, "out"))
DIGITS = (FLATTEN, linear(10))
SINE = (linear(8), TANH, linear(1, "out"))


@pytest.fixture
def train(tmp_path) -> Callable[..., Path]:
    """Train a network for a moment, and save it. A broken one returns only NaN."""

    def make(
        name: str = "model",
        layers: tuple[LayerSpecification, ...] = MOONS,
        source: str = "moons",
        epochs: int = 2,
        loss: str = "cross_entropy_with_softmax_loss",
        seed: int = 0,
        broken: bool = False,
        data: DataChoice | None = None,
        **choice: object,
    ) -> Path:
        data = data or DataChoice(source=source, **choice)
        network = NetworkSpecification(layers=layers)
        splits = prepare_splits(data)
        training = TrainingSettings(epochs=epochs, loss=loss, learning_rate=0.1, batch_size=10, seed=seed)
        setup = set_up_training(network, training, splits)
        for _event in setup.run():
            pass
        if broken:
            weight = setup.net.parameters[0]
            weight.tensor = np.full_like(weight.tensor, np.nan)
        description = splits.train.description
        about = SavedModel(
            network=network,
            input_shape=description.example_shape,
            class_names=description.class_names,
            target_shape=description.target_shape,
            preprocessing=splits.train.preprocessing,
            data=data,
            training=training,
        )
        path = tmp_path / f"{name}.safetensors"
        save_model(path, setup.net, about)
        return path

    return make


@pytest.fixture
def evaluate(qtbot) -> Callable[..., None]:
    """Press Evaluate, choose data, and wait for the results."""

    def press(view: ModelsPage, choice: DataChoice | None = None, part: str | None = None) -> None:
        view.heading.buttons["evaluate"].click()
        dialog = view.evaluation.dialog
        qtbot.waitUntil(lambda: not any(offer.pending for offer in dialog.offers))
        if choice is not None:
            dialog.choose(choice)
        if part is not None:
            dialog.parts.choose(part)
        dialog.evaluate_button.click()
        qtbot.waitUntil(lambda: view.evaluation.evaluator.state is not EvaluationState.RUNNING)

    return press
