"""Layers and inputs of a network: valid ones are converted, invalid ones are refused with the remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.core import SettingsError, ShapeError
from tinyml.layers import Conv2D, Dropout, Layer, Linear, ReLU, Residual
from tinyml.learner import Learner
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer
from tinyml.verify import gradient_check


def three_layers() -> Sequential:
    return Sequential([Linear("fc_1", 4, 8), ReLU("relu_1"), Linear("fc_2", 8, 3)])


def add(net: Sequential, layer: Layer) -> None:
    net.add(layer)


def insert(net: Sequential, layer: Layer) -> None:
    net.insert(0, layer)


def construct(net: Sequential, layer: Layer) -> None:
    Sequential([*net, layer])


def construct_residual(net: Sequential, layer: Layer) -> None:
    Residual("residual", 3, [Linear("fc", 3, 3), *net.layers[1:2], layer])


def append(net: Sequential, layer: Layer) -> None:
    net.layers.append(layer)
    net(np.ones((1, 4), np.float32))


def append_and_export(net: Sequential, layer: Layer) -> None:
    net.layers.append(layer)
    net.export("never_written.safetensors")


def append_and_fit(net: Sequential, layer: Layer) -> None:
    learner = Learner(net, "mse", "sgd")
    learner.batch_fit(np.ones((1, 4), np.float32), np.ones((1, 3), np.float32))
    net.layers.append(layer)
    learner.batch_fit(np.ones((1, 4), np.float32), np.ones((1, 3), np.float32))


every_way_in = pytest.mark.parametrize(
    "put", [add, insert, construct, construct_residual, append, append_and_export, append_and_fit]
)


@every_way_in
def test_two_layers_with_the_same_name_are_refused(put: Callable[[Sequential, Layer], None]) -> None:
    with pytest.raises(SettingsError, match="Two layers are called 'relu_1'"):
        put(three_layers(), ReLU("relu_1"))


@every_way_in
def test_the_same_layer_twice_is_refused(put: Callable[[Sequential, Layer], None]) -> None:
    net = three_layers()
    with pytest.raises(SettingsError, match="'relu_1' is in the network twice"):
        put(net, net["relu_1"])


@pytest.mark.parametrize("put", [add, insert])
def test_a_refused_layer_is_not_in_the_network(put: Callable[[Sequential, Layer], None]) -> None:
    net = three_layers()
    with pytest.raises(SettingsError):
        put(net, ReLU("relu_1"))
    assert len(net) == 3


def test_a_layer_in_the_network_and_inside_another_layer_is_refused() -> None:
    inner = Linear("fc", 4, 4)
    with pytest.raises(SettingsError, match="'fc' is in the network twice"):
        Sequential([inner, Residual("residual", 4, [inner])])
    with pytest.raises(SettingsError, match="'fc' is in the network twice"):
        Sequential([Residual("residual_1", 4, [inner]), Residual("residual_2", 4, [inner])])


def test_layers_inside_different_layers_may_have_the_same_name() -> None:
    net = Sequential([Residual(f"residual_{number}", 4, [Linear("fc", 4, 4)]) for number in (1, 2)])
    assert len(net.named_parameters) == 4


def test_two_tensors_with_the_same_name_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"Two tensors are called 'a.b.bias'"):
        Sequential([Residual("a", 4, [Linear("b", 4, 4)]), Linear("a.b", 4, 4)])


def test_a_layer_renamed_to_a_used_name_is_refused_before_anything_is_saved(tmp_path: Path) -> None:
    net = three_layers()
    net["fc_2"].name = "fc_1"
    with pytest.raises(SettingsError, match="Two layers are called 'fc_1'"):
        net.export(tmp_path / "w.safetensors")
    assert not list(tmp_path.iterdir())
    for names in (lambda: net.named_parameters, lambda: net.named_tensors):
        with pytest.raises(SettingsError, match="'fc_1'"):
            names()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([ReLU], "ReLU is a class"),
        (ReLU, "ReLU is a class"),
        ([three_layers()], r"\[\*inner.layers, …\]"),
        (["Linear"], "'Linear' is not a layer"),
        ("Linear", "'Linear' is not a layer"),
        ([None], "None is not a layer"),
        (3, "3 is not a layer"),
    ],
    ids=repr,
)
def test_objects_that_are_not_layers_are_refused(layers: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Sequential(layers)


def test_a_parameter_that_two_layers_share_is_updated_once() -> None:
    first, second = Linear("fc_1", 3, 3, bias=False), Linear("fc_2", 3, 3, bias=False)
    second.weight = second.named_parameters["weight"] = first.weight
    net, optimizer = Sequential([first, second]), SGDOptimizer(0.1, momentum=0.9)
    x, weight = np.eye(3, dtype=np.float32), first.weight.tensor.copy()
    assert gradient_check(net, x, np.zeros((3, 3)), "mse").verdict == "right"
    velocity = np.zeros_like(weight)
    for _ in range(3):
        net.backward(np.ones_like(net(x)))
        velocity = 0.9 * velocity + first.weight.gradient
        weight -= 0.1 * velocity
        net.update(optimizer)
        np.testing.assert_allclose(first.weight.tensor, weight, rtol=1e-5)
    assert net.parameters == [first.weight]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "values",
    [[[1, 0, 1, 1]], np.array([[1, 0, 1, 1]], np.uint8), np.array([[True, False, True, True]]), [[1.0, 0.0, 1.0, 1.0]]],
    ids=repr,
)
@pytest.mark.parametrize("first", [[], [ReLU("relu_0")], [Dropout("drop", 0.5)]], ids=repr)
def test_whole_numbers_booleans_and_lists_are_converted_to_floats(
    dtype: type[np.floating], values: Any, first: list[Layer]
) -> None:
    net = Sequential([*first, Linear("fc", 4, 2, dtype=dtype)])
    net.eval()
    expected = net(np.array([[1, 0, 1, 1]], dtype))
    for output in (net(values), net.forward(values), net.predict(values), net.predict(values, batch_size=1)):
        assert output.dtype == dtype  # type: ignore[union-attr]
        np.testing.assert_array_equal(output, expected)


@pytest.mark.parametrize(
    ("shape", "needed", "words"),
    [
        ((5, 28, 28, 1), (1, 28, 28), r"input.transpose\(0, 3, 1, 2\)"),
        ((5, 4, 6, 3), (3, 4, 6), r"input.transpose\(0, 3, 1, 2\)"),
        ((5, 28, 28), (1, 28, 28), r"input\[:, np.newaxis\]"),
        ((5, 784), (1, 28, 28), r"input.reshape\(-1, 1, 28, 28\)"),
        ((1, 28, 28), (1, 28, 28), r"input\[np.newaxis\]"),
    ],
)
def test_images_with_another_axis_order_are_refused_with_the_remedy(
    shape: tuple[int, ...], needed: tuple[int, ...], words: str
) -> None:
    with pytest.raises(ShapeError, match=f"'conv' needs .*{words}"):
        Sequential([Conv2D("conv", needed, 2, 3, 3, 1, 1)])(np.zeros(shape))


def test_the_remedy_for_an_image_makes_it_fit() -> None:
    net = Sequential([Conv2D("conv", (1, 8, 8), 2, 3, 3, 1, 1)])
    image = np.random.default_rng(0).normal(size=(5, 8, 8, 1)).astype(np.float32)
    results = [net(image.transpose(0, 3, 1, 2)), net(image[..., 0][:, np.newaxis]), net(image.reshape(-1, 1, 8, 8))]
    for result in results:
        np.testing.assert_array_equal(result, results[0])


def test_a_missing_flatten_is_named() -> None:
    with pytest.raises(ShapeError, match=r"'fc' needs .* Put a Flatten layer in front of it"):
        Sequential([Conv2D("conv", (1, 8, 8), 2, 3, 3, 1, 1), Linear("fc", 128, 3)])(np.zeros((5, 1, 8, 8)))


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, "32"])
def test_an_impossible_batch_size_is_refused(batch_size: Any) -> None:
    with pytest.raises(SettingsError, match="batch_size is"):
        three_layers().predict(np.zeros((3, 4)), batch_size)
