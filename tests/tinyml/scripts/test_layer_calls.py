"""The contract of `LayerSettings.constructor_arguments`, for every registered layer type."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tinyml.layers
from tests.tinyml.layers.harness import settings_of
from tests.tinyml.net.stacks import stack
from tinyml.layers import Layer, LayerSettings, layer_types
from tinyml.net import LayerInference, infer
from tinyml.scripts.tinyml_script import layer_call

SHAPES = ((2, 6, 5), (7,))


@st.composite
def inferred_layers(draw: st.DrawFn, layer_type: str) -> tuple[LayerInference, ...]:
    """Draw settings and a shape that fits; return the layer, after the pooling that it undoes if it undoes one."""
    values = draw(settings_of(layer_type))
    pooling = layer_types()[layer_type].Settings.paired_pooling
    before = [(pooling, draw(settings_of(pooling)))] if pooling else []
    for shape in draw(st.permutations(SHAPES)):
        inference = infer(stack(*before, (layer_type, values)), shape)
        if not inference.problems:
            return inference.layers
    return ()


@pytest.mark.parametrize("layer_type", layer_types())
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_the_written_call_makes_a_layer_with_equal_settings(layer_type: str, data: st.DataObject) -> None:
    layers = data.draw(inferred_layers(layer_type))
    if not layers:
        return
    code = layer_call(layers[-1])
    layer: Layer = eval(code, vars(tinyml.layers).copy() | {layer_type: layer_types()[layer_type]})
    assert layer.name == layers[-1].specification.name
    made: LayerSettings = layer.settings
    if len(layers) > 1:
        assert layers[0].settings is not None
        assert layers[0].input_shape is not None
        made = made.with_paired_pooling(layers[0].settings, layers[0].input_shape)
    assert made == layers[-1].settings
    assert getattr(layer, "input_dim", layers[-1].input_shape) == layers[-1].input_shape


@pytest.mark.parametrize("layer_type", layer_types())
def test_the_call_leaves_out_what_is_a_default(layer_type: str) -> None:
    for shape in SHAPES:
        before = [layer_types()[layer_type].Settings.paired_pooling or "ReLu"]
        inference = infer(stack(*before, layer_type), shape)
        if not inference.problems:
            call = layer_call(inference.layers[-1])
            assert "initialiser" not in call
            assert "dilation" not in call
            assert "eps" not in call


def test_calls_are_as_a_person_writes_them() -> None:
    network = stack(
        ("Conv2D", {"filters": 8, "window": (5, 5), "padding": (2, 2)}),
        ("MaxPool2D", {"window": (2, 3), "stride": (2, 2)}),
        "Flatten",
        ("Linear", {"outputs": 10, "bias": False}),
        ("Dropout", {"probability": 0.25}),
    )
    assert [layer_call(inferred) for inferred in infer(network, (1, 28, 28)).layers] == [
        'Conv2D("layer_0", (1, 28, 28), n_filter=8, h_filter=5, w_filter=5, stride=1, padding=2)',
        'MaxPool2D("layer_1", (8, 28, 28), size=(2, 3), stride=2)',
        'Flatten("layer_2")',
        'Linear("layer_3", 1456, 10, bias=False)',
        'Dropout("layer_4", probability=0.25)',
    ]
