"""The gradient check finds wrong gradients and accepts right ones, also at kinks."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinyml.core import Array, DataError, SettingsError
from tinyml.layers import Conv2D, Dropout, Flatten, Linear, MaxPool2D, ReLU, Residual, Softmax, Tanh, layer_types
from tinyml.losses import loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, build, infer
from tinyml.verify import gradient_check

SCORES = "cross_entropy_with_softmax_loss"


def images(count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(size=(count, 2, 7, 6)), rng.integers(0, 4, count)


def small_net(dtype: type[np.floating] = np.float32) -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(
        [
            Conv2D("conv", (2, 7, 6), 3, 3, 2, 1, 1, dtype=dtype, rng=rng),
            ReLU("relu"),
            MaxPool2D("pool", (3, 7, 7), 2, 2),
            Flatten("flatten"),
            Dropout("dropout", 0.3, rng=rng),
            Linear("fc", 27, 4, dtype=dtype, rng=rng),
        ]
    )


def spoil(layer: Any, change: Callable[[Any, Array, Array], Array]) -> None:
    """Replace the result of `backward` by `change(layer, gradient_in, gradient_out)`."""
    backward = type(layer).backward

    class Spoilt(type(layer)):  # type: ignore[misc]
        def backward(self, in_gradient: Array) -> Array:
            return change(self, in_gradient, backward(self, in_gradient))

    layer.__class__ = Spoilt


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_tensor_of_a_right_network_is_right(dtype: type[np.floating]) -> None:
    x, y = images()
    report = gradient_check(small_net(dtype), x, y, SCORES)
    assert report.verdict == "right", str(report)
    assert [tensor.name for tensor in report.tensors] == ["input", "conv.weight", "conv.bias", "fc.weight", "fc.bias"]
    assert all(tensor.checked == np.prod(tensor.shape) for tensor in report.tensors)
    assert report.notes == ()
    assert report.worst.relative_error == max(tensor.relative_error for tensor in report.tensors)


def test_a_network_in_single_precision_is_checked_in_double() -> None:
    # The loss is quadratic, so two-sided differences are exact except for rounding, which a larger step reduces.
    x, _ = images()
    net = Sequential([Flatten("flatten"), Linear("fc", 84, 4, rng=np.random.default_rng(0))])
    report = gradient_check(net, x, np.zeros((3, 4)), "mse_loss", step=1e-2)
    assert report.worst.relative_error < 1e-11, str(report)


def test_the_check_changes_nothing_and_gives_the_same_result_again() -> None:
    net, (x, y) = small_net(), images()
    tensors = {name: parameter.tensor.copy() for name, parameter in net.named_parameters.items()}
    untouched, input = copy.deepcopy(net), x.copy()
    first, second = (gradient_check(net, x, y, SCORES, elements=5, seed=3) for _ in range(2))
    assert first == second
    np.testing.assert_array_equal(x, input)
    for name, parameter in net.named_parameters.items():
        np.testing.assert_array_equal(parameter.tensor, tensors[name])
        assert parameter.tensor.dtype == np.float32
        assert not parameter.gradient.any()
    np.testing.assert_array_equal(net(x.astype(np.float32)), untouched(x.astype(np.float32)))  # dropout's generator too


@pytest.mark.parametrize("elements", [None, 4])
@pytest.mark.parametrize(
    ("place", "change", "culprits"),
    [
        (5, lambda layer, _, result: -result, {"input", "conv.weight", "conv.bias"}),
        (1, lambda layer, gradient, result: result + 0.01 * gradient**2, {"input", "conv.weight", "conv.bias"}),
        (2, lambda layer, gradient, result: 1.001 * result, {"input", "conv.weight", "conv.bias"}),
        (0, lambda layer, gradient, result: result[..., ::-1], {"input"}),
    ],
)
def test_a_wrong_backward_is_found_with_its_tensor(
    place: int, change: Any, culprits: set[str], elements: int | None
) -> None:
    net, (x, y) = small_net(), images()
    spoil(net.layers[place], change)
    report = gradient_check(net, x, y, SCORES, elements=elements)
    assert report.verdict == "wrong"
    assert {tensor.name for tensor in report.tensors if tensor.verdict != "right"} == culprits
    assert report.worst.name in culprits
    assert report.worst.analytic != pytest.approx(report.worst.numerical, rel=1e-4)
    assert not any(tensor.kinks for tensor in report.tensors)  # the reason is a mistake, not a kink


def test_a_wrong_bias_gradient_is_found_by_its_worst_element() -> None:
    net, (x, y) = small_net(), images()

    def forget_one(layer: Any, _: Array, result: Array) -> Array:
        layer.bias.gradient[2] = 0
        return result

    spoil(net.layers[5], forget_one)
    wrong = [tensor for tensor in gradient_check(net, x, y, SCORES).tensors if tensor.verdict != "right"]
    assert [(tensor.name, tensor.worst, tensor.analytic) for tensor in wrong] == [("fc.bias", (2,), 0.0)]


def test_one_wrong_number_among_many_is_found_by_the_direction() -> None:
    net = Sequential([Linear("fc", 40, 30, rng=np.random.default_rng(0))])

    def shift(layer: Any, _: Array, result: Array) -> Array:
        layer.weight.gradient[17, 23] += 0.1
        return result

    spoil(net.layers[0], shift)
    x = np.random.default_rng(0).normal(size=(2, 40))
    report = gradient_check(net, x, np.zeros((2, 30)), "mse_loss", elements=3)
    assert [tensor.name for tensor in report.tensors if tensor.verdict == "wrong"] == ["fc.weight"]


def kinked(x: list[float]) -> tuple[Sequential, np.ndarray]:
    return Sequential([ReLU("relu"), Linear("fc", len(x), 2, rng=np.random.default_rng(0))]), np.array([x])


@pytest.mark.parametrize("place", [0.0, 3e-7, -3e-7])
def test_a_kink_is_reported_and_checked_on_both_sides(place: float) -> None:
    net, x = kinked([0.4, place, -0.5])
    report = gradient_check(net, x, np.ones((1, 2)), "mse_loss")
    assert [tensor.kinks for tensor in report.tensors] == [1, 0, 0]
    assert report.verdict == "right", str(report)


def test_a_mistake_beside_a_kink_is_found() -> None:
    net, x = kinked([0.0])
    # Only wrong for positive inputs; the derivative at 0 is right.
    spoil(net.layers[0], lambda layer, gradient, result: 2 * result)
    report = gradient_check(net, x, np.ones((1, 2)), "mse_loss")
    assert report.tensors[0].kinks == 1
    assert report.tensors[0].verdict == "wrong"


def test_a_tie_in_a_pooling_window_is_a_kink() -> None:
    net = Sequential([MaxPool2D("pool", (1, 2, 2), 2, 2), Flatten("flatten")])
    report = gradient_check(net, np.array([[[[1.0, 3.0], [3.0, 2.0]]]]), np.zeros((1, 1)), "mse_loss")
    assert report.tensors[0].kinks == 2
    assert report.verdict == "right"


def test_many_kinks_at_the_same_time_are_recognised() -> None:
    """With black pixels and a convolution without bias, the input of every ReLU is exactly 0."""
    rng = np.random.default_rng(0)
    conv = Conv2D("conv", (1, 5, 5), 4, 3, 3, 1, 1, bias=False, rng=rng)
    net = Sequential([conv, ReLU("relu"), Flatten("flatten"), Linear("fc", 100, 3, rng=rng)])
    report = gradient_check(net, np.zeros((1, 1, 5, 5)), np.array([1]), SCORES)
    assert report.tensors[0].kinks == 25
    assert report.verdict == "right", str(report)


def test_two_gradients_of_zero_agree() -> None:
    net, x = kinked([-1.0, -2.0])
    report = gradient_check(net, x, np.zeros((1, 2)), "mse_loss")
    assert [tensor.relative_error for tensor in report.tensors[:2]] == [0, 0]
    assert report.verdict == "right"


def test_rounding_errors_are_not_mistakes() -> None:
    """Adding the same number to all scores changes nothing: this derivative is 0 except for rounding."""
    rng = np.random.default_rng(0)
    net = Sequential([Linear("fc", 3, 1, rng=rng), Linear("spread", 1, 4, rng=rng)])
    net.layers[1].parameters[0].tensor[...] = 1.0
    report = gradient_check(net, rng.normal(size=(2, 3)), np.array([0, 1]), SCORES)
    assert report.verdict == "right", str(report)


def test_softmax_is_right_with_its_loss_and_the_report_says_how() -> None:
    net = Sequential([Linear("fc", 5, 4, rng=np.random.default_rng(0)), Softmax("probabilities")])
    x, y = np.random.default_rng(1).normal(size=(3, 5)), np.array([0, 1, 3])
    report = gradient_check(net, x, y, "cross_entropy_loss")
    assert report.verdict == "right"
    assert report.notes[0].startswith("'probabilities': Softmax passes the gradient through")
    assert "Note: 'probabilities'" in str(report)
    assert gradient_check(net, x, np.eye(4)[y], "mse_loss").verdict == "wrong"


def test_an_exception_inside_another_layer_is_noted_too() -> None:
    rng = np.random.default_rng(0)
    inside = Residual("residual", 4, [Linear("fc", 4, 4, rng=rng), Softmax("hidden")])
    report = gradient_check(Sequential([inside]), rng.normal(size=(2, 4)), np.zeros((2, 4)), "mse_loss")
    assert report.verdict == "wrong"
    assert report.notes[0].startswith("'hidden': Softmax passes")


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("layer_type", [name for name, layer in layer_types().items() if not layer.gradient_exception])
def test_every_layer_is_right_inside_a_network(layer_type: str, training: bool) -> None:
    paired_pooling = layer_types()[layer_type].Settings.paired_pooling
    types = [kind for kind in (paired_pooling, layer_type, "Flatten", "Linear") if kind]
    stack = tuple(LayerSpecification(type=kind, name=f"{place}_{kind}") for place, kind in enumerate(types))
    network = NetworkSpecification(layers=stack)
    shape = next(shape for shape in ((2, 6, 4), (7,)) if not infer(network, shape).problems)
    rng = np.random.default_rng(0)
    net = build(network, shape, rng)
    net(rng.normal(size=(4, *shape)))  # changes the running statistics from their initial values
    if not training:
        net.eval()
    size = net.output_shape(shape)
    report = gradient_check(net, rng.normal(size=(3, *shape)), rng.normal(size=(3, *size)), "mse_loss", elements=40)
    assert report.verdict == "right", str(report)
    assert {tensor.name for tensor in report.tensors} == {"input", *net.named_parameters}


@pytest.mark.parametrize("loss", loss_descriptions())
def test_every_loss_can_be_checked_with(loss: str) -> None:
    description = loss_descriptions()[loss]
    layers = [Linear("fc", 5, 4, rng=np.random.default_rng(0))]
    if description.last_layer:
        layers.append(layer_types()[description.last_layer](description.last_layer.lower()))  # type: ignore[call-arg]
    y = np.array([0, 3, 1])
    truth = y if description.targets == "labels" else np.eye(4)[y]
    report = gradient_check(
        Sequential(layers), np.random.default_rng(1).normal(size=(3, 5)), truth, description.function
    )
    assert report.verdict == "right", str(report)


def test_the_table_shows_every_tensor_and_digits_that_differ() -> None:
    net, (x, y) = small_net(), images()
    spoil(net.layers[5], lambda layer, _, result: 1.00001 * result)
    text = str(gradient_check(net, x, y, SCORES, elements=3))
    lines = text.splitlines()
    assert len(lines) == 7
    assert "3/252" in lines[2]
    assert lines[2].endswith("doubtful")
    assert lines[-1].endswith("right")
    assert lines[2].split()[-3] != lines[2].split()[-2]


def test_invalid_arguments_are_refused() -> None:
    net, (x, y) = small_net(), images()
    with pytest.raises(SettingsError, match=r"There is no loss 'mse_los'\. Did you mean 'mse_loss'\?"):
        gradient_check(net, x, y, "mse_los")
    with pytest.raises(DataError, match="no example"):
        gradient_check(net, x[:0], y[:0], SCORES)
    with pytest.raises(SettingsError, match="elements is 0"):
        gradient_check(net, x, y, SCORES, elements=0)
    with pytest.raises(SettingsError, match="step is 0"):
        gradient_check(net, x, y, SCORES, step=0.0)
    net.layers[5].parameters[0].tensor[...] = np.nan
    with pytest.raises(DataError, match="The loss is nan here"):
        gradient_check(net, x, y, SCORES)


def test_a_smooth_network_has_no_kinks() -> None:
    rng = np.random.default_rng(0)
    net = Sequential([Linear("a", 4, 5, rng=rng), Tanh("tanh"), Linear("b", 5, 2, rng=rng)])
    report = gradient_check(net, rng.normal(size=(3, 4)), rng.normal(size=(3, 2)), "mse_loss")
    assert report.verdict == "right"
    assert not any(tensor.kinks for tensor in report.tensors)
