"""Small trained models to export."""

import json
from functools import cache
from typing import Any

from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, prepare_splits
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential
from tinyml.storage import SavedModel, summarise_history

LAYERS = {
    "circle": [("Linear", {"outputs": 5}), ("Tanh", {}), ("Linear", {"outputs": 2})],
    "digits": [
        ("Conv2D", {"filters": 3, "window": (3, 3)}),
        ("ReLu", {}),
        ("Flatten", {}),
        ("Linear", {"outputs": 10}),
    ],
    "sine": [("Linear", {"outputs": 6}), ("Tanh", {}), ("Linear", {"outputs": 1})],
}


def network_for(source: str) -> NetworkSpecification:
    """Return a small network for a built-in set."""
    layers = [
        LayerSpecification(type=kind, name=f"{kind.lower()}_{number}", settings=settings)
        for number, (kind, settings) in enumerate(LAYERS[source])
    ]
    return NetworkSpecification(layers=tuple(layers))


@cache
def trained(source: str, choice: str = "{}", settings: str = "{}") -> tuple[Sequential, SavedModel]:
    """Train a small network for two epochs. The same arguments give the same objects: do not change them.

    Arguments:
        source: name of a built-in set in `LAYERS`.
        choice, settings: changes of the data choice and of the training settings, as JSON.
    """
    data = DataChoice.model_validate({"source": source, **_json(choice)})
    loss = "mse_loss" if source == "sine" else "cross_entropy_with_softmax_loss"
    training = TrainingSettings.model_validate({"epochs": 2, "loss": loss, "learning_rate": 0.05, **_json(settings)})
    setup = set_up_training(network_for(source), training, prepare_splits(data))
    with one_blas_thread():  # as the window and the command line do
        for _ in setup.run():
            pass
    setup.net.eval()
    description = setup.splits.train.description
    test = setup.test()
    about = SavedModel(
        network=network_for(source),
        input_shape=description.example_shape,
        class_names=description.class_names,
        target_shape=description.target_shape,
        preprocessing=setup.splits.train.preprocessing,
        data=data,
        training=training,
        history=summarise_history(setup.learner.history),
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        test_r_squared=test.r_squared,
    )
    return setup.net, about


def _json(text: str) -> dict[str, Any]:

    found: dict[str, Any] = json.loads(text)
    return found
