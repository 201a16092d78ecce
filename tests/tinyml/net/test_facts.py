"""Facts of a network: the receptive field compared with perturbed pixels, the numbers with the built network."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.net.stacks import stack
from tinyml.core import Pair, Shape
from tinyml.layers.base.stack import all_layers
from tinyml.net import NetworkFacts, NetworkSpecification, Trace, build, collect_facts, infer, record

LENET = stack(
    ("Conv2D", {"filters": 8, "window": [5, 5], "padding": [2, 2]}),
    "ReLu",
    "MaxPool2D",
    ("Conv2D", {"filters": 16, "window": [5, 5], "padding": [2, 2]}),
    "ReLu",
    "MaxPool2D",
    "Flatten",
    ("Linear", {"outputs": 64}),
    "ReLu",
    ("Linear", {"outputs": 10}),
)
HUGE, ROUNDING = 1e6, 1e-3


def facts_of(network: NetworkSpecification, shape: Shape) -> NetworkFacts:
    inference = infer(network, shape)
    assert not inference.problems
    return collect_facts(inference)


def record_with_positive_weights(network: NetworkSpecification, inputs: np.ndarray) -> Trace:
    """Record passes of a network in which a larger pixel makes every output larger that depends on it."""
    net = build(network, inputs.shape[1:], np.random.default_rng(0), dtype=np.float64)
    for parameter in net.parameters:
        parameter.tensor[...] = abs(parameter.tensor) + 0.1
    return record(net, inputs)


def seen_by_perturbing(network: NetworkSpecification, shape: Shape) -> list[Pair]:
    """Return for each layer the most rows and columns of pixels that change one of its outputs."""
    _, rows, columns = shape
    before = np.random.default_rng(1).uniform(1, 2, size=(1, *shape))
    pixels = list(np.ndindex(rows, columns))
    inputs = np.repeat(before, 1 + len(pixels), axis=0)
    for example, (row, column) in enumerate(pixels, 1):
        inputs[example, :, row, column] += HUGE
    found = []
    for entry in record_with_positive_weights(network, inputs).entries:
        outputs = entry.output.reshape(len(inputs), -1)
        # The same sum can differ by rounding, depending on its place in the batch.
        changed = (abs(outputs[1:] - outputs[0]) > ROUNDING).reshape(rows, columns, -1)
        extents = [
            np.ptp(np.argwhere(changed[:, :, unit]), axis=0) + 1
            for unit in range(changed.shape[2])
            if changed[:, :, unit].any()
        ]
        found.append(tuple(int(size) for size in np.max(extents, axis=0)))
    return found


@pytest.mark.parametrize(
    "network",
    [
        stack(("Conv2D", {"window": [3, 2], "stride": [2, 1], "padding": [1, 0]}), "ReLu", "Conv2D"),
        stack("Conv2D", "MaxPool2D", "Conv2D", "Flatten", "ReLu", ("Linear", {"outputs": 3}), "ReLu"),
        stack(("Conv2D", {"window": [3, 3], "dilation": [2, 1], "padding": [0, 1]}), "AvgPool2D", "GlobalAvgPool2D"),
        stack("MaxPool2D", ("Deconv2D", {"window": [3, 3], "stride": [2, 2], "padding": [0, 1]}), "Conv2D"),
        stack(("Deconv2D", {"window": [2, 2], "stride": [3, 1], "padding": [0, 0]}), "ReLu"),
        stack("MaxPool2D", ("Upsample2D", {"scale": [2, 3]}), ("Conv2D", {"window": [2, 2], "padding": [0, 0]})),
        stack("Conv2D", "MaxPool2D", "ReLu", "MaxUnpool2D", "Conv2D"),
        stack("Residual", "MaxPool2D", "Residual"),
        stack("Flatten", ("Linear", {"outputs": 18}), ("Reshape", {"size": [3, 3]}), "Conv2D"),
        stack("BatchNorm2D", "Dropout", ("Conv2D", {"window": [1, 1], "padding": [3, 3]}), "Conv2D"),
    ],
)
def test_the_receptive_field_is_what_perturbed_pixels_change(network: NetworkSpecification) -> None:
    shape = (1, 9, 8)
    facts = facts_of(network, shape)
    assert [layer.receptive_field for layer in facts.layers] == seen_by_perturbing(network, shape)


SPATIAL = st.one_of(
    st.fixed_dictionaries(
        {
            "window": st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list),
            "stride": st.tuples(st.integers(1, 3), st.integers(1, 3)).map(list),
            "padding": st.tuples(st.integers(0, 2), st.integers(0, 2)).map(list),
        }
    ).flatmap(lambda values: st.sampled_from([("Conv2D", values), ("Deconv2D", values)])),
    st.sampled_from(["MaxPool2D", "AvgPool2D", "ReLu", "Upsample2D"]).map(lambda kind: (kind, {})),
)


@given(layers=st.lists(SPATIAL, min_size=1, max_size=4), shape=st.tuples(st.just(1), st.integers(4, 9), st.just(6)))
@settings(max_examples=60, deadline=None)
def test_no_output_of_a_random_network_sees_more_than_its_receptive_field(
    layers: list[tuple[str, dict[str, Any]]], shape: Shape
) -> None:
    network = stack(*layers)
    inference = infer(network, shape)
    if inference.problems or max(inference.output_shape or ()) > 60:
        return
    facts = collect_facts(inference)
    for layer, inferred in zip(facts.layers, inference.layers, strict=True):
        assert layer.receptive_box is not None
        for (first, end), size in zip(layer.receptive_box, shape[1:], strict=True):
            assert 0 <= first <= end <= size
        assert inferred.output_shape is not None
    try:
        measured = seen_by_perturbing(network, shape)
    except ValueError:  # the outputs of a layer see only padding
        return
    for layer, seen in zip(facts.layers, measured, strict=True):
        assert layer.receptive_field is not None
        assert all(most >= size for most, size in zip(layer.receptive_field, seen, strict=True))


def test_outputs_that_see_no_column_see_no_row_either() -> None:
    network = stack(("Conv2D", {"window": [1, 1], "stride": [1, 2], "padding": [0, 1]}), "ReLu")
    assert [layer.receptive_field for layer in facts_of(network, (1, 4, 1)).layers] == [(0, 0), (0, 0)]


def test_the_numbers_are_those_of_the_built_network() -> None:
    facts = facts_of(LENET, (1, 28, 28))
    net = build(LENET, (1, 28, 28))
    trace = record(net, np.zeros((1, 1, 28, 28), np.float32))
    assert [layer.activation_bytes for layer in facts.layers] == [entry.output.nbytes for entry in trace.entries]
    assert facts.activation_bytes == sum(entry.output.nbytes for entry in trace.entries)
    assert facts.parameter_count == sum(parameter.tensor.size for parameter in net.parameters)
    # A multiplication and an addition for each tap, and an addition for the bias.
    assert facts.layers[0].operations == 8 * 28 * 28 * (2 * 25 + 1)
    assert facts.operations == sum(layer.operations or 0 for layer in facts.layers)
    assert facts.complete


def test_the_network_sees_what_its_last_maps_see() -> None:
    facts = facts_of(LENET, (1, 28, 28))
    assert [layer.receptive_field for layer in facts.layers[:6]] == [
        (5, 5),
        (5, 5),
        (6, 6),
        (14, 14),
        (14, 14),
        (16, 16),
    ]
    assert facts.receptive_field == (16, 16)
    assert facts.layers[-1].receptive_field == (28, 28)
    assert facts_of(stack("Flatten", "Linear"), (1, 8, 8)).receptive_field is None


def test_the_box_belongs_to_the_output_in_the_middle() -> None:
    facts = facts_of(stack("Conv2D"), (1, 9, 7))
    assert facts.layers[0].receptive_box == ((3, 6), (2, 5))


def test_vectors_have_no_receptive_field() -> None:
    facts = facts_of(stack(("Linear", {"outputs": 3}), "ReLu"), (5,))
    assert [layer.receptive_field for layer in facts.layers] == [None, None]
    assert (facts.operations, facts.activation_bytes, facts.receptive_field) == (3 * 11 + 3, 24, None)


def test_layers_inside_a_block_have_facts() -> None:
    network = stack("Conv2D", "Residual", ("Residual", {"layers": stack("Residual").model_dump()["layers"]}))
    facts, net = facts_of(network, (1, 8, 8)), build(network, (1, 8, 8))
    inner = facts.layer(("layer_1", "conv_2"))
    assert inner is not None
    assert inner.receptive_field == (7, 7)
    assert facts.layers[1].receptive_field == (7, 7)
    assert facts.layers[1].activation_bytes == 4 * 8 * 8 * 8 * 5  # the block and four layers inside
    nested = facts.layer(("layer_2", "layer_0", "conv_1"))
    assert nested is not None
    assert nested.receptive_field == (8, 8)
    assert facts.layer(("layer_2", "conv_1")) is None
    assert facts.layer(()) is None
    built = [*net.layers, *list(all_layers([net["layer_1"]]))[1:]]
    for layer, made in zip((*facts.layers, *facts.layers[1].inside), built, strict=True):
        assert layer.parameter_count == sum(parameter.tensor.size for parameter in made.parameters)


def test_after_a_problem_only_the_parameters_are_counted() -> None:
    inference = infer(stack("Conv2D", ("MaxPool2D", {"window": 9}), "Conv2D"), (1, 8, 8))
    facts = collect_facts(inference)
    assert facts.layers[0].receptive_field == (3, 3)
    assert [layer.operations for layer in facts.layers[1:]] == [None, None]
    assert [layer.activation_bytes for layer in facts.layers[1:]] == [None, None]
    assert [layer.receptive_field for layer in facts.layers[1:]] == [None, None]
    assert facts.parameter_count == inference.parameter_count == 80
    assert (facts.operations, facts.receptive_field, facts.complete) == (8 * 64 * 19, (3, 3), False)


def test_a_network_without_known_input_has_no_facts() -> None:
    facts = collect_facts(infer(LENET, None))
    assert (facts.operations, facts.activation_bytes, facts.receptive_field, facts.complete) == (0, 0, None, False)
