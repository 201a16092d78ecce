"""Shape inference: names of tensors, and an empty stack."""

import pytest

from tinyml.core import SpecificationError
from tinyml.layers.base.inference import infer_stack
from tinyml.layers.base.specification import LayerSpecification
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
