"""Networks that some formats have no word for: the export names what is wrong, and writes nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tinyml.data import DataChoice
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.storage import EpochSummary, SavedModel, save_model


def _save(path: Path, kinds: list[str], dtype: type[np.floating] = np.float32, source: str = "digits-28") -> None:
    layers = [LayerSpecification(type=kind, name=f"layer_{number}") for number, kind in enumerate(kinds)]
    layers.append(LayerSpecification(type="Flatten", name="flatten"))
    layers.append(LayerSpecification(type="Linear", name="scores", settings={"outputs": 10}))
    network = NetworkSpecification(layers=tuple(layers))
    about = SavedModel(
        network=network,
        input_shape=(1, 28, 28),
        class_names=tuple("0123456789"),
        data=DataChoice(source=source),
        history=(EpochSummary(epoch=1, training_loss=0.5),),
    )
    save_model(path, build(network, about.input_shape, np.random.default_rng(0), dtype), about)


def unpooling(path: Path) -> None:
    """Save a network with an unpooling, which Keras does not have."""
    _save(path, ["Conv2D", "MaxPool2D", "Tanh", "MaxUnpool2D"])


def double_precision(path: Path) -> None:
    """Save a network with weights in float64."""
    _save(path, ["Conv2D"], np.float64)


def lost_data(path: Path) -> None:
    """Save a network whose data is gone."""
    _save(path, ["Conv2D"], source="gone.csv")


REFUSALS: dict[str, tuple[Callable[[Path], None], dict[str, str]]] = {
    "unpooling": (unpooling, {"keras": "layer_3"}),
    "float64": (double_precision, {"pytorch": "float64", "keras": "float64", "onnx": "float64"}),
    "lost data": (lost_data, {"tinyml": "gone.csv"}),
}
"""How each network is made; and the formats that refuse it, with a word that the sentence must contain."""

TEMPLATES: dict[tuple[str, str], str] = {("circle", "filters"): "The network has no filters"}
"""The templates that a format refuses, with words of the sentence."""
