"""What all methods have in common: arguments, results, sentences, and that they leave the trace as it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, TinymlError
from tinyml.layers.base.stack import all_layers
from tinyml.net import NetworkSpecification, Sequential, Trace, build, record
from tinyml.visualize import (
    Reconstruction,
    gradient,
    gradient_times_input,
    guided_backprop,
    integrated_gradients,
    occlusion,
    reconstruct,
)

METHODS = [reconstruct, guided_backprop, gradient, gradient_times_input, integrated_gradients, occlusion]
SHAPE = (3, 10, 8)
EVERY_KIND = stack(
    ("Conv2D", {"filters": 4, "stride": [2, 1]}),
    "BatchNorm2D",
    "LeakyReLu",
    "MaxPool2D",
    "Residual",
    "ReLu",
    ("Deconv2D", {"filters": 4}),
    "MaxUnpool2D",
    "AvgPool2D",
    "Dropout",
    "Upsample2D",
    "Flatten",
    ("Linear", {"outputs": 18}),
    "BatchNorm1D",
    "ReLu",
    ("Reshape", {"size": [3, 2]}),
    ("Conv2D", {"filters": 2}),
    "GlobalAvgPool2D",
    ("Linear", {"outputs": 4}),
)
"""Layers that a deconvnet can pass."""

every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
Method = Callable[..., Reconstruction]


def network(layers: NetworkSpecification = EVERY_KIND) -> Sequential:
    net = build(layers, SHAPE, np.random.default_rng(0), np.float64)
    net(np.random.default_rng(1).normal(1, 2, size=(8, *SHAPE)))
    return net


def recorded(layers: NetworkSpecification = EVERY_KIND) -> Trace:
    return record(network(layers), np.random.default_rng(2).normal(size=(3, *SHAPE)))


@every_method
@pytest.mark.parametrize("whole_map", [False, True])
def test_every_layer_gives_a_picture_inside_its_receptive_field_or_a_reason(method: Method, whole_map: bool) -> None:
    trace = recorded()
    pictures = 0
    for entry in trace.entries:
        picture = method(trace, entry.layer.name, 1, example=2, whole_map=whole_map)
        assert picture.image.shape == SHAPE
        assert picture.kept.shape == entry.output.shape[1:]
        assert (picture.method, picture.whole_map) == (method.__name__, whole_map)
        assert bool(picture.blank_reason) == (not picture.image.any())
        values = np.atleast_3d(entry.output[2, 1])
        assert picture.activation == values.max()
        (top, bottom), (left, right) = picture.receptive_field
        outside = picture.image.copy()
        outside[:, top:bottom, left:right] = 0
        if method is not occlusion:  # its windows reach over the border
            assert not outside.any()
        pictures += bool(picture.image.any())
    assert pictures > len(trace.entries) / 2


@every_method
def test_examples_of_a_batch_do_not_mix(method: Method) -> None:
    trace = recorded()
    for example in range(3):
        alone = record(network(), trace.input[example : example + 1])
        for name in ("layer_6", "layer_18"):
            picture = method(trace, name, 2, example=example)
            np.testing.assert_allclose(picture.image, method(alone, name, 2).image, atol=1e-12)


@every_method
def test_several_threads_can_use_one_trace_and_nothing_of_it_changes(method: Method) -> None:
    trace = recorded()
    layers = list(all_layers([entry.layer for entry in trace.entries]))
    states = [dict(vars(layer)) for layer in layers]
    arrays = [entry.output.copy() for entry in trace.entries]
    names = ["layer_4", "layer_8", "layer_18"] * 4
    expected = [method(trace, name, 0).image for name in names]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda name: method(trace, name, 0).image, names))
    for alone, found in zip(expected, together, strict=True):
        np.testing.assert_array_equal(found, alone)
    for layer, state in zip(layers, states, strict=True):
        assert vars(layer).keys() == state.keys()
        assert all(vars(layer)[name] is value for name, value in state.items())
    for entry, output in zip(trace.entries, arrays, strict=True):
        np.testing.assert_array_equal(entry.output, output)


@every_method
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("layer_99", 0), "no layer 'layer_99'"),
        (("layer_0", 4), "'layer_0' has no map 4: its maps are 0 to 3"),
        (("layer_18", 4), "'layer_18' has no unit 4: its units are 0 to 3"),
        (("layer_18", -1), "'layer_18' has no unit -1"),
        (("layer_18", 0, (0, 1)), r"Unit 0 of 'layer_18' has no position \(0, 1\)"),
        (("layer_0", 0, (5, 0)), r"Map 0 of 'layer_0' has no position \(5, 0\): it has 5 rows and 8 columns"),
        (("layer_0", 0, None, 3), "no example 3: the recorded batch has the examples 0 to 2"),
    ],
)
def test_a_wrong_argument_is_named(method: Method, arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(TinymlError, match=words):
        method(recorded(), *arguments)


@every_method
def test_a_diverged_network_is_refused(method: Method) -> None:
    net = network()
    net.parameters[0].tensor[...] = np.nan
    with pytest.raises(TinymlError, match="Unit 0 of 'layer_18' holds values that are infinite or not a number"):
        method(record(net, np.ones((1, *SHAPE))), "layer_18", 0)


@pytest.mark.parametrize("kind", ["Sigmoid", "Tanh", "ELU", "GELU", "Softmax"])
def test_where_the_deconvnet_has_no_way_back_the_gradients_do(kind: str) -> None:
    trace = recorded(stack("Conv2D", kind, "Flatten", ("Linear", {"outputs": 2})))
    with pytest.raises(TinymlError, match=f"cannot go back through {kind} .* or another method, such as the gradient"):
        reconstruct(trace, "layer_3", 0)
    slope = gradient(trace, "layer_3", 0)
    assert slope.image.any()
    np.testing.assert_array_equal(guided_backprop(trace, "layer_3", 0).image, slope.image)  # no rectifier, no guide


def test_a_vector_as_input_has_pictures_too() -> None:
    net = build(stack(("Linear", {"outputs": 3}), "ReLu", ("Linear", {"outputs": 2})), (4,), np.random.default_rng(0))
    trace = record(net, np.ones((1, 4), np.float32))
    unit = int(trace.output.argmax())
    for method in METHODS:
        picture = method(trace, "layer_2", unit)
        assert picture.image.shape == (4,)
        assert picture.receptive_field == ((0, 1), (0, 4))
    first = record(build(stack("ReLu", "Dropout"), (4,)), np.ones((1, 4)))
    assert gradient(first, "layer_1", 2).receptive_field == ((0, 1), (2, 3))


def test_a_number_of_flatten_sees_what_its_pixel_sees() -> None:
    trace = recorded(stack(("Conv2D", {"filters": 2}), "Flatten", "ReLu"))
    _, rows, columns = trace.entry("layer_0").output.shape[1:]
    for name in ("layer_1", "layer_2"):
        unit = 1 * rows * columns + 4 * columns + 3
        assert gradient(trace, name, unit).receptive_field == ((3, 6), (2, 5))


def blank(method: Method, layers: NetworkSpecification, image: Array, *, bias: float, **arguments: Any) -> str:
    """Return the reason for a blank picture of the last layer of a network with a constant bias."""
    net = build(layers, image.shape[1:], np.random.default_rng(0), np.float64)
    net.parameters[1].tensor[...] = bias
    picture = method(record(net, image), net.layers[-1].name, 0, **arguments)
    assert not picture.image.any()
    return picture.blank_reason


def test_a_blank_picture_says_why() -> None:
    ones, rectified = np.ones((1, 1, 4, 4)), stack("Conv2D", "ReLu")
    dead = blank(gradient, rectified, ones, bias=-9)
    assert dead == (
        "After 'layer_1' the gradient is zero, so no small change of a pixel changes the activation, which is 0."
    )
    assert blank(guided_backprop, rectified, ones, bias=-9) == dead
    none_positive = "Map 0 does not fire for this sample: none of its values is positive."
    for method in (reconstruct, guided_backprop, gradient):
        assert blank(method, rectified, ones, bias=-9, whole_map=True) == none_positive
    assert blank(gradient_times_input, rectified, 0 * ones, bias=1) == (
        "Wherever the gradient is not zero, the input of the network is."
    )
    assert blank(integrated_gradients, rectified, ones, bias=-9) == (
        "The gradient is zero at every point between the baseline and the sample."
    )
    assert blank(integrated_gradients, rectified, ones, bias=1, baseline=1.0) == (
        "The sample is equal to the baseline, so there is nothing to explain."
    )
    unit = stack("Flatten", ("Linear", {"outputs": 1}), "ReLu")
    assert blank(reconstruct, unit, ones, bias=-9) == (
        "Unit 0 does not fire for this sample: its value is 0, not positive."
    )


def test_a_remark_says_where_a_method_departs_from_other_libraries() -> None:
    block = ("Residual", {"layers": stack(("LeakyReLu", {"slope": 0.3}), "Tanh").model_dump()["layers"]})
    trace = recorded(stack("Conv2D", ("LeakyReLu", {"slope": 0.1}), "Conv2D", block, "ReLu"))
    leaks = "lets some of the negative signal leak through"
    for method in (reconstruct, guided_backprop):
        assert method(trace, "layer_0", 0).remark == ""
        assert leaks in method(trace, "layer_1", 0).remark
    assert "'layer_1' lets some" in reconstruct(trace, "layer_2", 0).remark
    guided = guided_backprop(trace, "layer_4", 0).remark
    assert guided.count(leaks) == 2
    assert "(Tanh) is no rectifier, so the plain gradient passes it without a guide." in guided
    for plain in (gradient, gradient_times_input, integrated_gradients, occlusion):
        assert plain(trace, "layer_4", 0).remark == ""


def test_with_the_slopes_0_and_1_a_leaky_relu_is_a_relu_and_nothing() -> None:
    image = np.random.default_rng(2).normal(size=(1, *SHAPE))
    for slope, same in ((0.0, "ReLu"), (1.0, "Dropout")):
        leaky = record(network(stack("Conv2D", ("LeakyReLu", {"slope": slope}), "Conv2D")), image)
        other = record(network(stack("Conv2D", same, "Conv2D")), image)
        for method in METHODS:
            np.testing.assert_allclose(method(leaky, "layer_2", 1).image, method(other, "layer_2", 1).image, atol=1e-12)
