"""The contract of every layer type for micro-batches, replicas and workspaces."""

import copy
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.layers.harness import MAPS, VECTOR, Harness, default_harness, make_harness, settings_of
from tinyml.core.windows import batch_to_end, batch_to_front
from tinyml.core.workspace import Workspace
from tinyml.layers import Layer, layer_types

every_layer = pytest.mark.parametrize("layer_type", layer_types())
every_batch_separable_layer = pytest.mark.parametrize(
    "layer_type", [name for name in layer_types() if default_harness(name).layer.batch_separable]
)
every_layer_whose_output_is_free = pytest.mark.parametrize(
    "layer_type", [name for name, layer in layer_types().items() if not layer.backward_uses_output]
)

Results = dict[str, np.ndarray]


def run(layer: Layer, input: np.ndarray, weights: np.ndarray, switches: tuple[np.ndarray, ...] = ()) -> Results:
    """Return copies of the output, the input gradient and the parameter gradients of a layer."""
    layer.zero_grad()
    output = layer(input, *switches).copy()
    gradient = layer.backward(weights).copy()
    parameters = {name: parameter.gradient.copy() for name, parameter in layer.named_parameters.items()}
    return {"output": output, "gradient": gradient, **parameters}


def expect(found: Results, expected: Results) -> None:
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-10, atol=1e-11, err_msg=name)


def weights_for(harness: Harness) -> np.ndarray:
    return np.random.default_rng(0).normal(size=harness.forward().shape)


def in_both_orders(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield an array with the batch first in memory, and with the batch last."""
    yield np.ascontiguousarray(array)
    yield batch_to_front(np.ascontiguousarray(batch_to_end(array)))


@every_batch_separable_layer
@given(data=st.data(), cuts=st.sets(st.integers(1, 4)))
@settings(max_examples=30, deadline=None)
def test_parts_of_a_batch_give_what_the_whole_gives(layer_type: str, data: st.DataObject, cuts: set[int]) -> None:
    values = data.draw(settings_of(layer_type))
    harnesses = (make_harness(layer_type, values, shape, examples=5) for shape in (MAPS, VECTOR))
    harness = next((each for each in harnesses if each is not None), None)
    assume(harness is not None)
    assert harness is not None
    weights = weights_for(harness)
    expected = run(copy.deepcopy(harness.layer), harness.input, weights)
    ends = [0, *sorted(cuts), 5]
    replicas = [harness.layer.replica() for _ in ends[1:]]
    # All replicas run forward before the first one runs backward.
    parts = [slice(first, end) for first, end in pairwise(ends)]
    outputs = [replica(harness.input[part]) for replica, part in zip(replicas, parts, strict=True)]
    gradients = [replica.backward(weights[part]) for replica, part in zip(replicas, parts, strict=True)]
    sums = {
        name: sum(replica.named_parameters[name].gradient for replica in replicas)
        for name in harness.layer.named_parameters
    }
    expect({"output": np.concatenate(outputs), "gradient": np.concatenate(gradients), **sums}, expected)


@every_batch_separable_layer
def test_a_batch_separable_layer_is_not_random(layer_type: str) -> None:
    layer = default_harness(layer_type).layer
    assert not layer.generators
    assert not layer.named_buffers


@every_batch_separable_layer
def test_a_replica_has_the_same_tensors_and_gradients_of_its_own(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer, weights = harness.layer, weights_for(harness)
    expected = run(copy.deepcopy(layer), harness.input, weights)
    layer.forward(harness.input)
    replica = layer.replica()
    replica.forward(-harness.input)
    replica.backward(-weights)
    assert list(replica.named_parameters) == list(layer.named_parameters)
    for own, parameter in zip(replica.parameters, layer.parameters, strict=True):
        assert own.tensor is parameter.tensor
        assert not np.shares_memory(own.gradient, parameter.gradient)
        assert not parameter.gradient.any()
        assert own.gradient.any()
        names = [name for name, value in vars(layer).items() if value is parameter]
        assert all(getattr(replica, name) is own for name in names)
    # The layer still has its own memory of its last pass.
    np.testing.assert_array_equal(layer.backward(weights), expected["gradient"])


@every_layer_whose_output_is_free
@pytest.mark.parametrize("with_workspace", [False, True])
def test_backward_does_not_read_an_output_that_it_does_not_need(layer_type: str, with_workspace: bool) -> None:
    harness = default_harness(layer_type)
    weights = weights_for(harness)
    expected = run(copy.deepcopy(harness.layer), harness.input, weights)
    layer = harness.layer
    layer.workspace = Workspace() if with_workspace else None
    layer(harness.input, *harness.switches)[...] = np.nan
    np.testing.assert_array_equal(layer.backward(weights), expected["gradient"])
    for name, parameter in layer.named_parameters.items():
        np.testing.assert_array_equal(parameter.gradient, expected[name])


@every_layer
def test_accumulating_parameter_gradients_adds_the_same_as_backward(layer_type: str) -> None:
    harness = default_harness(layer_type)
    weights = weights_for(harness)
    expected = run(copy.deepcopy(harness.layer), harness.input, weights, harness.switches)
    layer = harness.layer
    layer(harness.input, *harness.switches)
    for times in (1, 2):
        layer.accumulate_parameter_gradients(weights)
        for name, parameter in layer.named_parameters.items():
            np.testing.assert_allclose(parameter.gradient, times * expected[name], rtol=1e-10, atol=1e-11)


@every_layer
def test_results_are_the_same_with_a_workspace(layer_type: str) -> None:
    harness, other = default_harness(layer_type, examples=4), default_harness(layer_type, examples=3, seed=1)
    weights = weights_for(harness)
    for input in in_both_orders(harness.input):
        for gradient in in_both_orders(weights):
            layer, reusing = copy.deepcopy(harness.layer), copy.deepcopy(harness.layer)
            reusing.workspace = Workspace()
            for _ in range(3):
                expect(run(reusing, input, gradient, harness.switches), run(layer, input, gradient, harness.switches))
                # A pass with another size between them must leave no trace.
                for each in (reusing, layer):
                    run(each, other.input, weights_for(other), other.switches)


@every_layer
@pytest.mark.parametrize("with_workspace", [False, True])
def test_a_layer_does_not_change_its_input_or_gradient(layer_type: str, with_workspace: bool) -> None:
    harness = default_harness(layer_type)
    weights = weights_for(harness)
    for input in in_both_orders(harness.input):
        layer, gradient = copy.deepcopy(harness.layer), weights.copy()
        layer.workspace = Workspace() if with_workspace else None
        input.flags.writeable = gradient.flags.writeable = False
        for _ in range(2):
            output = layer(input, *harness.switches)
            before = output.copy()
            layer.backward(gradient)
            np.testing.assert_array_equal(output, before)
        np.testing.assert_array_equal(input, harness.input)
        np.testing.assert_array_equal(gradient, weights)


@every_layer
@pytest.mark.parametrize("with_workspace", [False, True])
def test_results_are_the_same_inplace(layer_type: str, with_workspace: bool) -> None:
    harness = default_harness(layer_type, examples=4)
    weights = weights_for(harness)
    expected = run(copy.deepcopy(harness.layer), harness.input, weights, harness.switches)
    for input in in_both_orders(harness.input.copy()):
        layer = copy.deepcopy(harness.layer)
        layer.inplace, layer.workspace = True, Workspace() if with_workspace else None
        expect(run(layer, input, weights, harness.switches), expected)


@every_layer
def test_a_gradient_of_another_precision_is_accepted(layer_type: str) -> None:
    harness = default_harness(layer_type, dtype=np.float32)
    weights = weights_for(harness)
    expected = run(copy.deepcopy(harness.layer), harness.input, weights.astype(np.float32), harness.switches)
    for with_workspace in (False, True):
        layer = copy.deepcopy(harness.layer)
        layer.workspace = Workspace() if with_workspace else None
        for name, array in run(layer, harness.input, weights, harness.switches).items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("first", [name for name, layer in layer_types().items() if layer.commutes_with_maximum])
@pytest.mark.parametrize("second", [name for name, layer in layer_types().items() if layer.selects_maximum])
def test_a_layer_that_commutes_with_the_maximum_can_run_after_the_pooling(first: str, second: str) -> None:
    function, pooling = default_harness(first).layer, default_harness(second)
    # Few different numbers, half of them negative: many windows hold the same number twice.
    input = np.random.default_rng(0).integers(-3, 3, pooling.input.shape).astype(np.float32)
    output = pooling.layer(function(input))
    weights = np.random.default_rng(1).normal(size=output.shape).astype(np.float32)
    gradient = function.backward(pooling.layer.backward(weights))
    np.testing.assert_array_equal(function(pooling.layer(input)), output)
    np.testing.assert_array_equal(pooling.layer.backward(function.backward(weights)), gradient)
