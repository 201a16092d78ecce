"""Files and pages for the tests of the Models page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.models import ModelsPage
from tinyml.core.tensor_file import write_tensors
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.storage import EpochSummary, SavedModel, save_model


@pytest.fixture
def view(qtbot) -> Iterator[ModelsPage]:
    view = ModelsPage()
    view.resize(1200, 600)
    view.show()
    yield view
    view.shutdown()
    view.close()
    view.deleteLater()


@pytest.fixture
def opened(qtbot, view) -> Callable[..., ModelsPage]:
    """Open files, and wait until the first of them is shown and read."""

    def open_files(*paths: Path) -> ModelsPage:
        view.open_files(paths)
        qtbot.waitUntil(lambda: view.contents is not None and view.contents.path == paths[0] and not view.state.busy)
        return view

    return open_files


@pytest.fixture
def foreign(tmp_path) -> Path:
    """Weights of another program: parts in parts, a NaN, two types, a tensor with three and one with no axes."""
    random = np.random.default_rng(0)
    path = tmp_path / "foreign.safetensors"
    tensors = {
        "layer1.10.conv.weight": random.normal(size=(5, 2, 3, 3)).astype(np.float32),
        "layer1.2.conv.weight": random.normal(size=(5, 2, 3, 3)).astype(np.float32),
        "layer1.2.bn.running_mean": random.normal(size=5).astype(np.float32),
        "head.weight": random.normal(size=(6, 4)).astype(np.float32),
        "head.bias": np.array([1.0, np.nan, 3.0], np.float64),
        "scale": np.array(0.5, np.float32),
        "tokens": random.normal(size=(2, 3, 4)).astype(np.float32),
    }
    write_tensors(path, tensors)
    return path


@pytest.fixture
def make_model(tmp_path) -> Callable[..., Path]:
    """Save a model file of this program with random weights."""

    def make(name: str = "model", seed: int = 0, accuracy: float | None = 0.625, outputs: int = 3) -> Path:
        path = tmp_path / f"{name}.safetensors"
        layers = (
            LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": 4, "padding": 1}),
            LayerSpecification(type="ReLu", name="relu_1"),
            LayerSpecification(type="Flatten", name="flatten_1"),
            LayerSpecification(type="Linear", name="fc_1", settings={"outputs": outputs}),
        )
        network = NetworkSpecification(layers=layers)
        history = tuple(
            EpochSummary(epoch=epoch, training_loss=1 / epoch, validation_loss=1.5 / epoch) for epoch in range(1, 5)
        )
        about = SavedModel(network=network, input_shape=(1, 6, 6), history=history, test_accuracy=accuracy)
        save_model(path, build(network, (1, 6, 6), np.random.default_rng(seed)), about)
        return path

    return make
