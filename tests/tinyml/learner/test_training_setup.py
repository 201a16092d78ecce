from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tinyml.core import AppendLayers, DataError, RemoveLayer, Shape, SpecificationError
from tinyml.data import DataChoice, Splits, load, split
from tinyml.layers.base.inference import LayerInference, infer_stack
from tinyml.layers.base.registry import layer_types
from tinyml.learner import TrainingSettings, check_fits, find_problems, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, infer, specification


def network(*layers: tuple[str, dict[str, object]]) -> NetworkSpecification:
    return NetworkSpecification(
        layers=tuple(
            LayerSpecification(type=kind, name=f"layer_{index}", settings=settings)
            for index, (kind, settings) in enumerate(layers)
        )
    )


CIRCLE_NET = network(("Linear", {"outputs": 8}), ("ReLu", {}), ("Linear", {"outputs": 2}))


@pytest.fixture(scope="module")
def circle() -> Splits:
    return split(load("circle"), DataChoice(source="circle"))


def test_the_seed_decides_everything(circle: Splits) -> None:
    results = []
    for seed in (3, 3, 4):
        setup = set_up_training(CIRCLE_NET, TrainingSettings(loss="mse_loss", epochs=2, seed=seed), circle)
        for _ in setup.run():
            pass
        results.append((setup.test(), [p.tensor.tobytes() for p in setup.net.parameters]))
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_shapes_are_inferred_once(circle: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run needs the shapes for its problems and for its network, but one inference gives both."""
    inferred: list[Shape | None] = []

    def count(layers: Sequence[LayerSpecification], shape: Shape | None) -> tuple[LayerInference, ...]:
        inferred.append(shape)
        return infer_stack(layers, shape)

    monkeypatch.setattr(specification, "infer_stack", count)
    set_up_training(CIRCLE_NET, TrainingSettings(), circle)
    assert inferred == [(2,)]


def test_settings_are_validated_once(circle: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inference validates the settings of each layer, and the layer is made from the result."""
    settings = layer_types()["Linear"].Settings
    validate, validated = settings.model_validate, []

    def count(values: Any) -> Any:
        validated.append(values)
        return validate(values)

    monkeypatch.setattr(settings, "model_validate", count)
    set_up_training(CIRCLE_NET, TrainingSettings(), circle)
    assert validated == [{"outputs": 8}, {"outputs": 2}]


def test_momentum_and_rate_reach_the_optimiser(circle: Splits) -> None:
    optimizer = set_up_training(CIRCLE_NET, TrainingSettings(learning_rate=0.3, momentum=0.5), circle).learner.optimizer
    assert (optimizer.lr, optimizer.momentum) == (0.3, 0.5)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (network(), "no layers yet"),
        (network(("Linear", {"outputs": 3})), "ends with 3 numbers but the loss needs 2"),
        (network(("Conv2D", {}), ("Linear", {"outputs": 2})), "layer_0"),
        (network(("Lineer", {})), "Did you mean 'Linear'"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(circle: Splits, broken: NetworkSpecification, words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        set_up_training(broken, TrainingSettings(), circle)


def test_each_cross_entropy_loss_needs_its_last_layer() -> None:
    plain, with_softmax = CIRCLE_NET, network(("Linear", {"outputs": 2}), ("Softmax", {}))
    probabilities = TrainingSettings(loss="cross_entropy_loss")
    scores = TrainingSettings(loss="cross_entropy_with_softmax_loss")
    inferred, inferred_with_softmax = infer(plain, (2,), 2), infer(with_softmax, (2,), 2)
    assert find_problems(inferred, scores) == ()
    assert find_problems(inferred_with_softmax, probabilities) == ()
    (missing,) = find_problems(inferred, probabilities)
    assert missing.fix == AppendLayers("Add Softmax", (("Softmax", {}),))
    (twice,) = find_problems(inferred_with_softmax, scores)
    assert twice.fix == RemoveLayer("Remove Softmax")
    assert twice.index == 1


def test_a_trained_network_is_only_evaluated_on_data_that_fits(circle: Splits) -> None:
    net = set_up_training(CIRCLE_NET, TrainingSettings(), circle).net
    check_fits(net, (2,), circle.test)
    with pytest.raises(DataError, match="needs examples of 2, but those of Digits 8×8 are 1×8×8"):
        check_fits(net, (2,), load("digits").take(np.arange(3)))
    three = set_up_training(
        network(("Flatten", {}), ("Linear", {"outputs": 8})), TrainingSettings(), split(load("shapes"), DataChoice())
    )
    with pytest.raises(DataError, match="has outputs for 8 classes, but Digits 28×28 has 10"):
        check_fits(three.net, (1, 28, 28), load("digits-28"))
