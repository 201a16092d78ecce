"""Stacks of layers: names that would be the same in a file."""

import numpy as np
import pytest
from pydantic import ValidationError

from tests.tinyml.net.stacks import stack
from tinyml.core import ShapeError, SpecificationError
from tinyml.layers.base.stack import LayerSpecification, infer_stack
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
        assert "'a.b.bias' would be called as that of another layer" in problem.sentence
        with pytest.raises(SpecificationError):
            build(network, (4,))


def test_no_layers_have_no_plans() -> None:
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
