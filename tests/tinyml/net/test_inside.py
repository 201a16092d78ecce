"""Layers inside blocks: the passes and the networks that lead to them."""

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, TinymlError
from tinyml.layers import Conv2D, Flatten, Linear, ReLU, Residual
from tinyml.net import Sequential, build, entries_inside, joined_name, network_to, record, trace_to
from tinyml.net.inside import layers_by_path
from tinyml.visualize import gradient, randomise, reconstruct, search_strongest

IMAGES = np.random.default_rng(3).normal(size=(5, 2, 6, 6))


def network() -> Sequential:
    """Blocks in each other, whose layers have the names of layers outside, and a standard block behind."""
    rng = np.random.default_rng(0)

    def conv(name: str) -> Conv2D:
        return Conv2D(name, (2, 6, 6), 2, 3, 3, 1, 1, dtype=np.float64, rng=rng)

    deep = Residual("deep", (2, 6, 6), [ReLU("relu"), conv("conv")], np.float64)
    block = Residual("block", (2, 6, 6), [conv("conv"), deep, ReLU("relu")], np.float64)
    dense = Residual("dense", 72, [Linear("fc", 72, 72, dtype=np.float64, rng=rng)], np.float64)
    return Sequential([conv("conv"), ReLU("relu"), block, Flatten("flatten"), dense])


PATHS = [("block", "conv"), ("block", "deep"), ("block", "deep", "relu"), ("block", "deep", "conv"), ("dense", "fc")]


def expected(path: tuple[str, ...], images: Array) -> Array:
    """Return the output of a layer inside, computed by hand."""
    net = network()
    value = net["relu"].forward(net["conv"].forward(images))
    block = layers_by_path(net)
    if path[0] == "dense":
        return block["dense", "fc"].forward(net["flatten"].forward(net["block"].forward(value)))
    value = block["block", "conv"].forward(value)
    if path == ("block", "conv"):
        return value
    inner = np.maximum(value, 0)
    if path == ("block", "deep", "relu"):
        return inner
    inner = block["block", "deep", "conv"].forward(inner)
    return inner if path == ("block", "deep", "conv") else value + inner


@pytest.mark.parametrize("path", PATHS, ids=joined_name)
def test_the_pass_and_the_network_to_a_layer_inside_end_with_its_output(path: tuple[str, ...]) -> None:
    net, name = network(), joined_name(path)
    trace = record(net, IMAGES)
    for passed in (
        trace_to(trace, name),
        trace_to(trace, name, entries_inside(trace)),
        record(network_to(net, name), IMAGES),
    ):
        assert passed.entries[-1].layer.name == name
        np.testing.assert_allclose(passed.output, expected(path, IMAGES), rtol=1e-12)
        np.testing.assert_array_equal(passed.input, IMAGES)
        for before, after in zip(passed.entries, passed.entries[1:], strict=False):
            np.testing.assert_array_equal(before.output, after.input)


def test_the_names_say_the_way() -> None:
    names = [layer.name for layer in network_to(network(), "block › deep › conv").layers]
    assert names == ["conv", "relu", "block › conv", "block › deep › relu", "block › deep › conv"]
    assert [layer.name for layer in network_to(network(), "dense › fc").layers] == [
        *("conv", "relu", "block", "flatten", "dense › fc")
    ]


def test_a_layer_of_the_network_needs_no_other_pass_and_the_network_stays_as_it_is() -> None:
    net = network()
    trace = record(net, IMAGES)
    assert trace_to(trace, "flatten") is trace
    assert network_to(net, "block") is net
    way = network_to(net, "block › conv")
    assert layers_by_path(net)["block", "conv"].name == "conv"
    assert way["block › conv"].weight.tensor is layers_by_path(net)["block", "conv"].weight.tensor  # type: ignore[attr-defined]


def test_a_layer_that_is_not_there_is_told() -> None:
    net = network()
    trace = record(net, IMAGES)
    for call in (lambda name: trace_to(trace, name), lambda name: network_to(net, name)):
        with pytest.raises(TinymlError, match=r"no layer 'block › con'\. Did you mean 'block › conv'"):
            call("block › con")
    without = type(trace)(trace.input, trace.entries[:2])
    with pytest.raises(TinymlError, match="no layer 'block › conv'"):
        trace_to(without, "block › conv", entries_inside(trace))


@pytest.mark.parametrize("path", [PATHS[0], PATHS[3], PATHS[4]], ids=joined_name)
def test_the_gradient_of_an_activation_inside_is_its_derivative(path: tuple[str, ...]) -> None:
    name, image, step = joined_name(path), IMAGES[:1], 1e-6
    found = gradient(trace_to(record(network(), image), name), name, 1, (0, 0) if path[0] == "dense" else (2, 3))
    place = (0, 1) if path[0] == "dense" else (0, 1, 2, 3)
    for pixel in [(0, 2, 3), (1, 1, 4), (1, 5, 5)]:
        change = np.zeros_like(image)
        change[(0, *pixel)] = step
        slope = (expected(path, image + change)[place] - expected(path, image - change)[place]) / (2 * step)
        assert found.image[pixel] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_everything_for_networks_works_inside_a_standard_block() -> None:
    layers = stack("Conv2D", ("Residual", {"layers": []}), "Flatten", ("Linear", {"outputs": 3}))
    net, name = build(layers, (2, 6, 6), np.random.default_rng(0), np.float64), "layer_1 › relu_1"
    inner = [joined_name(path) for path in layers_by_path(net) if len(path) > 1]
    assert inner == [f"layer_1 › {each}" for each in ("conv_1", "batchnorm_1", "relu_1", "conv_2")]
    way = network_to(net, name)
    [*_, (count, found)] = search_strongest(way, IMAGES, name, count=2)
    strongest = entries_inside(record(net, IMAGES))["layer_1", "relu_1"].output.max(axis=(2, 3))
    assert count == len(IMAGES)
    np.testing.assert_array_equal(found.examples[:, 0], strongest.argmax(axis=0))
    picture = reconstruct(trace_to(record(net, IMAGES[:1]), name), name, 0)
    assert picture.image.any()
    assert [step.layer for step in picture.steps] == [name, *reversed(inner[:2]), "layer_0"]
    random = randomise(way)
    assert [layer.name for layer in random.layers] == ["layer_0", *inner[:3]]
    assert not np.array_equal(random["layer_0"].weight.tensor, net["layer_0"].weight.tensor)  # type: ignore[attr-defined]
