"""Arguments of a learner: valid ones are converted, invalid ones are refused before anything is changed."""

from typing import Any

import numpy as np
import pytest

from tinyml.core import DataError, Parameter, SettingsError, ShapeError
from tinyml.data import load
from tinyml.layers import Flatten, Linear
from tinyml.learner import Learner
from tinyml.losses import mse_loss
from tinyml.net import Sequential
from tinyml.optims import AdamOptimizer, SGDOptimizer
from tinyml.optims.schedules import CosineSchedule


def network(outputs: int = 1) -> Sequential:
    return Sequential([Flatten("flatten"), Linear("fc", 3, outputs, rng=np.random.default_rng(0))])


DATA = np.random.default_rng(1).integers(0, 9, (12, 3))
TARGETS = DATA.sum(axis=1, keepdims=True) / 10


def test_names_stand_for_a_loss_and_an_optimiser() -> None:
    results = []
    for loss, optimizer in ((mse_loss, AdamOptimizer()), ("mse", "adam")):
        _, losses = Learner(network(), loss, optimizer).fit(DATA, TARGETS, epochs=3, batch_size=4)
        results.append(losses)
    assert results[0] == results[1]


def test_whole_numbers_booleans_and_lists_are_converted_to_floats() -> None:
    results = []
    for data in (DATA.astype(np.float32), DATA, DATA.tolist(), DATA.astype(np.uint8)):
        net, losses = Learner(network(), "mse", "sgd").fit(data, TARGETS.tolist(), epochs=3, batch_size=4)
        results.append((losses, net.predict(data).tolist()))
    assert all(result == results[0] for result in results)


def test_a_custom_loss_is_a_function() -> None:
    def cubic(predicted: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
        distance = predicted - truth
        return np.mean(np.abs(distance) ** 3), 3 * distance * np.abs(distance) / distance.size

    _, losses = Learner(network(), cubic, SGDOptimizer(0.001)).fit(DATA, TARGETS, epochs=20, batch_size=4)
    assert losses[-1] < losses[0]


def test_a_custom_optimiser_only_needs_update() -> None:
    class Own:
        def update(self, parameter: Parameter) -> None:
            parameter.tensor -= 0.001 * np.sign(parameter.gradient)

    _, losses = Learner(network(), "mse", Own()).fit(DATA, TARGETS, epochs=20, batch_size=4)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"loss": "mse_los"}, "Did you mean 'mse_loss'"),
        ({"loss": None}, "The loss is None"),
        ({"optimizer": "addam"}, "Did you mean 'adam'"),
        ({"optimizer": SGDOptimizer}, "the class SGDOptimizer"),
        ({"optimizer": 0.1}, r"no method update\(parameter\)"),
        ({"model": [Linear("fc", 3, 1)]}, r"Write Sequential\(\[…\]\) around the layers"),
        ({"model": Sequential}, "the class Sequential"),
        ({"clip_norm": "1"}, "largest gradient norm"),
    ],
    ids=str,
)
def test_an_invalid_argument_of_a_learner_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Learner(**{"model": network(), "loss": "mse", "optimizer": "sgd", **arguments})


def test_a_schedule_needs_an_optimiser_with_a_rate() -> None:
    class Own:
        def update(self, parameter: Parameter) -> None:
            pass

    with pytest.raises(SettingsError, match=r"A schedule changes the learning rate `lr` .*Own"):
        Learner(network(), "mse", Own(), CosineSchedule(10))
    assert Learner(network(), "mse", "adam", CosineSchedule(10)).learning_rate == 0.001


@pytest.mark.parametrize("name", ["epochs", "batch_size", "seed"])
@pytest.mark.parametrize("value", [1.5, "32", -1, True, float("nan")])
def test_values_that_are_not_whole_numbers_are_refused(name: str, value: Any) -> None:
    learner = Learner(network(2), "mse", "sgd")
    counts = {"epochs": 1, "batch_size": 4, "seed": 0, name: value}
    for start in (
        lambda: learner.fit(DATA, TARGETS, **counts),
        lambda: list(learner.run(load("circle"), **counts)),
    ):
        with pytest.raises(SettingsError, match=f"{name} is "):
            start()


@pytest.mark.parametrize(
    ("data", "targets", "error", "words"),
    [
        (DATA, TARGETS[:, 0], ShapeError, r"targets\[:, np.newaxis\]"),
        (DATA, TARGETS[:5], DataError, "12 examples but 5 labels"),
        (DATA[:0], TARGETS[:0], DataError, "no examples"),
        ([["a", "b", "c"]], [[1.0]], DataError, "text"),
        ([[1, 2], [3]], [[1.0], [1.0]], DataError, "different lengths"),
        (DATA.T, TARGETS[:3], ShapeError, "'fc' needs"),
        (5, TARGETS, DataError, "The data should be an array with an axis for the examples, but it is 5"),
        (DATA, None, DataError, "The labels should be an array with an axis for the examples, but it is None"),
    ],
    ids=["targets", "lengths", "empty", "text", "ragged", "shape", "number", "none"],
)
def test_data_that_does_not_fit_is_refused_and_changes_nothing(
    data: Any, targets: Any, error: type[Exception], words: str
) -> None:
    net = network()
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    with pytest.raises(error, match=words):
        Learner(net, "mse", "sgd").fit(data, targets, epochs=1, batch_size=4)
    for name, tensor in net.named_tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


@pytest.mark.parametrize(
    ("loss", "error", "words"),
    [
        (lambda predicted, truth: 0.5, SettingsError, r"should return \(loss, gradient\)"),
        (lambda predicted, truth: None, SettingsError, r"should return \(loss, gradient\)"),
        (lambda predicted, truth: (predicted, predicted), SettingsError, r"should return \(loss, gradient\)"),
        (lambda predicted, truth: (0.5, np.ones(3)), ShapeError, r"gradient of shape \(3,\).*\(4, 1\)"),
        (lambda predicted, truth: (0.5, None), ShapeError, "gradient of shape"),
    ],
)
def test_a_loss_with_a_wrong_result_is_refused(loss: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Learner(network(), loss, "sgd").fit(DATA, TARGETS, epochs=1, batch_size=4)
