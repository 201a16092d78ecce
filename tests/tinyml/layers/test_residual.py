"""Residual: a stack of layers inside one layer."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers.harness import check_gradients, make_harness
from tests.tinyml.net.stacks import stack
from tinyml.core import SettingsError, ShapeError, TinymlError
from tinyml.layers import BatchNorm2D, Conv2D, Dropout, Linear, MaxPool2D, MaxUnpool2D, ReLU, Residual, Tanh, Upsample2D
from tinyml.layers.base.specification import LayerSpecification
from tinyml.layers.relu import ReLUSettings
from tinyml.layers.residual import ResidualSettings
from tinyml.net import NetworkSpecification, Sequential, build, build_inferred, infer, record

MAPS = (2, 4, 5)


def nested(depth: int) -> list[dict]:
    """Return the specification of residual layers inside each other, `depth` of them."""
    inside = [] if depth == 1 else nested(depth - 1)
    return [{"type": "Residual", "name": "r", "settings": {"layers": inside or [{"type": "ReLu", "name": "relu"}]}}]


def inside(*layers: tuple[str, dict]) -> dict:
    """Return settings with these layers inside, named layer_0, layer_1, …"""
    return {"layers": stack(*layers).model_dump()["layers"]}


BLOCKS = [
    (inside(("Conv2D", {"filters": 3}), ("Tanh", {}), ("Conv2D", {"filters": 2})), MAPS),
    (inside(("BatchNorm2D", {}), ("LeakyReLu", {}), ("Conv2D", {"filters": 2, "window": 1, "padding": 0})), MAPS),
    (inside(("MaxPool2D", {}), ("ReLu", {}), ("MaxUnpool2D", {})), (2, 4, 4)),
    (inside(("Dropout", {}), ("Linear", {"outputs": 7})), (7,)),
    (inside(("Linear", {"outputs": 3}), ("Residual", {}), ("Linear", {"outputs": 7})), (7,)),
    ({}, MAPS),
    ({}, (7,)),
]
every_block = pytest.mark.parametrize(("settings", "shape"), BLOCKS)


def random_residual(shape: tuple[int, ...] = MAPS, seed: int = 0) -> Residual:
    return Residual("res", shape, rng=np.random.default_rng(seed), dtype=np.float64)


@every_block
def test_the_gradient_is_the_derivative_for_any_layers_inside(settings: dict, shape: tuple[int, ...]) -> None:
    harness = make_harness("Residual", settings, shape, examples=3)
    assert harness is not None
    check_gradients(harness)


@every_block
def test_inference_lists_every_tensor_inside(settings: dict, shape: tuple[int, ...]) -> None:
    harness = make_harness("Residual", settings, shape)
    assert harness is not None
    shapes = {**harness.settings.parameter_shapes(shape), **harness.settings.buffer_shapes(shape)}
    assert {name: tensor.shape for name, tensor in harness.layer.named_tensors.items()} == shapes
    assert harness.settings.explain(shape).endswith(".")
    assert "\n" not in harness.settings.describe()


def test_it_adds_its_input_to_the_output_of_the_layers_inside() -> None:
    fc = Linear("fc", 3, 3, dtype=np.float64)
    layer, input = Residual("res", 3, [fc]), np.random.default_rng(0).normal(size=(2, 3))
    np.testing.assert_array_equal(layer(input), input + fc(input))
    np.testing.assert_array_equal(layer.backward(np.ones((2, 3))), 1 + np.ones((2, 3)) @ fc.weight.tensor)
    assert layer.named_parameters == {"fc.weight": fc.weight, "fc.bias": fc.bias}


def test_settings_from_layers_make_an_equal_layer() -> None:
    layers = [Conv2D("c", MAPS, 2, 3, 3, 1, 1, initialiser="he_normal"), Tanh("t")]
    layer = Residual("res", MAPS, layers)
    again = Residual.from_settings("res", layer.settings, MAPS, np.random.default_rng(0), np.float32)
    assert again.settings == layer.settings
    assert repr(again) == repr(layer) == "Residual('res', x + c → t)"
    assert ResidualSettings.model_validate_json(layer.settings.model_dump_json()) == layer.settings


def test_modes_generators_and_gradients_reach_the_layers_inside() -> None:
    rng = np.random.default_rng(0)
    inner = Residual("inner", 4, [Dropout("drop", 0.5, rng=rng), Linear("fc", 4, 4)])
    net = Sequential([Residual("outer", 4, [inner])])
    net.eval()
    assert not inner.layers[0].training
    assert not inner.training
    net.train()
    assert inner.layers[0].training
    assert net.generators == [rng]
    net(np.ones((2, 4), np.float32))
    net.backward(np.ones((2, 4), np.float32))
    weight = net.named_parameters["outer.inner.fc.weight"]
    assert weight.gradient.any()
    net.zero_grad()
    assert not weight.gradient.any()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (inside(("Conv2D", {"filters": 5})), r"turn 2×4×5 into 5×4×5, but their output is added to the input and must"),
        (inside(("Linear", {})), r"Inside, layer_0: Linear needs a vector but receives 2×4×5"),
        (inside(("Lineer", {})), r"Inside, layer_0: .*Did you mean 'Linear'"),
        (inside(("MaxUnpool2D", {})), r"Inside, layer_0: MaxUnpool2D undoes a MaxPool2D"),
        (inside(("ReLu", {"slope": 1})), r"Inside, layer_0: There is no setting 'slope'"),
    ],
)
def test_layers_inside_that_do_not_fit_give_a_problem_with_a_fix(settings: dict, words: str) -> None:
    network = stack(("Residual", settings))
    (problem,) = infer(network, MAPS).problems
    assert problem.sentence
    with pytest.raises(ShapeError, match=words) as caught:
        ResidualSettings.model_validate(settings).output_shape(MAPS)
    fixed = ResidualSettings.model_validate({**settings, **caught.value.fix.settings})
    assert fixed.output_shape(MAPS) == MAPS


def test_unpooling_inside_does_not_use_a_pooling_outside() -> None:
    network = stack("MaxPool2D", ("Residual", inside(("MaxUnpool2D", {}))))
    assert "no MaxPool2D before it" in infer(network, (1, 4, 4)).problems[0].sentence


def test_the_depth_of_nesting_is_limited() -> None:
    assert ResidualSettings(layers=nested(2)).output_shape((3,)) == (3,)
    problem = infer(stack(("Residual", {"layers": nested(3)})), (3,)).problems[0]
    assert problem.sentence.endswith("but should be nested at most 3 deep.")
    assert len(problem.sentence) < 120
    with pytest.raises(SettingsError, match="Layer 'r': Inside is"):
        Residual("r", 3, [Residual("a", 3, [Residual("b", 3, [Residual("c", 3, [Residual("d", 3)])])])])


@pytest.mark.parametrize("damaged", [{"layers": 3}, {"layers": [3]}, {"layers": [{"type": "ReLu"}]}])
def test_damaged_layers_inside_are_a_problem_and_not_a_crash(damaged: dict) -> None:
    for values in (damaged, {"layers": [{"type": "Residual", "name": "r", "settings": damaged}]}):
        assert infer(stack(("Residual", values)), (3,)).problems


def test_a_network_specification_is_the_same_after_saving_and_opening() -> None:
    specification = LayerSpecification(
        type="Residual",
        name="r",
        settings={"layers": (LayerSpecification(type="Conv2D", name="c", settings={"window": (3, 3)}),)},
    )
    assert LayerSpecification.model_validate_json(specification.model_dump_json()) == specification


def test_a_trace_records_one_layer() -> None:
    net = build(stack("Residual", "ReLu"), MAPS, np.random.default_rng(0))
    trace = record(net, np.ones((1, *MAPS), np.float32))
    assert [entry.layer.name for entry in trace.entries] == ["layer_0", "layer_1"]
    assert trace.entries[0].switches is None


def test_its_counterpart_in_pytorch_holds_those_of_the_layers_inside() -> None:
    module = ResidualSettings.model_validate(inside(("Residual", {}), ("Softmax", {}))).pytorch((3,))
    assert module is not None
    assert module.expression.startswith(
        "Residual(OrderedDict([('layer_0', Residual(OrderedDict([('linear_1', nn.Linear("
    )
    assert [definition.split("(")[0] for definition in module.definitions] == ["class Residual", "class ClampedSoftmax"]


def test_it_has_no_counterpart_in_pytorch_with_switches_or_dots_inside() -> None:
    unpooling = inside(("MaxPool2D", {}), ("MaxUnpool2D", {}))
    dotted = {"layers": [{"type": "Tanh", "name": "a.b"}]}
    for values in (unpooling, dotted):
        assert ResidualSettings.model_validate(values).pytorch((1, 4, 4)) is None


# ------------------------------------------------------------------------------------------------------- deconvnet


def test_a_deconvnet_adds_the_signal_and_the_signal_through_the_layers_inside() -> None:
    conv = Conv2D("c", MAPS, 2, 3, 3, 1, 1, dtype=np.float64)
    layer, (signal, input) = (
        Residual("res", MAPS, [conv, ReLU("r")]),
        np.random.default_rng(0).normal(size=(2, 1, *MAPS)),
    )
    expected = signal + conv.deconvolve(np.maximum(signal, 0), input, None)
    np.testing.assert_allclose(layer.deconvolve(signal, input, None), expected)
    assert layer.deconvolution is not None
    assert layer.deconvolution.operation == "both ways"


def test_guided_backpropagation_adds_the_signal_and_the_signal_through_the_layers_inside() -> None:
    conv = Conv2D("c", MAPS, 2, 3, 3, 1, 1, dtype=np.float64)
    relu, (signal, input) = ReLU("r"), np.random.default_rng(0).normal(size=(2, 1, *MAPS))
    through = conv.input_gradient(relu.guided_gradient(signal, conv(input), None), input, None)
    found = Residual("res", MAPS, [conv, relu]).guided_gradient(signal, input, None)
    np.testing.assert_allclose(found, signal + through)


def test_a_deconvnet_uses_the_switches_of_the_recorded_input_for_pooling_inside() -> None:
    shape = (1, 2, 2)
    layer = Residual("res", shape, [MaxPool2D("p", shape, 2, 2), Upsample2D("u", 2)])
    recorded = np.array([[[[1.0, 9.0], [2.0, 3.0]]]])
    layer(recorded[:, :, ::-1, ::-1])  # a pass after the recorded one
    down = layer.deconvolve(np.ones((1, *shape)), recorded, None)
    np.testing.assert_array_equal(down, [[[[1, 5], [1, 1]]]])


def test_a_deconvnet_cannot_pass_if_it_cannot_pass_the_layers_inside() -> None:
    layer = Residual("res", MAPS, [Tanh("t")])
    assert layer.deconvolution is None
    with pytest.raises(TinymlError, match=r"cannot go back through Residual \('res'\)"):
        layer.deconvolve(np.ones((1, *MAPS)), np.ones((1, *MAPS)), None)


def test_a_deconvnet_passes_a_pooling_that_is_undone_inside() -> None:
    layer = Residual("res", (1, 2, 2), [MaxPool2D("p", (1, 2, 2), 2, 2), MaxUnpool2D("u", (1, 1, 1), 2, 2)])
    image, signal = np.array([[[[1.0, 5.0], [2.0, 3.0]]]]), np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    np.testing.assert_array_equal(layer.deconvolve(signal, image, None), [[[[1, 4], [3, 4]]]])


@given(seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_a_deconvnet_does_not_disturb_a_forward_pass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = Residual("outer", MAPS, [BatchNorm2D("b", MAPS, dtype=np.float64), random_residual()])
    input, other, signal = rng.normal(size=(3, 2, *MAPS))
    layer(input)
    expected = copy.deepcopy(layer).backward(signal)
    before = {name: buffer.copy() for name, buffer in layer.named_buffers.items()}
    layer.deconvolve(signal, other, None)
    np.testing.assert_array_equal(layer.backward(signal), expected)
    for name, buffer in layer.named_buffers.items():
        np.testing.assert_array_equal(buffer, before[name])
    assert layer.layers[0].training


def test_the_receptive_field_covers_the_layers_inside_and_the_connection_around_them() -> None:
    settings = ResidualSettings.model_validate(
        inside(("Conv2D", {"filters": 1, "padding": [2, 1], "window": [3, 3], "dilation": [2, 1]}))
    )
    assert settings.receptive_field(((2, 3), (2, 3)), (1, 9, 9)) == ((0, 5), (1, 4))
    shifted = ResidualSettings.model_validate(
        inside(
            ("Conv2D", {"filters": 1, "window": [1, 1], "padding": [3, 0]}),
            ("MaxPool2D", {"window": [7, 1], "stride": [1, 1]}),
        )
    )
    assert shifted.output_shape((1, 4, 4)) == (1, 4, 4)
    assert shifted.receptive_field(((0, 1), (0, 1)), (1, 4, 4)) == ((0, 4), (0, 1))


def test_the_receptive_field_is_one_pixel_if_the_layers_inside_read_only_padding() -> None:
    conv = ("Conv2D", {"filters": 1, "window": [1, 1], "padding": [3, 0]})
    settings = ResidualSettings.model_validate(inside(conv, ("MaxPool2D", {"window": [2, 1], "stride": [4, 1]})))
    assert settings.output_shape((1, 2, 2)) == (1, 2, 2)
    assert settings.receptive_field(((0, 1), (0, 1)), (1, 2, 2)) == ((0, 1), (0, 1))


def test_the_layers_inside_are_inferred_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested layers answer many questions about shapes from one inference."""
    validate, validated = ReLUSettings.model_validate, []

    def count(values: Any) -> Any:
        validated.append(values)
        return validate(values)

    monkeypatch.setattr(ReLUSettings, "model_validate", count)
    network = NetworkSpecification(layers=tuple(LayerSpecification(**each) for each in nested(3)))
    build_inferred(infer(network, MAPS))
    assert len(validated) == 1


def test_a_copy_with_other_layers_infers_them() -> None:
    before = ResidualSettings(layers=(LayerSpecification(type="ReLu", name="relu"),))
    assert before.parameter_shapes((4,)) == {}
    after = before.model_copy(
        update={"layers": (LayerSpecification(type="Linear", name="fc", settings={"outputs": 4}),)}
    )
    assert after.parameter_shapes((4,)) == {"fc.weight": (4, 4), "fc.bias": (4,)}
    assert before == ResidualSettings(layers=before.layers)
