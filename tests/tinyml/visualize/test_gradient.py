"""Gradients of activations against differences, and what integrated gradients promise."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, Shape, TinymlError
from tinyml.layers import ReLU
from tinyml.net import NetworkSpecification, Sequential, build, record
from tinyml.visualize import Reconstruction, gradient, gradient_times_input, guided_backprop, integrated_gradients

COLOUR = (3, 8, 7)
SMOOTH = stack(
    ("Conv2D", {"filters": 4, "dilation": [1, 2]}),
    "Tanh",
    "AvgPool2D",
    ("Residual", {"layers": stack(("Conv2D", {"filters": 4}), "GELU").model_dump()["layers"]}),
    "Flatten",
    ("Linear", {"outputs": 5}),
)
KINKED = stack(
    ("Conv2D", {"filters": 4, "stride": [2, 1]}), "BatchNorm2D", "ReLu", "MaxPool2D", "Residual", "LeakyReLu"
)


def make(network: NetworkSpecification, shape: Shape = COLOUR, seed: int = 0) -> Sequential:
    """Build a network in float64 with running statistics of their own."""
    net = build(network, shape, np.random.default_rng(seed), np.float64)
    net(np.random.default_rng(seed + 1).normal(1, 2, size=(8, *shape)))
    return net


def difference(measure: Callable[[Array], float], input: Array, direction: Array) -> float:
    """Return the two-sided difference of a number along a direction."""
    return (measure(input + 1e-6 * direction) - measure(input - 1e-6 * direction)) / 2e-6


@pytest.mark.parametrize("network", [SMOOTH, KINKED], ids=["smooth", "kinked"])
@pytest.mark.parametrize("whole_map", [False, True])
def test_the_gradient_is_the_derivative(network: NetworkSpecification, whole_map: bool) -> None:
    net, rng = make(network), np.random.default_rng(2)
    input, direction = rng.normal(size=(2, 1, *COLOUR))
    trace = record(net, input)
    for entry in trace.entries:
        found = gradient(trace, entry.layer.name, 1, whole_map=whole_map)

        def measure(changed: Array, name: str = entry.layer.name, found: Reconstruction = found) -> float:
            output = record(net, changed).entry(name).output[0, 1]
            if whole_map:
                return float(np.maximum(output, 0).sum())
            return float(output[found.position] if output.ndim else output)

        assert (found.image * direction[0]).sum() == pytest.approx(difference(measure, input, direction), rel=1e-5)
        assert found.method == "gradient"
        assert found.whole_map == whole_map


def test_gradient_times_input_is_the_product() -> None:
    trace = record(make(KINKED), np.random.default_rng(2).normal(size=(2, *COLOUR)))
    found = gradient_times_input(trace, "layer_5", 2, example=1)
    np.testing.assert_array_equal(found.image, gradient(trace, "layer_5", 2, example=1).image * trace.input[1])


def test_integrated_gradients_add_up_to_the_change_of_the_activation() -> None:
    net, input = make(SMOOTH), np.random.default_rng(2).normal(size=(1, *COLOUR))
    found = integrated_gradients(record(net, input), "layer_5", 3, baseline=0.5)
    start = float(record(net, np.full_like(input, 0.5)).output[0, 3])
    assert found.image.sum() == pytest.approx(found.activation - start, rel=1e-6)


def test_integrated_gradients_report_progress_and_obey_a_cancel() -> None:
    trace = record(make(KINKED), np.ones((1, *COLOUR)))
    shares: list[float] = []
    integrated_gradients(trace, "layer_5", 0, steps=150, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) == 3

    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        integrated_gradients(trace, "layer_5", 0, progress=cancel)


def test_no_steps_are_refused() -> None:
    with pytest.raises(TinymlError, match="steps is 0"):
        integrated_gradients(record(make(KINKED), np.ones((1, *COLOUR))), "layer_5", 0, steps=0)


def test_guided_backpropagation_applies_both_rules_at_a_relu() -> None:
    net = make(stack(("Conv2D", {"filters": 3}), "ReLu", ("Conv2D", {"filters": 2})))
    trace = record(net, np.random.default_rng(3).normal(size=(1, *COLOUR)))
    found = guided_backprop(trace, "layer_2", 1)
    first, relu, second = trace.entries
    signal = second.layer.input_gradient(found.kept[np.newaxis], second.input, None)
    signal = np.where((signal > 0) & (relu.input > 0), signal, 0)
    np.testing.assert_allclose(found.image, first.layer.input_gradient(signal, first.input, None)[0])
    assert found.kept.sum() == 1


def test_guided_backpropagation_goes_around_and_through_a_residual_layer() -> None:
    net = make(stack("ReLu", ("Residual", {"layers": stack("Conv2D", "ReLu").model_dump()["layers"]})), (8, 4, 4))
    trace = record(net, np.random.default_rng(3).normal(size=(1, 8, 4, 4)))
    first, block = trace.entries
    conv, relu = block.layer.layers  # type: ignore[attr-defined]
    ways_around = 0
    for unit in range(8):
        found = guided_backprop(trace, "layer_1", unit)
        signal = found.kept[np.newaxis]
        through = np.where((signal > 0) & (record(Sequential([conv]), block.input).output > 0), signal, 0)
        both = signal + conv.input_gradient(relu.guided_gradient(signal, conv(block.input), None), block.input, None)
        np.testing.assert_allclose(both, signal + conv.input_gradient(through, block.input, None))
        np.testing.assert_allclose(found.image, np.where((both > 0) & (first.input > 0), both, 0)[0])
        ways_around += bool(np.any((signal > 0) & (first.input > 0)))
    assert ways_around  # the ReLU before the block hides some of them
    assert [step.operation for step in found.steps] == ["both ways", "guide"]
    assert [step.operation for step in gradient(trace, "layer_1", 5).steps] == ["derivative", "derivative"]


def test_the_gradient_of_a_relu_at_0_is_0() -> None:
    trace = record(Sequential([ReLU("relu")]), np.array([[0.0, -1.0, 2.0]]))
    for unit, expected in enumerate([0, 0, 1]):
        assert gradient(trace, "relu", unit).image.sum() == expected
