"""What every layer type keeps to so that training may cut batches, use twins and lend memory to them."""

import copy
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.layers.bench import MAPS, VECTOR, Bench, default_bench, make_bench, settings_of
from tinyml.core.buffers import Buffers
from tinyml.core.windows import batch_to_end, batch_to_front
from tinyml.layers import Layer, layer_types

every_layer = pytest.mark.parametrize("layer_type", layer_types())
every_layer_in_micro_batches = pytest.mark.parametrize(
    "layer_type", [name for name in layer_types() if default_bench(name).layer.in_micro_batches]
)
every_layer_whose_output_is_free = pytest.mark.parametrize(
    "layer_type", [name for name, layer in layer_types().items() if not layer.needs_output]
)

Results = dict[str, np.ndarray]


def run(layer: Layer, input: np.ndarray, weights: np.ndarray, switches: tuple[np.ndarray, ...] = ()) -> Results:
    """Return copies of what a layer computes forward and backward, and of the gradients of its parameters."""
    layer.zero_grad()
    output = layer(input, *switches).copy()
    gradient = layer.backward(weights).copy()
    parameters = {name: parameter.gradient.copy() for name, parameter in layer.named_parameters.items()}
    return {"output": output, "gradient": gradient, **parameters}


def expect(found: Results, expected: Results) -> None:
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-10, atol=1e-11, err_msg=name)


def weights_for(bench: Bench) -> np.ndarray:
    return np.random.default_rng(0).normal(size=bench.forward().shape)


def in_both_orders(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield an array with the batch first in memory, and with the batch last."""
    yield np.ascontiguousarray(array)
    yield batch_to_front(np.ascontiguousarray(batch_to_end(array)))


@every_layer_in_micro_batches
@given(data=st.data(), cuts=st.sets(st.integers(1, 4)))
@settings(max_examples=30, deadline=None)
def test_parts_of_a_batch_give_what_the_whole_gives(layer_type: str, data: st.DataObject, cuts: set[int]) -> None:
    values = data.draw(settings_of(layer_type))
    benches = (make_bench(layer_type, values, shape, examples=5) for shape in (MAPS, VECTOR))
    bench = next((each for each in benches if each is not None), None)
    assume(bench is not None)
    assert bench is not None
    weights = weights_for(bench)
    expected = run(copy.deepcopy(bench.layer), bench.input, weights)
    ends = [0, *sorted(cuts), 5]
    twins = [bench.layer.twin() for _ in ends[1:]]
    # All of them are in the middle of their work at the same time.
    parts = [slice(first, end) for first, end in pairwise(ends)]
    outputs = [twin(bench.input[part]) for twin, part in zip(twins, parts, strict=True)]
    gradients = [twin.backward(weights[part]) for twin, part in zip(twins, parts, strict=True)]
    sums = {name: sum(twin.named_parameters[name].gradient for twin in twins) for name in bench.layer.named_parameters}
    expect({"output": np.concatenate(outputs), "gradient": np.concatenate(gradients), **sums}, expected)


@every_layer_in_micro_batches
def test_nothing_is_random_in_micro_batches(layer_type: str) -> None:
    layer = default_bench(layer_type).layer
    assert not layer.generators
    assert not layer.named_buffers


@every_layer_in_micro_batches
def test_a_twin_has_the_same_tensors_and_gradients_of_its_own(layer_type: str) -> None:
    bench = default_bench(layer_type)
    layer, weights = bench.layer, weights_for(bench)
    expected = run(copy.deepcopy(layer), bench.input, weights)
    layer.forward(bench.input)
    twin = layer.twin()
    twin.forward(-bench.input)
    twin.backward(-weights)
    assert list(twin.named_parameters) == list(layer.named_parameters)
    for own, parameter in zip(twin.parameters, layer.parameters, strict=True):
        assert own.tensor is parameter.tensor
        assert not np.shares_memory(own.gradient, parameter.gradient)
        assert not parameter.gradient.any()
        assert own.gradient.any()
        names = [name for name, value in vars(layer).items() if value is parameter]
        assert all(getattr(twin, name) is own for name in names)
    # What the layer remembers of its own pass is as it was.
    np.testing.assert_array_equal(layer.backward(weights), expected["gradient"])


@every_layer_whose_output_is_free
@pytest.mark.parametrize("lends", [False, True])
def test_an_output_that_is_not_needed_is_not_read(layer_type: str, lends: bool) -> None:
    bench = default_bench(layer_type)
    weights = weights_for(bench)
    expected = run(copy.deepcopy(bench.layer), bench.input, weights)
    layer = bench.layer
    layer.buffers = Buffers() if lends else None
    layer(bench.input, *bench.switches)[...] = np.nan
    np.testing.assert_array_equal(layer.backward(weights), expected["gradient"])
    for name, parameter in layer.named_parameters.items():
        np.testing.assert_array_equal(parameter.gradient, expected[name])


@every_layer
def test_learning_adds_what_the_way_back_adds(layer_type: str) -> None:
    bench = default_bench(layer_type)
    weights = weights_for(bench)
    expected = run(copy.deepcopy(bench.layer), bench.input, weights, bench.switches)
    layer = bench.layer
    layer(bench.input, *bench.switches)
    for times in (1, 2):
        layer.learn(weights)
        for name, parameter in layer.named_parameters.items():
            np.testing.assert_allclose(parameter.gradient, times * expected[name], rtol=1e-10, atol=1e-11)


@every_layer
def test_lent_memory_changes_nothing(layer_type: str) -> None:
    bench, other = default_bench(layer_type, examples=4), default_bench(layer_type, examples=3, seed=1)
    weights = weights_for(bench)
    for input in in_both_orders(bench.input):
        for gradient in in_both_orders(weights):
            layer, lent = copy.deepcopy(bench.layer), copy.deepcopy(bench.layer)
            lent.buffers = Buffers()
            for _ in range(3):
                expect(run(lent, input, gradient, bench.switches), run(layer, input, gradient, bench.switches))
                # Something else in between, of another size: nothing of it may be left.
                for each in (lent, layer):
                    run(each, other.input, weights_for(other), other.switches)


@every_layer
@pytest.mark.parametrize("lends", [False, True])
def test_a_layer_leaves_alone_what_it_was_given(layer_type: str, lends: bool) -> None:
    bench = default_bench(layer_type)
    weights = weights_for(bench)
    for input in in_both_orders(bench.input):
        layer, gradient = copy.deepcopy(bench.layer), weights.copy()
        layer.buffers = Buffers() if lends else None
        input.flags.writeable = gradient.flags.writeable = False
        for _ in range(2):
            output = layer(input, *bench.switches)
            before = output.copy()
            layer.backward(gradient)
            np.testing.assert_array_equal(output, before)
        np.testing.assert_array_equal(input, bench.input)
        np.testing.assert_array_equal(gradient, weights)


@every_layer
@pytest.mark.parametrize("lends", [False, True])
def test_a_layer_that_may_overwrite_its_input_gives_the_same(layer_type: str, lends: bool) -> None:
    bench = default_bench(layer_type, examples=4)
    weights = weights_for(bench)
    expected = run(copy.deepcopy(bench.layer), bench.input, weights, bench.switches)
    for input in in_both_orders(bench.input.copy()):
        layer = copy.deepcopy(bench.layer)
        layer.overwrites, layer.buffers = True, Buffers() if lends else None
        expect(run(layer, input, weights, bench.switches), expected)


@every_layer
def test_a_gradient_of_another_precision_is_taken(layer_type: str) -> None:
    bench = default_bench(layer_type, dtype=np.float32)
    weights = weights_for(bench)
    expected = run(copy.deepcopy(bench.layer), bench.input, weights.astype(np.float32), bench.switches)
    for lends in (False, True):
        layer = copy.deepcopy(bench.layer)
        layer.buffers = Buffers() if lends else None
        for name, array in run(layer, bench.input, weights, bench.switches).items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-4, atol=1e-4, err_msg=name)
