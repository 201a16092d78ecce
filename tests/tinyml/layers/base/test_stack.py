"""Stacks of layers: names in files, and how often settings are validated."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tests.tinyml.layers.harness import MAPS, VECTOR, make_harness
from tests.tinyml.net.stacks import stack
from tinyml.core import ShapeError, SpecificationError
from tinyml.layers import layer_types
from tinyml.layers.base.inference import infer_stack
from tinyml.layers.base.specification import LayerSpecification, apply_fix
from tinyml.net import NetworkSpecification, build, infer


def test_tensors_of_two_layers_never_have_the_same_name() -> None:
    nested = {"layers": [{"type": "Linear", "name": "b", "settings": {"outputs": 4}}]}
    layers = (
        LayerSpecification(type="Residual", name="a", settings=nested),
        LayerSpecification(type="Linear", name="a.b", settings={"outputs": 4}),
    )
    for order in (layers, layers[::-1]):
        network = NetworkSpecification(layers=order)
        (problem,) = infer(network, (4,)).problems
        assert problem.index == 1
        assert "tensor 'a.b.bias' has the same name as one of another layer" in problem.sentence
        with pytest.raises(SpecificationError):
            build(network, (4,))


def test_an_empty_stack_has_an_empty_inference() -> None:
    assert infer_stack((), (3,)) == ()


def test_a_network_has_all_tensors_of_what_is_inside() -> None:
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


def test_settings_that_are_nested_without_end_are_refused() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="nested less deeply"):
        LayerSpecification(type="Any", name="a", settings={"x": deep})


@pytest.mark.parametrize("kind", ["Flatten", "Reshape"])
def test_an_input_without_a_batch_is_refused_by_name(kind: str) -> None:
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


@pytest.mark.parametrize(
    ("written", "shown"), [("relu", "ReLU"), ("LeakyReLu2", "LeakyReLU"), ("Deconv2d", "ConvTranspose2D")]
)
def test_a_wrong_type_gets_the_name_on_screen_and_the_fix_the_name_in_files(written: str, shown: str) -> None:
    layers = (LayerSpecification(type=written, name="a"),)
    (inferred,) = infer_stack(layers, (2, 4, 4))
    problem = inferred.problem
    assert problem is not None
    assert f"Did you mean '{shown}'?" in problem.sentence
    assert problem.fix is not None
    assert problem.fix.label == f"Use {shown}"
    (fixed,) = apply_fix(layers, problem)
    assert fixed.type == layer_types()[fixed.type].type_name
    assert layer_types()[fixed.type].__name__ == shown
