"""The steps through the layers of a Residual add up to the step of the Residual."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array
from tinyml.layers import Layer
from tinyml.net import Trace, build, record
from tinyml.visualize import Reconstruction, Step, gradient, guided_backprop, reconstruct
from tinyml.visualize.going_back import go_back
from tinyml.visualize.gradients import gradient_words
from tinyml.visualize.reconstruction import choose

INNER = stack(("Conv2D", {"filters": 3}), "ReLu").model_dump()["layers"]
OUTER = stack(("Conv2D", {"filters": 3}), ("Residual", {"layers": INNER}), "ReLu").model_dump()["layers"]
NETWORK = stack(("Conv2D", {"filters": 3}), "ReLu", ("Residual", {"layers": OUTER}), "ReLu")


@pytest.fixture(scope="module")
def trace() -> Trace:
    net = build(NETWORK, (1, 8, 7), np.random.default_rng(0), np.float64)
    return record(net, np.random.default_rng(1).normal(size=(2, 1, 8, 7)))


def check(step: Step, before: Array, names: list[str]) -> None:
    """Check that what passes inside and what passes around add up to the step."""
    assert [inner.layer for inner in step.inside] == names
    assert np.allclose(step.signal, before + step.inside[-1].signal)


@pytest.mark.parametrize("method", [reconstruct, gradient, guided_backprop])
def test_inside_and_around_add_up(trace: Trace, method: Callable[..., Reconstruction]) -> None:
    found = method(trace, "layer_3", 1, example=1)
    rectified, block, *others = found.steps
    assert not rectified.inside
    assert not any(step.inside for step in others)
    check(block, rectified.signal, ["layer_2", "layer_1", "layer_0"])
    after_relu, nested, _ = block.inside
    check(nested, after_relu.signal, ["layer_1", "layer_0"])


def test_no_layer_of_nested_blocks_is_passed_twice(trace: Trace) -> None:
    """Otherwise the work would double with each block around it."""
    passed: list[str] = []

    def rule(layer: Layer, *signal: Array) -> Array:
        passed.append(type(layer).__name__)
        return layer.input_gradient(*signal)

    chosen = choose(trace, "layer_3", 1, None, 1, False)
    steps = go_back(rule, gradient_words, chosen.weights(), chosen)
    assert passed == ["ReLU", "ReLU", "ReLU", "Conv2D", "Conv2D", "ReLU", "Conv2D"]
    (entry,) = [entry for entry in trace.entries if entry.layer.name == "layer_2"]
    whole = entry.layer.input_gradient(steps[0].signal[np.newaxis], entry.input[1:], None)
    assert np.array_equal(steps[1].signal, whole[0])
