"""Every loss trains the same network on the same data, with its own kind of targets."""

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice, Splits, load, split
from tinyml.learner import TrainingSettings, class_scores, evaluate, set_up_training
from tinyml.learner.objective import Objective, class_targets_for
from tinyml.losses import loss_descriptions, losses

every_loss = pytest.mark.parametrize("loss", losses())


@pytest.fixture(scope="module")
def circle() -> Splits:
    return split(load("circle"), DataChoice(source="circle"))


@every_loss
def test_every_loss_learns_the_circle(circle: Splits, loss: str) -> None:
    hidden = (("Linear", {"outputs": 24}), "ReLu", ("Linear", {"outputs": 24}), "ReLu", ("Linear", {"outputs": 2}))
    last = loss_descriptions()[loss].last_layer
    network = stack(*hidden, *([last] if last else []))
    settings = TrainingSettings(loss=loss, epochs=60, learning_rate=0.05, momentum=0.5, batch_size=10, seed=1)
    setup = set_up_training(network, settings, circle)
    before = setup.test()
    for _ in setup.run():
        pass
    after = setup.test()
    assert after.loss < before.loss
    assert after.accuracy > 0.85
    assert evaluate(setup.net, circle.test, loss) == after


@every_loss
@pytest.mark.parametrize(
    "class_targets", [np.eye(3), np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), 2 * np.eye(3) - 1]
)
def test_the_predicted_class_has_the_highest_score(loss: str, class_targets: np.ndarray) -> None:
    description = loss_descriptions()[loss]
    width = (
        class_targets_for(description, class_targets).shape[1]
        if description.targets == "numbers"
        else len(class_targets)
    )
    output = np.random.default_rng(0).random((50, width))
    scores = class_scores(output, loss, class_targets)
    np.testing.assert_array_equal(Objective(loss, class_targets).classes(output), scores.argmax(axis=1))
    if description.outputs != "probabilities":
        np.testing.assert_allclose(scores.sum(axis=1), 1)


def test_binary_cross_entropy_gets_targets_from_0_to_1() -> None:
    binary = loss_descriptions()["binary_cross_entropy_with_logits_loss"]
    some = np.array([[0.0, 1.0], [1.0, 1.0]])
    assert class_targets_for(binary, some) is some
    np.testing.assert_array_equal(class_targets_for(binary, 2 * some - 1), np.eye(2))
    assert class_targets_for(loss_descriptions()["mse_loss"], 2 * some - 1).min() == -1
