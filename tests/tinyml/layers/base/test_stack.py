"""Stacks of layers: their tensors, their errors, and how often they validate settings."""

from typing import Any

import numpy as np
import pytest

from tests.tinyml.layers.harness import MAPS, VECTOR, make_harness
from tests.tinyml.net.stacks import stack
from tinyml.core import ShapeError
from tinyml.layers import layer_types
from tinyml.net import build, infer


def test_a_network_has_the_tensors_of_the_layers_inside_its_layers() -> None:
    network = stack("Residual", "BatchNorm2D", "ReLu", "Flatten", ("Linear", {"outputs": 2}))
    net = build(network, (2, 4, 4), np.random.default_rng(0))
    inference = infer(network, (2, 4, 4))
    shapes = {
        f"{inferred.specification.name}.{name}": shape
        for inferred in inference.layers
        for name, shape in inferred.tensor_shapes.items()
    }
    assert {name: tensor.shape for name, tensor in net.named_tensors.items()} == shapes
    assert "layer_0.batchnorm_1.running_var" in shapes
    assert list(net.named_parameters) == [name for name in net.named_tensors if "running" not in name]
    assert inference.parameter_count == sum(parameter.tensor.size for parameter in net.parameters)


@pytest.mark.parametrize("kind", ["Flatten", "Reshape"])
def test_an_input_without_a_batch_raises_an_error_with_the_name(kind: str) -> None:
    with pytest.raises(ShapeError, match=r"Layer 'layer_0' needs an input of shape \(N, …\) but received \(3,\)"):
        build(stack(kind), (3,))(np.ones(3))


class CountingValidator:
    """Stands in for the validator of a pydantic model and counts its calls."""

    def __init__(self, validator: Any) -> None:
        self._validator, self.calls = validator, 0

    def validate_python(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        return self._validator.validate_python(*arguments, **named)


@pytest.mark.parametrize("layer_type", layer_types())
def test_a_layer_from_a_specification_validates_its_settings_once(
    layer_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_model = layer_types()[layer_type].Settings
    counter = CountingValidator(settings_model.__pydantic_validator__)
    monkeypatch.setattr(settings_model, "__pydantic_validator__", counter)
    for shape in (MAPS, VECTOR):
        counter.calls = 0
        harness = make_harness(layer_type, {}, shape)
        if harness is not None:
            assert counter.calls == 1
            assert harness.layer.settings is harness.settings
