"""The deconvnet through layers beyond convolution, ReLU and max pooling."""

from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import TinymlError
from tinyml.layers import layer_types
from tinyml.net import Sequential, build, record
from tinyml.visualize import reconstruct

MAPS = (2, 6, 8)
LINEAR = ("BatchNorm2D", "AvgPool2D", "Upsample2D")


def residual(filters: int) -> tuple[str, dict[str, Any]]:
    """Return the specification of a residual layer that is linear in prediction."""
    return "Residual", {"layers": stack(("Conv2D", {"filters": filters}), "BatchNorm2D").model_dump()["layers"]}


def trained(*layers: str | tuple[str, dict[str, Any]]) -> Sequential:
    """Build a network, and update its running statistics with a batch."""
    net = build(stack(*layers), MAPS, np.random.default_rng(0), np.float64)
    net(np.random.default_rng(1).normal(2, 3, size=(8, *MAPS)))
    net.eval()
    return net


@pytest.mark.parametrize(
    "layers",
    [
        *[(kind,) for kind in LINEAR],
        (residual(2),),
        (("Conv2D", {"filters": 3}), "BatchNorm2D", "AvgPool2D", "Upsample2D", residual(3)),
    ],
    ids=str,
)
def test_for_linear_layers_the_image_is_the_gradient_times_the_activation(layers: tuple) -> None:
    net = trained(*layers)
    input = np.random.default_rng(2).normal(size=(1, *MAPS))
    output = net(input)
    position = np.unravel_index(output.argmax(), output.shape)
    one = np.zeros_like(output)
    one[position] = output[position]
    picture = reconstruct(
        record(net, input), net.layers[-1].name, int(position[1]), (int(position[2]), int(position[3]))
    )
    net(input)
    np.testing.assert_allclose(picture.image, net.backward(one)[0], atol=1e-12)
    assert not picture.blank_reason
    assert all(step.operation for step in picture.steps)


def test_the_standard_block_rectifies_inside_and_passes_the_signal_around() -> None:
    net = trained(("Conv2D", {"filters": 3}), "Residual")
    input = np.random.default_rng(3).normal(size=(1, *MAPS))
    picture = reconstruct(record(net, input), "layer_1", 0)
    residual, conv = net.layers[1], net.layers[0]
    first, norm, relu, second = residual.layers  # type: ignore[attr-defined]
    down = second.deconvolve(picture.kept[np.newaxis], input, None)
    for layer in (relu, norm, first):
        down = layer.deconvolve(down, input, None)
    expected = conv.deconvolve(picture.kept[np.newaxis] + down, input, None)[0]
    np.testing.assert_allclose(picture.image, expected, atol=1e-12)
    assert [step.operation for step in picture.steps] == ["both ways", "filters transposed"]


def test_layers_whose_maps_do_not_measure_a_pattern_have_no_way_back() -> None:
    for kind in ("Sigmoid", "ELU", "GELU", "Tanh", "Softmax"):
        assert layer_types()[kind].deconvolution is None
        net = trained(kind, ("Conv2D", {"filters": 1}))
        with pytest.raises(TinymlError, match=f"cannot go back through {kind}"):
            reconstruct(record(net, np.ones((1, *MAPS))), "layer_1", 0)
