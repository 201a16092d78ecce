"""The contract of every layer type. The tests find all layer types, so they test a new layer file too."""

import ast
import copy
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinyml.layers
from tests.tinyml.layers.harness import MAPS, VECTOR, check_gradients, default_harness, harnesses, settings_of
from tinyml.core import Parameter, ShapeError, TinymlError, set_seed
from tinyml.layers import Family, Layer, LayerSettings, display_name, find_layer_type, layer_types

every_layer = pytest.mark.parametrize("layer_type", layer_types())
every_differentiated_layer = pytest.mark.parametrize(
    "layer_type", [name for name, layer in layer_types().items() if not layer.gradient_exception]
)
every_exception = pytest.mark.parametrize(
    "layer_type", [name for name, layer in layer_types().items() if layer.gradient_exception]
)
SHAPES = (MAPS, VECTOR, (3, 1, 1), (4, 9), (1, 2, 3, 4))


def refusal(function: Callable[..., Any], *arguments: Any) -> str:
    """Return the error message of a call; empty if there is no error."""
    try:
        function(*arguments)
    except ShapeError as error:
        return str(error)
    return ""


@every_layer
def test_a_layer_type_has_all_its_texts(layer_type: str) -> None:
    model = layer_types()[layer_type].Settings
    assert issubclass(model, LayerSettings)
    assert model.family in get_args(Family)
    assert model.summary
    assert model.formula
    assert "\n" not in model.formula
    assert model.short_name.isidentifier()
    assert model.short_name == model.short_name.lower()
    assert layer_types()[layer_type].__doc__
    for name, field in model.model_fields.items():
        assert field.title, name
        assert (field.description or "").endswith("."), name


def test_automatic_names_differ() -> None:
    stems = [layer.Settings.short_name for layer in layer_types().values()]
    assert len(set(stems)) == len(stems)


@every_layer
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_settings_are_the_same_after_json(layer_type: str, data: st.DataObject) -> None:
    model = layer_types()[layer_type].Settings
    values = model.model_validate(data.draw(settings_of(layer_type)))
    assert model.model_validate_json(values.model_dump_json()) == values
    assert "\n" not in values.describe()


@every_layer
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_inference_agrees_with_the_layer(layer_type: str, data: st.DataObject) -> None:
    harness = data.draw(harnesses(layer_type))
    layer, shape = harness.layer, harness.input.shape[1:]
    assert layer.settings == harness.settings
    assert harness.forward().shape[1:] == layer.settings.output_shape(shape) == layer.output_shape(shape)
    for arrays, shapes in (
        ({name: each.tensor for name, each in layer.named_parameters.items()}, layer.settings.parameter_shapes(shape)),
        (layer.named_buffers, layer.settings.buffer_shapes(shape)),
    ):
        assert [(name, array.shape) for name, array in arrays.items()] == list(shapes.items())
    assert layer.settings.explain(shape).endswith(".")
    assert all(note.endswith(".") for note in layer.settings.notes(shape))


@every_layer
def test_counts_its_operations(layer_type: str) -> None:
    harness = default_harness(layer_type)
    count = harness.settings.operations(harness.input.shape[1:])
    assert isinstance(count, int)
    assert count >= 0
    assert count or layer_type in {"Dropout", "Flatten", "MaxUnpool2D", "Reshape", "Upsample2D"}


@every_differentiated_layer
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_backward_is_the_derivative_of_forward(layer_type: str, data: st.DataObject) -> None:
    check_gradients(data.draw(harnesses(layer_type)))


@every_exception
def test_a_gradient_exception_passes_the_gradient_through(layer_type: str) -> None:
    harness = default_harness(layer_type)
    weights = np.random.default_rng(0).normal(size=harness.forward().shape)
    np.testing.assert_array_equal(harness.gradients(weights)["input"], weights)


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_computes_in_the_dtype_of_its_tensors(layer_type: str, dtype: type[np.floating]) -> None:
    harness = default_harness(layer_type, dtype=dtype)
    output = harness.forward()
    assert output.dtype == dtype
    assert all(gradient.dtype == dtype for gradient in harness.gradients(np.ones_like(output)).values())


@every_layer
def test_both_precisions_give_the_same(layer_type: str) -> None:
    single, double = (default_harness(layer_type, dtype=dtype) for dtype in (np.float32, np.float64))
    weights = np.random.default_rng(0).normal(size=double.forward().shape)
    np.testing.assert_allclose(single.forward(), double.forward(), rtol=1e-4, atol=1e-5)
    exact_gradients = double.gradients(weights)
    for name, gradient in single.gradients(weights.astype(np.float32)).items():
        np.testing.assert_allclose(gradient, exact_gradients[name], rtol=1e-4, atol=1e-4)


@every_layer
def test_memory_order_does_not_matter(layer_type: str) -> None:
    harness = default_harness(layer_type)
    weights = np.random.default_rng(0).normal(size=harness.forward().shape)
    spread = np.repeat(harness.input, 2, axis=-1)[..., ::2]
    reversed_axes = harness.input.T.copy().T
    for same in (spread, reversed_axes):
        assert not same.flags.c_contiguous
        np.testing.assert_allclose(harness.forward(same), harness.forward(), rtol=1e-12)
        expected = harness.gradients(weights)
        for name, gradient in harness.gradients(weights.T.copy().T, same).items():
            np.testing.assert_allclose(gradient, expected[name], rtol=1e-10, atol=1e-12)


@every_layer
def test_an_example_does_not_depend_on_its_batch(layer_type: str) -> None:
    harness = default_harness(layer_type, examples=3)
    harness.layer.training = False
    alone = copy.deepcopy(harness.layer)(harness.input[1:2], *(switches[1:2] for switches in harness.switches))
    np.testing.assert_allclose(alone[0], harness.forward()[1], rtol=1e-12)


@every_layer
def test_an_empty_batch_gives_an_empty_batch(layer_type: str) -> None:
    harness = default_harness(layer_type)
    expected = harness.forward().shape[1:]
    output = harness.layer(harness.input[:0], *(switches[:0] for switches in harness.switches))
    assert output.shape == (0, *expected)
    assert harness.layer.backward(output).shape == harness.input[:0].shape


@every_layer
def test_leaves_its_arguments_alone(layer_type: str) -> None:
    harness = default_harness(layer_type)
    before = harness.input.copy()
    harness.input.flags.writeable = False
    weights = np.ones_like(harness.forward())
    weights.flags.writeable = False
    harness.gradients(weights)
    np.testing.assert_array_equal(harness.input, before)


@every_layer
def test_a_result_is_never_overwritten_later(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer = harness.layer
    output = layer(harness.input, *harness.switches)
    gradient = layer.backward(np.ones_like(output))
    kept = output.copy(), gradient.copy()
    layer.backward(np.full_like(output, 2.0))
    layer.backward(np.full_like(layer(-harness.input, *harness.switches), 3.0))
    np.testing.assert_array_equal(output, kept[0])
    np.testing.assert_array_equal(gradient, kept[1])


@every_layer
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_input_fits_or_the_error_names_the_layer(layer_type: str, shape: tuple[int, ...]) -> None:
    harness = default_harness(layer_type)
    input = np.ones((2, *shape))
    sentence = refusal(harness.layer, input, *harness.switches)
    if sentence:
        assert f"the_{layer_type}" in sentence
        assert str(shape[0]) in sentence
    else:
        assert harness.layer(input, *harness.switches).shape == (2, *harness.layer.output_shape(shape))


@every_layer
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_errors_of_shape_inference_name_the_layer(layer_type: str, shape: tuple[int, ...]) -> None:
    layer = default_harness(layer_type).layer
    sentence = refusal(layer.output_shape, shape)
    assert not sentence or sentence.startswith(f"Layer 'the_{layer_type}': ")
    assert bool(sentence) == bool(refusal(layer.settings.output_shape, shape))


@every_differentiated_layer
def test_backward_without_forward_raises_an_error(layer_type: str) -> None:
    harness = default_harness(layer_type)
    with pytest.raises(TinymlError, match=f"the_{layer_type}"):
        harness.layer.backward(np.ones_like(harness.forward()))


@every_layer
def test_gradients_accumulate_until_they_are_cleared(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer = harness.layer
    weights = np.random.default_rng(0).normal(size=layer(harness.input, *harness.switches).shape)
    layer.backward(weights)
    once = [parameter.gradient.copy() for parameter in layer.parameters]
    layer.backward(weights)
    for parameter, gradient in zip(layer.parameters, once, strict=True):
        assert gradient.any()
        np.testing.assert_allclose(parameter.gradient, 2 * gradient, rtol=1e-12)
    layer.zero_grad()
    assert not any(parameter.gradient.any() for parameter in layer.parameters)


@every_layer
def test_the_generator_decides_everything_random(layer_type: str) -> None:
    first, second, other = (default_harness(layer_type, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.forward(), second.forward())
    for mine, same, different in zip(
        first.layer.parameters, second.layer.parameters, other.layer.parameters, strict=True
    ):
        assert isinstance(mine, Parameter)
        np.testing.assert_array_equal(mine.tensor, same.tensor)
        starts_constant = np.ptp(mine.tensor) == 0
        assert (mine.tensor != different.tensor).any() or starts_constant


@every_layer
def test_evaluation_is_not_random(layer_type: str) -> None:
    harness = default_harness(layer_type)
    harness.layer.training = False
    set_seed(0)
    first = harness.layer(harness.input, *harness.switches).copy()
    np.testing.assert_array_equal(harness.layer(harness.input, *harness.switches), first)


@every_layer
def test_a_deconvnet_has_a_way_back_or_an_error_with_the_reason(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer = harness.layer
    output = layer(harness.input, *harness.switches)
    recorded = layer.switches if layer.records_switches else next(iter(harness.switches), None)
    if layer.deconvolution:
        assert layer.deconvolve(np.ones_like(output), harness.input, recorded).shape == harness.input.shape
    else:
        with pytest.raises(TinymlError, match=f"'the_{layer_type}'"):
            layer.deconvolve(np.ones_like(output), harness.input, recorded)


@every_layer
def test_the_gradient_of_a_recorded_pass_is_the_derivative_and_changes_nothing(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer, generator = harness.layer, np.random.default_rng(1)
    layer.training = False
    output = layer(harness.input, *harness.switches)
    recorded = layer.switches if layer.records_switches else next(iter(harness.switches), None)
    signal, direction = generator.normal(size=output.shape), generator.normal(size=harness.input.shape)
    gradients = [parameter.gradient.copy() for parameter in layer.parameters]
    state = dict(vars(layer))
    found = layer.input_gradient(signal, harness.input, recorded)
    assert all(vars(layer)[name] is value for name, value in state.items())
    for parameter, gradient in zip(layer.parameters, gradients, strict=True):
        np.testing.assert_array_equal(parameter.gradient, gradient)
    ahead, behind = (layer(harness.input + step * direction, *harness.switches) for step in (1e-6, -1e-6))
    expected = ((ahead - behind) * signal).sum() / 2e-6
    assert (found * direction).sum() == pytest.approx(expected, rel=1e-6, abs=1e-8)


@every_layer
def test_what_it_says_about_a_deconvnet_is_complete(layer_type: str) -> None:
    words = default_harness(layer_type).layer.deconvolution
    if words is not None:
        assert words.operation
        assert "{layer}" in words.sentence
        assert words.sentence.format(layer="conv_1").endswith(".")
        assert words.caption.format(layer="conv_1").count("{") == 0
        assert words.blank_reason


@every_layer
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_its_counterpart_in_pytorch_is_source_code_or_there_is_a_reason(layer_type: str, data: st.DataObject) -> None:
    harness = data.draw(harnesses(layer_type))
    module = harness.settings.pytorch(harness.input.shape[1:])
    if module is None:
        assert harness.settings.pytorch_exception.endswith(".")
        return
    assert not harness.settings.pytorch_exception
    defined = {node.name for source in module.definitions for node in ast.parse(source).body}  # type: ignore[attr-defined]
    used = {node.id for node in ast.walk(ast.parse(module.expression, mode="eval")) if isinstance(node, ast.Name)}
    assert used <= defined | {"nn", "OrderedDict"}


@every_layer
def test_switches_are_recorded_or_raise_an_error(layer_type: str) -> None:
    harness = default_harness(layer_type)
    layer: Layer = harness.layer
    output = layer(harness.input, *harness.switches)
    if layer.records_switches:
        flat = harness.input.reshape(*harness.input.shape[:2], -1)
        picked = np.take_along_axis(flat, layer.switches.reshape(*output.shape[:2], -1), axis=2)
        np.testing.assert_array_equal(picked.reshape(output.shape), output)
    else:
        with pytest.raises(TinymlError, match=f"the_{layer_type}"):
            layer.switches  # noqa: B018


@every_layer
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_receptive_field_contains_every_pixel_that_the_output_depends_on(
    layer_type: str, data: st.DataObject
) -> None:
    harness = data.draw(harnesses(layer_type))
    layer, shape = harness.layer, harness.input.shape[1:]
    layer.training = False
    if len(shape) != 3 or harness.forward().ndim != 4 or layer.settings.reads_whole_input(shape):
        return
    _, rows, columns = harness.forward().shape[1:]
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    (top, bottom), (left, right) = layer.settings.receptive_field(((row, row + 1), (column, column + 1)), shape)
    assert 0 <= top <= bottom <= shape[1]
    assert 0 <= left <= right <= shape[2]
    outside: Any = np.ones(shape, bool)
    outside[:, top:bottom, left:right] = False
    disturbed = harness.input + 100 * outside
    before, after = harness.forward()[..., row, column], harness.forward(disturbed)[..., row, column]
    np.testing.assert_array_equal(before, after)


def test_the_spelling_of_the_seeds_is_another_name_of_the_same_layer() -> None:
    for seed, name in (("ReLu", "ReLU"), ("LeakyReLu", "LeakyReLU"), ("Deconv2D", "ConvTranspose2D")):
        layer_type = getattr(tinyml.layers, name)
        assert getattr(tinyml.layers, seed) is layer_type
        assert layer_types()[seed] is layer_type  # what files say
        assert find_layer_type(seed) is find_layer_type(name) is layer_type
        assert display_name(seed) == layer_type.__name__ == name
